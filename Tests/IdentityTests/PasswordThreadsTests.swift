import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Identity

@Suite struct PasswordThreadsTests {
    /// Jobs that run until the test releases them.
    private final class Gate: Sendable {
        private let isOpen = Atomic(false)
        let begun = Atomic(0)
        let most = Atomic(0)
        private let inside = Atomic(0)

        func open() { isOpen.store(true, ordering: .releasing) }

        func pass() {
            begun.add(1, ordering: .relaxed)
            most.max(inside.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
            for _ in 0..<Patience.milliseconds where !isOpen.load(ordering: .acquiring) { usleep(1000) }
            inside.subtract(1, ordering: .relaxed)
        }
    }

    @Test func `jobs run up to the limit, and the others wait in order`() async throws {
        let threads = PasswordThreads(atOnce: 2, maximumWaiting: 10)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask { try await threads.run { gate.pass() } }
            }
            try await eventually("two run, and eight wait") {
                gate.begun.load(ordering: .relaxed) == 2 && threads.load.waiting == 8
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(gate.begun.load(ordering: .relaxed) == 10)
        #expect(gate.most.load(ordering: .relaxed) <= 2)
    }

    @Test func `a full queue refuses immediately and recovers when a job ends`() async throws {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 1)
        let gate = Gate()
        let first = Task { try await threads.run { gate.pass() } }
        try await eventually("the first runs") { gate.begun.load(ordering: .relaxed) == 1 }
        let second = Task { try await threads.run { gate.pass() } }
        try await eventually("the second waits") { threads.load.waiting == 1 }
        await #expect(throws: PasswordError.busy(maximumWaiting: 1)) { try await threads.run {} }
        gate.open()
        try await first.value
        try await second.value
        try await eventually("no job runs") { threads.load.running == 0 }
        #expect(try await threads.run { 7 } == 7)
    }

    @Test func `a cancelled waiting job does not start`() async throws {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 4)
        let gate = Gate()
        let first = Task { try await threads.run { gate.pass() } }
        try await eventually("the first runs") { gate.begun.load(ordering: .relaxed) == 1 }
        let second = Task { try await threads.run { gate.pass() } }
        try await eventually("the second waits") { threads.load.waiting == 1 }
        second.cancel()
        await #expect(throws: PasswordError.cancelled) { try await second.value }
        #expect(threads.load.waiting == 0)
        gate.open()
        try await first.value
        #expect(gate.begun.load(ordering: .relaxed) == 1)
    }

    @Test func `a cancelled task is refused`() async {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 4)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await threads.run { true }
        }
        await #expect(throws: PasswordError.cancelled) { try await task.value }
    }
}
