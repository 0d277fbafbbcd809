import Database
import Kernel
import Programs
import Telemetry
import Threads

/// Counts database events, logs anomalies, and decides if the database is ready.
///
/// There are three reasons not to be ready, each with its own name on `/readyz`: `database` does not answer, `writing`
/// fails, and `damage` was found. `writing` is the outcome of the last write. While it is a failure, the job retries a
/// write, because a service that is not ready receives no calls. After a full disk, small writes may succeed between
/// large ones that fail: they do not end `writing`. `damage` remains until the program ends.
package final class DatabaseWatch: Sendable {
    private static let readMigration: Statement = "select 1 from migration"
    private static let writeMigration: Statement = "update migration set applied_at = applied_at where number = 1"
    private static let checkInterval = Duration.milliseconds(500)
    private static let checkTimeout = Duration.seconds(1)
    /// A database that does not answer for this time, which is several checks, counts as not ready.
    private static let longestSilence = Duration.seconds(3)

    /// The key of a row that does not exist.
    private enum Key {}

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
    /// Why the last write failed.
    private let writeProblem = Lock<String?>(nil)
    private let damage = Lock<String?>(nil)
    /// The outcome of the latest check.
    private let answer: Lock<Answer>

    package init(_ log: Log, _ metrics: Metrics, _ health: Health, _ clock: any Clock) {
        self.log = log
        self.clock = clock
        answer = Lock(Answer(time: clock.uptime))
        commits = metrics.counter("database_commits_total", "Commits. Several closures may share one.")
        closures = metrics.counter("database_closures_total", "Transaction closures that were committed.")
        duration = metrics.histogram(
            "database_commit_duration_seconds", "Time from the start of a transaction to its commit.")
        retries = metrics.counter("database_retries_total", "Closures that had to run again.")
        failures = metrics.counter(
            "database_failures_total", "Transactions without a commit, or with an unknown outcome.")
        refusals = metrics.counter("database_refusals_total", "Calls refused because too many waited.")
        metrics.gauge("database_writable", "0 while writes fail, otherwise 1.") { [self] in
            writeProblem.withLock { $0 } == nil ? 1 : 0
        }
        metrics.gauge("database_damaged", "1 after a damaged page was found, otherwise 0.") { [self] in
            damage.withLock { $0 } == nil ? 0 : 1
        }
        health.check("database") { [self] in problem }
        health.check("writing") { [self] in writeProblem.withLock { $0 } }
        health.check("damage") { [self] in damage.withLock { $0 } }
    }

    private var problem: String? {
        let answer = answer.withLock { $0 }
        let silence = clock.uptime - answer.time
        return silence > Self.longestSilence ? "no answer for \(silence.milliseconds / 1000) s" : answer.problem
    }

    package func observe(_ event: DatabaseEvent) {
        switch event {
        case .committed(let count, let time, let wrote, let isDiskFull):
            if wrote, !isDiskFull { writeProblem.withLock { $0 = nil } }
            commits.increment()
            closures.increment(by: UInt64(count))
            duration.observe(time)
        case .failed(_, let error):
            failures.increment()
            if error.isStorageFailure { writeProblem.withLock { $0 = error.message } }
            if error.reason != .conflict { log.warning("transaction failed", ["error": "\(error)"]) }
        case .retried: retries.increment()
        case .refused: refusals.increment()
        case .migrating(let name, let number, let count):
            log.info("database migrating", ["migration": "\(name)", "step": "\(number) of \(count)"])
        case .stillMigrating(let name, let step, let count, let time):
            log.info(
                "database still migrating",
                ["migration": "\(name)", "step": "\(step) of \(count)", "time": .duration(time)])
        case .migrated(let name): log.info("database migrated", ["migration": "\(name)"])
        case .connected: log.debug("database connected")
        case .damaged(let error): noteDamage(error)
        case .checked(let check): note(check)
        case .acceptedLoss(let loss):
            log.warning("database started with a loss, as --accept-loss allows", ["lost": "\(loss)"])
        case .warned(let text): log.warning("database", ["warning": "\(text)"])
        }
    }

    private func note(_ check: DatabaseCheck) {
        let fields: Log.Fields = [
            "checked": "\(check.checked.count) tables", "unchecked": "\(check.unchecked.joined(separator: " "))",
        ]
        if check.unchecked.isEmpty {
            log.info("database checked after an unclean stop", fields)
        } else {
            log.warning("database checked in part: the time was too short", fields)
        }
    }

    /// Logs and keeps only the first damage, because later reads cannot be trusted anyway.
    private func noteDamage(_ error: DatabaseError) {
        let isFirst = damage.withLock { damage in
            defer { damage = damage ?? error.message }
            return damage == nil
        }
        if isFirst { log.error("database damaged", ["error": "\(error)"]) }
    }

    func report(_ database: Database, to metrics: Metrics) {
        metrics.gauge("database_waiting", "Calls that wait for the database.") { Double(database.waitingCount) }
    }

    /// Reads every half second, and writes while the last write failed.
    ///
    /// `probe` is a query by the key $1, which is random. With distributed tables, each retry asks another server, so one that is
    /// away does not make the program unready.
    package func check(of database: Database, by probe: Statement? = nil) -> Job {
        Job("database check", every: Self.checkInterval) { [self] in
            do {
                _ = try await database.query(before: clock.uptime + Self.checkTimeout) { reader in
                    guard let probe else { return try reader.exists(Self.readMigration) }
                    return try reader.exists(probe) { $0.bind(ID<Key>.make(at: reader.now)) }
                }
                note(problem: nil)
            } catch {
                note(problem: "\(error)")
                throw error
            }
            if writeProblem.withLock({ $0 }) != nil { try await write(to: database) }
        }
    }

    /// Writes without a change. Its outcome is observed like that of every write.
    private func write(to database: Database) async throws {
        try await database.transaction(before: clock.uptime + Self.checkTimeout) { tx in
            try tx.execute(Self.writeMigration)
        }
    }

    private func note(problem: String?) {
        answer.withLock { $0 = Answer(time: clock.uptime, problem: problem) }
    }
}
