import Glibc
import Kernel
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

    private let clock = ManualClock()

    @Test func `jobs run up to the limit, and the others wait`() async throws {
        let threads = PasswordThreads(atOnce: 2, maximumWaiting: 10, clock: clock)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask { try await threads.run(.other) { gate.pass() } }
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
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 1, clock: clock)
        let gate = Gate()
        let first = Task { try await threads.run(.other) { gate.pass() } }
        try await eventually("the first runs") { gate.begun.load(ordering: .relaxed) == 1 }
        let second = Task { try await threads.run(.other) { gate.pass() } }
        try await eventually("the second waits") { threads.load.waiting == 1 }
        await #expect(throws: PasswordError.busy(maximumWaiting: 1)) { try await threads.run(.other) {} }
        gate.open()
        try await first.value
        try await second.value
        try await eventually("no job runs") { threads.load.running == 0 }
        #expect(try await threads.run(.other) { 7 } == 7)
    }

    @Test func `a cancelled waiting job does not start`() async throws {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 4, clock: clock)
        let gate = Gate()
        let first = Task { try await threads.run(.other) { gate.pass() } }
        try await eventually("the first runs") { gate.begun.load(ordering: .relaxed) == 1 }
        let second = Task { try await threads.run(.other) { gate.pass() } }
        try await eventually("the second waits") { threads.load.waiting == 1 }
        second.cancel()
        await #expect(throws: PasswordError.cancelled) { try await second.value }
        #expect(threads.load.waiting == 0)
        gate.open()
        try await first.value
        #expect(gate.begun.load(ordering: .relaxed) == 1)
    }

    @Test func `a cancelled task is refused`() async {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 4, clock: clock)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await threads.run(.other) { true }
        }
        await #expect(throws: PasswordError.cancelled) { try await task.value }
    }

    @Test func `a job whose deadline has passed when its turn comes does not run`() async throws {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 4, clock: clock)
        let gate = Gate()
        let first = Task { try await threads.run(.other) { gate.pass() } }
        try await eventually("the first runs") { gate.begun.load(ordering: .relaxed) == 1 }
        let impatient = PasswordTurn(network: "10.0.0.2", deadline: clock.uptime + .seconds(1))
        let second = Task { try await threads.run(impatient) { gate.pass() } }
        try await eventually("the second waits") { threads.load.waiting == 1 }
        clock.advance(by: .seconds(1))
        gate.open()
        try await first.value
        await #expect(throws: PasswordError.late) { try await second.value }
        #expect(gate.begun.load(ordering: .relaxed) == 1)
    }

    @Test func `a job runs with less priority than the threads that answer calls`() async throws {
        let threads = PasswordThreads(atOnce: 1, maximumWaiting: 1, clock: clock)
        let priority = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        #expect(try await threads.run(.other) { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) } > priority)
    }
}

extension PasswordTurn {
    fileprivate static let other = PasswordTurn(network: "10.0.0.1", deadline: Uptime(nanoseconds: .max))
}
