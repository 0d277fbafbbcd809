import Kernel

/// Runs closures on the one connection that writes: many in one transaction, each undone alone when it fails, all answered
/// once the commit they share is on the disk.
///
///     begin immediate ─▶ closure, closure, … ─▶ commit (one sync) ─▶ all are answered
///
/// A closure that was refused waits for the commit like the others: it may have seen what they wrote.
final class SQLiteWriter {
    private let connection: SQLiteConnection
    private let environment: Environment
    private var group: [Job] = []
    private var start = Uptime(nanoseconds: 0)

    init(_ connection: SQLiteConnection, _ environment: Environment) {
        self.connection = connection
        self.environment = environment
    }

    var groupCount: Int { group.count }

    /// How long the oldest closure of the group has been waiting for its commit.
    var groupAge: Duration { group.isEmpty ? .zero : environment.clock.uptime - start }

    func run(_ job: Job) {
        if let deadline = job.deadline, deadline <= environment.clock.uptime {
            job.fail(.deadlinePassed)
            return job.finish()
        }
        if group.isEmpty {
            start = environment.clock.uptime
            do {
                try connection.begin()
            } catch {
                job.fail(connection.failure!)
                return job.finish()
            }
        }
        connection.beginClosure(isFirst: group.isEmpty)
        group.append(job)
        let isKept = job.run(Transaction(connection, now: environment.now()))
        if !connection.endClosure(keeping: isKept) {
            // With a full disk, for instance, SQLite rolls everything back at once.
            failGroup(connection.failure ?? DatabaseError(.unavailable, "the transaction was rolled back by SQLite"))
            finishGroup()
        }
    }

    /// Makes what ran durable, then answers it. Says how long that took since the first of the group began.
    @discardableResult
    func commit() -> Duration {
        if group.isEmpty { return .zero }
        do {
            connection.failure = nil
            try connection.commit()
            environment.observe(.committed(closures: group.count, in: groupAge))
        } catch {
            failGroup(connection.failure!)
        }
        defer { finishGroup() }
        return groupAge
    }

    private func failGroup(_ error: DatabaseError) {
        connection.rollback()
        environment.observe(.failed(closures: group.count, error))
        for job in group { job.fail(error) }
    }

    private func finishGroup() {
        for job in group { job.finish() }
        group.removeAll(keepingCapacity: true)
    }
}
