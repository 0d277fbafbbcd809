import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Database

struct FileLockTests {
    @Test func `who is refused closes his descriptor once, and leaves those of other threads alone`() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/shop.sqlite"
        let holder = try FileLock(beside: path)
        let isOver = Atomic(false)
        // Opens what a descriptor just closed leaves free, again and again, and finds it open still.
        async let lost = onThread {
            var lost = 0
            while !isOver.load(ordering: .relaxed) {
                let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                for _ in 1...20 where fcntl(descriptor, F_GETFD) < 0 { lost += 1 }
                close(descriptor)
            }
            return lost
        }
        // More often than there can be open files: one that stays open is seen, too.
        let refusals = try await onThread {
            (1...25_000).count { _ in
                do {
                    _ = try FileLock(beside: path)
                    return false
                } catch {
                    return "\(error)".contains("in use by process \(getpid())")
                }
            }
        }
        isOver.store(true, ordering: .relaxed)
        #expect(refusals == 25_000)
        #expect(try await lost == 0)
        withExtendedLifetime(holder) {}
        _ = consume holder
        #expect(throws: Never.self) { try FileLock(beside: path) }
    }
}
