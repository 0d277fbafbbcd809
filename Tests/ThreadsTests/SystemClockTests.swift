import Kernel
import Testing
import Threads

@Suite struct SystemClockTests {
    private let clock = SystemClock()

    @Test func `a sleep ends at its deadline, not before`() async throws {
        let deadline = clock.uptime + .milliseconds(5)
        try await clock.sleep(until: deadline)
        #expect(clock.uptime >= deadline)
    }

    @Test func `a deadline in the past does not wait`() async throws {
        try await clock.sleep(until: Uptime(nanoseconds: 0))
    }

    @Test func `a cancelled sleep ends at once`() async {
        let task = Task { try await clock.sleep(until: Uptime(nanoseconds: .max)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `the wall time is in this century, and uptime does not step back`() {
        #expect(clock.now > Timestamp(milliseconds: 1_700_000_000_000))
        let first = clock.uptime
        #expect(first <= clock.uptime)
    }
}
