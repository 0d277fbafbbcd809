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
                environment.observe(.failed(closures: 1, connection.failure!))
                job.fail(connection.failure!)
                return job.finish()
            }
        }
        connection.beginClosure(isFirst: group.isEmpty)
        group.append(job)
        let isKept = job.run(Transaction(connection, now: environment.now()))
        if let failure = connection.failure, failure.isOfTheFile, connection.isInTransaction {
            environment.observe(.failed(closures: 1, failure))
            if failure.reason == .damaged { environment.noteDamage(failure) }
        }
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
        let error = roomMade(after: cause) ?? cause
        if error.reason == .damaged { environment.noteDamage(error) }
        environment.observe(.failed(closures: group.count, error))
        for job in group { job.fail(error) }
    }

    /// If the disk was full because of the log: empties it, so that the closures run again. Nil if that made too little room.
    private func roomMade(after error: DatabaseError) -> DatabaseError? {
        guard error.reason == .diskFull, !error.mayHaveCommitted,
            connection.emptyLog() >= SQLiteConnection.worthwhile
        else { return nil }
        return DatabaseError(.unavailable, "the log had filled the disk, and was emptied. \(error.message)")
    }

    private func finishGroup() {
        for job in group { job.finish() }
        group.removeAll(keepingCapacity: true)
    }
}
