import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Database

struct FileLockTests {
    @Test func `a refused start closes its descriptor once, and none of other threads`() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/shop.sqlite"
        let holder = try FileLock(beside: path)
        let isOver = Atomic(false)
        // Repeatedly opens a file, which reuses the number of a closed descriptor, and checks that it stays open.
        async let lost = onThread {
            var lost = 0
            while !isOver.load(ordering: .relaxed) {
                let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                for _ in 1...20 where fcntl(descriptor, F_GETFD) < 0 { lost += 1 }
                close(descriptor)
            }
            return lost
        }
        // More often than the limit of open files, so a descriptor that stays open fails the test, too.
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
