import Database
import Kernel
import Runtime
import Threads

/// Counts what happens in the database, logs what should not, and knows whether it answers.
final class DatabaseWatch: Sendable {
    private static let checkInterval = Duration.seconds(1)
    private static let patience = Duration.seconds(1)

    private let log: Log
    private let commits: Counter
    private let closures: Counter
    private let duration: Histogram
    private let retries: Counter
    private let failures: Counter
    private let refusals: Counter
    private let problem = Lock<String?>(nil)

    init(_ log: Log, _ metrics: Metrics, _ health: Health) {
        self.log = log
        commits = metrics.counter("database_commits_total", "Commits; several closures may share one.")
        closures = metrics.counter("database_closures_total", "Transaction closures that were committed.")
        duration = metrics.histogram(
            "database_commit_duration_seconds", "From the begin of a transaction to its commit.")
        retries = metrics.counter("database_retries_total", "Closures that had to run again.")
        failures = metrics.counter("database_failures_total", "Transactions that were not committed, or nobody knows.")
        refusals = metrics.counter("database_refusals_total", "Calls refused because too many waited.")
        health.check("database") { [self] in problem.withLock { $0 } }
    }

    func observe(_ event: DatabaseEvent) {
        switch event {
        case .committed(let count, let time):
            commits.increment()
            closures.increment(by: UInt64(count))
            duration.observe(time)
        case .failed(_, let error):
            failures.increment()
            if error.reason != .conflict { log.warning("transaction failed", ["error": "\(error)"]) }
        case .again: retries.increment()
        case .refused: refusals.increment()
        case .migrated(let name): log.info("database migrated", ["migration": "\(name)"])
        case .connected: log.debug("database connected")
        }
    }

    func report(_ database: Database, to metrics: Metrics) {
        metrics.gauge("database_waiting", "Calls that wait for their turn.") { Double(database.waitingCount) }
    }

    /// Looks something up every second.
    func check(of database: Database, _ clock: any Clock) -> Job {
        Job("database check", every: Self.checkInterval) { [self] in
            do {
                _ = try await database.read(before: clock.uptime + Self.patience) { reader in
                    try reader.exists("select 1 from migration")
                }
                problem.withLock { $0 = nil }
            } catch {
                problem.withLock { $0 = "\(error)" }
                throw error
            }
        }
    }
}
