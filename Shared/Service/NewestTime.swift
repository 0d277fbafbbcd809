import Database
import Kernel
import Programs
import Telemetry
import Threads

/// Compares the clock with the newest time in the database.
///
/// A machine cannot detect by its own clock that the clock is wrong at the start. The database stores the time of the
/// latest commit of all instances.
package final class NewestTime: Sendable {
    private static let interval = Duration.seconds(1)
    private static let select: Statement = "select at from newest_time where id = 1"
    private static let save: Statement = """
        insert into newest_time (id, at) values (1, $1)
        on conflict (id) do update set at = excluded.at where newest_time.at < excluded.at
        """

    private struct State {
        /// The stored time at the start of this program.
        var atStart: Timestamp?
        /// The number of committed closures since the time was stored.
        var unstored = 0
    }

    private let clock: any Clock
    private let state = Lock(State())

    package init(_ clock: any Clock, _ metrics: Metrics, _ health: Health) {
        self.clock = clock
        health.check("rows") { [self] in problem }
        metrics.gauge(
            "database_newest_row_lead_seconds",
            "Newest time in the database at the start, minus the service clock. 0 if that time has passed."
        ) { [self] in
            Double(lead.milliseconds) / 1000
        }
    }

    /// Reads the stored time. Called before the server accepts calls.
    package func load(from database: Database) async throws {
        let newest = try await database.read { reader in
            try reader.first(Self.select) { row in try row.timestamp(0) }
        }
        state.withLock { $0.atStart = newest }
    }

    package func observe(_ event: DatabaseEvent) {
        guard case .committed(let count, _, let wrote, _) = event, wrote else { return }
        state.withLock { $0.unstored += count }
    }

    /// Stores the time at most once a second, and only after other commits, so that an idle service writes nothing.
    package func job(on database: Database) -> Job {
        Job("newest time", every: Self.interval) { [self] in
            let count = state.withLock { $0.unstored }
            guard count > 0 else { return }
            try await database.transaction { tx in
                try tx.execute(Self.save) { $0.bind(tx.now) }
            }
            // The count includes this transaction.
            state.withLock { $0.unstored = max(0, $0.unstored - count - 1) }
        }
    }

    private var lead: Duration {
        guard let newest = state.withLock({ $0.atStart }) else { return .zero }
        return max(.zero, newest - clock.now)
    }

    private var problem: String? {
        guard lead > ServiceClock.tolerance, let newest = state.withLock({ $0.atStart }) else { return nil }
        return """
            the newest row of the database is of \(newest), \(lead.milliseconds / 1000) s ahead of the clock of this \
            machine. Correct the clock and restart the service. If this clock is right, wait, or start with \
            --accept-newer-rows
            """
    }
}
