import Kernel
import TestSupport
import Testing

@testable import Service

@Suite struct PacingTests {
    private let clock = ManualClock()

    /// Runs a batch that takes a time. Returns the time from its begin until the next one may begin.
    private func pause(afterBatchOf duration: Duration) async throws -> Duration? {
        let begin = clock.uptime
        let pacing = Pacing(every: .milliseconds(20), clock)
        async let run: Void = pacing.run { [clock] in clock.advance(by: duration) }
        try await clock.sleepers(1)
        let next = clock.nextDeadline.map { $0 - begin }
        clock.advance(by: .seconds(1))
        try await run
        return next
    }

    @Test func `batches begin once in each interval, and a slow one is followed by half of its time`() async throws {
        #expect(try await pause(afterBatchOf: .milliseconds(5)) == .milliseconds(20))
        #expect(try await pause(afterBatchOf: .milliseconds(40)) == .milliseconds(60))
    }

    @Test func `a batch that fails is not followed by a pause`() async {
        let pacing = Pacing(every: .milliseconds(20), clock)
        await #expect(throws: CancellationError.self) { try await pacing.run { throw CancellationError() } }
    }
}
