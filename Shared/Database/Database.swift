import Kernel

/// Durable rows behind one small API, on an embedded file or on a server: see README.md for the rules of its use.
///
/// What is generic is inlinable: a closure's types are known in the module that writes it, and only there.
@usableFromInline
package final class Database: Sendable {
    private let engine: any Engine
    private let environment: Environment

    /// Opens, locks and migrates; what is wrong is told in a sentence that says what to do. `acceptsLoss`: a SQLite
    /// database that has lost rows is opened with what is there, and `observe` is told.
    package init(
        url: String, migrations: [Migration], clock: any Clock, limits: DatabaseLimits = DatabaseLimits(),
        faults: Faults? = nil, acceptsLoss: Bool = false,
        observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) throws {
        environment = Environment(
            clock: clock, limits: limits, faults: faults, acceptsLoss: acceptsLoss, observe: observe)
        engine =
            switch try DatabaseURL(url) {
            case .memory: try SQLiteInlineEngine(migrations, environment)
            case .file(let path): try SQLiteFileEngine(path, migrations, environment)
            case .postgreSQL(let url): try PostgreSQLEngine(url, migrations, environment)
            }
    }

    /// For simulations: what a program that was killed has left in memory, as the next one finds it.
    package init(
        after killed: Database, clock: any Clock, observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) {
        guard let engine = killed.engine as? SQLiteInlineEngine else {
            preconditionFailure("only what was in memory needs this: a file is opened again by its URL")
        }
        environment = Environment(
            clock: clock, limits: killed.environment.limits, faults: killed.environment.faults, observe: observe)
        self.engine = SQLiteInlineEngine(after: engine, environment)
    }

    /// Runs `body` as a whole or not at all, and returns when that is durable. The closure may run again, so it changes
    /// nothing outside the database, and names the rows it makes by the id of the request: the second run must find what
    /// the first one left. Past `deadline` it is not begun.
    @inlinable
    package func transaction<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.transaction, deadline: deadline, body)
        try await perform(job)
        return job.value!
    }

    /// Look-ups by key, as of one moment. On SQLite they run here and now.
    @inlinable
    package func read<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.read, deadline: deadline, body)
        try await perform(job)
        return job.value!
    }

    /// Questions over many rows, as of one moment, away from everyone else. It holds back the tidying of the database for
    /// as long as it runs: what takes longer than seconds is better asked in chunks.
    @inlinable
    package func scan<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let job = JobOf(.scan, deadline: deadline, body)
        try await perform(job)
        return job.value!
    }

    /// Writes a copy of the whole database, as of one moment, to a file that must not exist yet.
    package func backup(to path: String) async throws {
        try await engine.backup(to: path)
    }

    /// The same for a SQLite file that another program may be using: that one goes on meanwhile.
    package static func backup(of url: String, to path: String) throws {
        switch try DatabaseURL(url) {
        case .memory: throw DatabaseError(.misuse, "\(url) is gone with its process: there is nothing to back up")
        case .file(let file):
            try SQLiteConnection.backup(of: file, to: path)
        case .postgreSQL(let url): throw DatabaseError.backupOfServer(url, to: path)
        }
    }

    /// Finishes what was handed in, takes nothing more, and lets go of the database.
    package func close() async {
        await engine.close()
    }

    /// How many calls wait for their turn.
    package var waitingCount: Int { engine.waitingCount }

    /// Runs the job until it has an outcome; throws where that is an error.
    @usableFromInline
    func perform(_ job: Job) async throws {
        var retry = Retry(environment)
        while true {
            await engine.perform(job)
            switch job.problem {
            case nil: return
            case .thrown(let error): throw retry.final(error)
            case .passing(let error): try await retry.pause(after: error, before: job.deadline)
            }
            job.beginAgain()
        }
    }
}
