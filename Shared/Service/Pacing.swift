import Database
import Kernel

/// Spreads the batches of a job over time, so that calls of users use the database between them. The transactions of the job
/// join others.
package struct Pacing: Sendable {
    /// The time from the begin of a batch to that of the next one.
    private let interval: Duration
    private let database: Database
    private let clock: any Clock

    package init(every interval: Duration, on database: Database, _ clock: any Clock) {
        self.interval = interval
        self.database = database
        self.clock = clock
    }

    /// Runs a batch, and returns when the next one may begin: at once if no call has written meanwhile. There is no pause under a
    /// clock that stands still, as in tests.
    package func run<Outcome>(_ batch: () async throws -> Outcome) async throws -> Outcome {
        let (begin, count) = (clock.uptime, database.foregroundCount)
        let outcome = try await batch()
        if database.foregroundCount != count, clock.uptime > begin { try await clock.sleep(until: begin + interval) }
        return outcome
    }
}
