import Database
import Kernel
import Runtime
import Threads

/// Counts what happens in the database, logs what should not, and knows whether it answers.
package final class DatabaseWatch: Sendable {
    private static let checkInterval = Duration.seconds(1)
    private static let patience = Duration.seconds(1)
    /// A database may also say nothing at all: silence that outlasts a few checks is an answer, too.
    private static let longestSilence = Duration.seconds(3)

    private struct Answer {
        var time: Uptime
        var problem: String?
    }

    private let log: Log
    private let clock: any Clock
    private let commits: Counter
    private let closures: Counter
    private let duration: Histogram
    private let retries: Counter
    private let failures: Counter
    private let refusals: Counter
    /// What was last heard of the database.
    private let answer: Lock<Answer>

    package init(_ log: Log, _ metrics: Metrics, _ health: Health, _ clock: any Clock) {
        self.log = log
        self.clock = clock
        answer = Lock(Answer(time: clock.uptime))
        commits = metrics.counter("database_commits_total", "Commits; several closures may share one.")
        closures = metrics.counter("database_closures_total", "Transaction closures that were committed.")
        duration = metrics.histogram(
            "database_commit_duration_seconds", "From the begin of a transaction to its commit.")
        retries = metrics.counter("database_retries_total", "Closures that had to run again.")
        failures = metrics.counter("database_failures_total", "Transactions that were not committed, or nobody knows.")
        refusals = metrics.counter("database_refusals_total", "Calls refused because too many waited.")
        health.check("database") { [self] in problem }
    }

    private var problem: String? {
        let answer = answer.withLock { $0 }
        let silence = clock.uptime - answer.time
        return silence > Self.longestSilence ? "no answer for \(silence.milliseconds / 1000) s" : answer.problem
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
    package func check(of database: Database) -> Job {
        Job("database check", every: Self.checkInterval) { [self] in
            do {
                _ = try await database.read(before: clock.uptime + Self.patience) { reader in
                    try reader.exists("select 1 from migration")
                }
                heard(problem: nil)
            } catch {
                heard(problem: "\(error)")
                throw error
            }
        }
    }

    private func heard(problem: String?) {
        answer.withLock { $0 = Answer(time: clock.uptime, problem: problem) }
    }
}
