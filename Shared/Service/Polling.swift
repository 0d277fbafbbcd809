import Database
import Kernel
import Threads

/// Decides at each run of a job if it queries the database.
///
/// A job looks for work at its next run if this program has ended a transaction since its last look, because that may have
/// made work. Work of other programs, which they do themselves unless they end, it finds after a pause. The pause grows
/// while the job finds nothing. So an idle program asks little, and its own work waits for one run at most.
package final class Polling: Sendable {
    private struct State {
        var transactionCount: Int?
        var emptyCount = 0
        var next = Uptime(nanoseconds: 0)
    }

    /// Nil if the transactions of this program make no work for the job.
    private let database: Database?
    private let clock: any Clock
    private let pauses: Backoff
    private let state = Lock(State())

    package init(after database: Database?, _ clock: any Clock, from first: Duration, upTo longest: Duration) {
        self.database = database
        self.clock = clock
        pauses = Backoff(from: first, upTo: longest)
    }

    /// Calls `look` if there may be work. It returns true if there was some, and the next run then looks again. So does the
    /// run after a failure.
    package func run(_ look: () async throws -> Bool) async throws {
        // Before the look, which does not see the rows of later transactions.
        let count = database?.transactionCount ?? 0
        guard state.withLock({ $0.transactionCount != count || $0.next <= clock.uptime }) else { return }
        let hasFound = try await look()
        state.withLock { state in
            state.transactionCount = count
            state.emptyCount = hasFound ? 0 : state.emptyCount + 1
            state.next = hasFound ? clock.uptime : clock.uptime + pauses.pause(after: state.emptyCount)
        }
    }
}
