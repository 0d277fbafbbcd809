import Kernel
import Synchronization

/// Stores rows durably, in an embedded file or on a server. README.md has the rules of its use.
///
/// Generic functions are inlinable, so that the compiler specializes them for the closures of the calling module.
@usableFromInline
package final class Database: Sendable {
    private let engine: any DatabaseEngine
    private let environment: Environment
    private let transactions = Atomic(0)
    private let joined = Atomic(0)

    /// Opens, locks and migrates the database. Throws an error that says what to do. With `acceptsLoss`, a SQLite
    /// database that lost rows opens with the rows that are left, and `observe` receives `acceptedLoss`. `wrapped` may
    /// put another engine around the one of the URL. `caller` tells for which user a task works: on a server, a user has a
    /// quarter of the connections.
    package init(
        url: String, migrations: [Migration], clock: any Clock, limits: DatabaseLimits = DatabaseLimits(),
        acceptsLoss: Bool = false, observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in },
        wrapped: (any DatabaseEngine) -> any DatabaseEngine = { $0 },
        caller: @escaping @Sendable () -> UserID? = { nil }
    ) throws {
        environment = Environment(
            clock: clock, limits: limits, acceptsLoss: acceptsLoss, caller: caller, observe: observe)
        let engine: any DatabaseEngine =
            switch try DatabaseURL(url) {
            case .memory: try SQLiteInlineEngine(migrations, environment)
            case .file(let path): try SQLiteFileEngine(path, migrations, environment)
            case .postgreSQL(let url): try PostgreSQLEngine(url, migrations, environment)
            }
        self.engine = wrapped(engine)
    }

    /// Runs `body` as a whole or not at all, and returns when its writes are durable. The closure may run again, so it
    /// must change nothing outside the database. It must derive the keys of its rows from the id of the request,
    /// because a second run must find the rows of the first. It does not start after `deadline`. One that joins others waits
    /// a moment for them on SQLite, so that a job adds no commits to those of users.
    @inlinable
    package func transaction<Value: Sendable>(
        before deadline: Uptime? = nil, attempts: Attempts = .full, joiningOthers: Bool = false,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.transaction, deadline: deadline, body)
        job.joinsOthers = joiningOthers
        try await perform(job, attempts)
        return job.value!
    }

    /// Runs queries by key on one snapshot. On SQLite they run on the caller's thread.
    @inlinable
    package func read<Value: Sendable>(
        before deadline: Uptime? = nil, attempts: Attempts = .full,
        _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.read, deadline: deadline, body)
        try await perform(job, attempts)
        return job.value!
    }

    /// Runs one query. On PostgreSQL it is one statement, without a transaction around it: for a query that is repeated.
    @inlinable
    package func query<Value: Sendable>(
        before deadline: Uptime? = nil, attempts: Attempts = .full,
        _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.query, deadline: deadline, body)
        try await perform(job, attempts)
        return job.value!
    }

    /// Runs queries over many rows on one snapshot, on a thread for scans. While a scan runs, SQLite cannot shrink its
    /// log, and PostgreSQL cannot vacuum. Split a scan of more than a few seconds into chunks.
    @inlinable
    package func scan<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.scan, deadline: deadline, body)
        try await perform(job)
        return job.value!
    }

    /// Copies one snapshot of the whole database to a file that must not exist yet.
    package func backup(to path: String) async throws {
        try await perform(
            SessionJob(.scan) { _, session, _ in
                try session.backup(to: path)
                return true
            })
    }

    /// Copies a SQLite file that another program may be using. That program keeps running.
    package static func backup(of url: String, to path: String) throws {
        switch try DatabaseURL(url) {
        case .memory:
            throw DatabaseError(
                .misuse, "\(url) exists only inside its process and cannot be backed up: pass the URL of a file")
        case .file(let file):
            try SQLiteConnection.backup(of: file, to: path)
        case .postgreSQL(let url): throw DatabaseError.backupOfServer(url, to: path)
        }
    }

    /// Finishes all queued calls, refuses new ones, and closes the database.
    package func close() async {
        await engine.close()
    }

    /// The number of transactions that this program has ended. If it has not changed, the program has written nothing.
    package var transactionCount: Int { transactions.load(ordering: .acquiring) }

    /// As `transactionCount`, without transactions that join others: a job that works in the background disturbs only the rest.
    package var foregroundCount: Int { transactionCount - joined.load(ordering: .acquiring) }

    /// The number of queued calls.
    package var waitingCount: Int { engine.waitingCount }

    /// Runs the job until it has an outcome. Throws if the outcome is an error.
    @usableFromInline
    func perform(_ job: DatabaseJob, _ attempts: Attempts = .full) async throws {
        // Also after a failure, because its writes may be stored.
        defer {
            if job.joinsOthers { joined.wrappingAdd(1, ordering: .releasing) }
            if job.kind == .transaction { transactions.wrappingAdd(1, ordering: .releasing) }
        }
        var retry = Retry(environment, attempts)
        while true {
            await withUnsafeContinuation { caller in
                job.wait(caller)
                engine.start(job)
            }
            job.checkFinished()
            guard let problem = job.problem else { return }
            guard let error = problem as? DatabaseError, error.isTransient else { throw retry.final(problem) }
            try await retry.pause(after: error, before: job.deadline)
            job.prepareRerun()
        }
    }
}
