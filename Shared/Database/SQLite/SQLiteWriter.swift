import Kernel

/// Runs closures on the connection that writes, many in one transaction. Each is undone alone if it fails. All callers
/// resume after the commit is on the disk.
///
///     begin immediate ─▶ closure, closure, … ─▶ commit (one sync) ─▶ resume all callers
///
/// A refused closure waits for the commit, too, because it may have read rows that the others wrote.
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

    /// The time since the first closure of the group started.
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
                environment.observe(.failed(closures: 1, connection.failure!))
                job.fail(connection.failure!)
                return job.finish()
            }
        }
        connection.beginClosure(isFirst: group.isEmpty)
        group.append(job)
        let isKept = job.run(Transaction(connection, now: environment.now()))
        if let failure = connection.failure, failure.isStorageFailure, connection.isInTransaction {
            environment.observe(.failed(closures: 1, failure))
            if failure.reason == .damaged { environment.noteDamage(failure) }
        }
        if !connection.endClosure(keeping: isKept) {
            // For example, SQLite rolls back the whole transaction if the disk is full.
            failGroup(connection.failure ?? DatabaseError(.unavailable, "SQLite rolled back the transaction"))
            finishGroup()
        }
    }

    /// Commits the group and resumes its callers. Returns the time since its first closure started.
    @discardableResult
    func commit() -> Duration {
        if group.isEmpty { return .zero }
        do {
            connection.failure = nil
            let wrote = connection.hasWritten
            try connection.commit()
            environment.observe(.committed(closures: group.count, in: groupAge, wrote: wrote))
        } catch {
            failGroup(connection.failure!)
        }
        defer { finishGroup() }
        return groupAge
    }

    private func failGroup(_ cause: DatabaseError) {
        connection.rollback()
        let error = logEmptied(after: cause) ?? cause
        if error.reason == .damaged { environment.noteDamage(error) }
        environment.observe(.failed(closures: group.count, error))
        for job in group { job.fail(error) }
    }

    /// After a full disk, empties the log so that the closures can run again. Returns nil if that freed too little
    /// space.
    private func logEmptied(after error: DatabaseError) -> DatabaseError? {
        guard error.reason == .diskFull, !error.mayHaveCommitted,
            connection.emptyLog() >= SQLiteConnection.worthwhileBytes
        else { return nil }
        return DatabaseError(.unavailable, "the disk was full, and emptying the log freed some space. \(error.message)")
    }

    private func finishGroup() {
        for job in group { job.finish() }
        group.removeAll(keepingCapacity: true)
    }
}
