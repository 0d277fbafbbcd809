import Kernel

/// Runs jobs on one connection, one at a time. Opens the connection for the first job, and again after it was lost.
///
/// Sound to share: only its own thread uses it.
final class PostgreSQLWorker: @unchecked Sendable {
    private let connector: PostgreSQLConnector
    private let environment: Environment
    private var connection: PostgreSQLConnection?

    init(_ connector: PostgreSQLConnector, _ environment: Environment) {
        self.connector = connector
        self.environment = environment
    }

    /// Runs and finishes the job. Returns the time that it took.
    func run(_ job: DatabaseJob) -> Duration {
        let start = environment.clock.uptime
        guard !job.isLate(environment.clock) else {
            job.finish()
            return .zero
        }
        let isReused = connection != nil
        var failure = attempt(job)
        if isReused, connection == nil, let error = job.problem as? DatabaseError, error.isTransient,
            !error.mayHaveCommitted
        {
            // For example, the server was restarted while this connection was idle. That does not count as an attempt.
            job.prepareRerun()
            failure = attempt(job)
        }
        if let failure { environment.observe(.failed(closures: 1, failure)) }
        job.finish()
        return environment.clock.uptime - start
    }

    /// Returns the failure to report: of a commit, or of the storage while the closure of a transaction ran.
    private func attempt(_ job: DatabaseJob) -> DatabaseError? {
        do {
            let connection = try connected()
            defer { if !connection.isUsable { self.connection = nil } }
            if job.kind == .transaction { return transact(job, on: connection) }
            read(job, on: connection)
        } catch {
            job.problem = error
        }
        return nil
    }

    private func connected() throws(DatabaseError) -> PostgreSQLConnection {
        if let connection { return connection }
        let new = try connector.connect()
        environment.observe(.connected)
        connection = new
        return new
    }

    private func transact(_ job: DatabaseJob, on connection: PostgreSQLConnection) -> DatabaseError? {
        let start = environment.clock.uptime
        do throws(DatabaseError) {
            try connection.begin()
            guard job.run(on: connection, now: environment.now()) else {
                defer { connection.rollback() }
                return job.failure.flatMap { $0.isStorageFailure ? $0 : nil }
            }
            try connection.commit()
            environment.observe(.committed(closures: 1, in: environment.clock.uptime - start))
            return nil
        } catch {
            job.problem = error
            defer { connection.rollback() }
            return error
        }
    }

    private func read(_ job: DatabaseJob, on connection: PostgreSQLConnection) {
        do throws(DatabaseError) {
            if job.kind == .query { connection.beginQuery() } else { try connection.beginReading() }
            _ = job.run(on: connection, now: environment.now())
        } catch {
            job.problem = error
        }
        if job.kind == .query { connection.endQuery() } else { connection.rollback() }
        // The server reports its state with each answer. The rows of a standby may be old.
        if !connection.link.takesWrites { job.problem = DatabaseError.takesNoWrites("PostgreSQL reports it") }
    }
}
