import Database
import Kernel
import Runtime
import Threads

/// Compares the clock with the newest time that the database holds.
///
/// A machine whose clock is wrong when a service starts cannot see that by its own clock. But the database remembers
/// until when its rows were written, by whatever instance.
package final class NewestTime: Sendable {
    private static let interval = Duration.seconds(1)

    private struct State {
        /// As it was when this program started.
        var atStart: Timestamp?
        /// Closures that were committed and that the database does not remember yet.
        var unremembered = 0
    }

    private let clock: any Clock
    private let state = Lock(State())

    package init(_ clock: any Clock, _ metrics: Metrics, _ health: Health) {
        self.clock = clock
        health.check("rows") { [self] in problem }
        metrics.gauge(
            "database_newest_row_lead_seconds",
            "Time of the newest row found at the start, minus the service clock; 0 if it has passed."
        ) { [self] in
            Double(lead.milliseconds) / 1000
        }
    }

    /// Before the first call is taken.
    package func look(in database: Database) async throws {
        let newest = try await database.read { reader in
            try reader.first("select at from newest_time where id = 1") { row in
                Timestamp(milliseconds: try row.int64(0))
            }
        }
        state.withLock { $0.atStart = newest }
    }

    package func observe(_ event: DatabaseEvent) {
        guard case .committed(let count, _, let wrote) = event, wrote else { return }
        state.withLock { $0.unremembered += count }
    }

    /// Remembers the time, at most once a second, and only while others write: an idle service writes nothing.
    package func job(on database: Database) -> Job {
        Job("newest time", every: Self.interval) { [self] in
            let count = state.withLock { $0.unremembered }
            guard count > 0 else { return }
            try await database.transaction { tx in
                try tx.execute(
                    """
                    insert into newest_time (id, at) values (1, $1)
                    on conflict (id) do update set at = excluded.at where newest_time.at < excluded.at
                    """, tx.now)
            }
            // This transaction itself is one of those that were counted.
            state.withLock { $0.unremembered = max(0, $0.unremembered - count - 1) }
        }
    }

    private var lead: Duration {
        guard let newest = state.withLock({ $0.atStart }) else { return .zero }
        return max(.zero, newest - clock.now)
    }

    private var problem: String? {
        guard lead > ServiceClock.tolerance, let newest = state.withLock({ $0.atStart }) else { return nil }
        return """
            the newest row of the database is of \(newest), \(lead.milliseconds / 1000) s after the clock of this \
            machine. Set the clock right and restart the service. If this clock is right, wait, or start with \
            --accept-newer-rows
            """
    }
}
