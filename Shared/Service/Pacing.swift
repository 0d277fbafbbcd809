import Kernel

/// Spreads the batches of a job over time, so that calls of users use the database between them.
package struct Pacing: Sendable {
    /// The time from the begin of a batch to that of the next one.
    private let interval: Duration
    private let clock: any Clock

    package init(every interval: Duration, _ clock: any Clock) {
        self.interval = interval
        self.clock = clock
    }

    /// Runs a batch, and returns when the next one may begin. A busy database is slower, so the pause is at least half as long
    /// as the batch. There is no pause under a clock that stands still, as in tests.
    package func run<Outcome>(_ batch: () async throws -> Outcome) async throws -> Outcome {
        let begin = clock.uptime
        let outcome = try await batch()
        let time = clock.uptime - begin
        if time > .zero { try await clock.sleep(until: begin + max(interval, time * 3 / 2)) }
        return outcome
    }
}
