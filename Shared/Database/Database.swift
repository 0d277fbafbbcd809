import Kernel

/// Durable rows behind one small API, on an embedded file or on a server: see README.md for the rules of its use.
package final class Database: Sendable {
    private let engine: any Engine
    private let environment: Environment

    /// Opens, locks and migrates; what is wrong is told in a sentence that says what to do.
    package init(
        url: String, migrations: [Migration], clock: any Clock, limits: DatabaseLimits = DatabaseLimits(),
        faults: Faults? = nil, observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) throws {
        environment = Environment(clock: clock, limits: limits, faults: faults, observe: observe)
        engine =
            switch try DatabaseURL(url) {
            case .memory: try SQLiteInlineEngine(migrations, environment)
            case .file(let path): try SQLiteFileEngine(path, migrations, environment)
            case .postgreSQL(let url): try PostgreSQLEngine(url, migrations, environment)
            }
    }

    /// Runs `body` as a whole or not at all, and returns when that is durable. The closure may run again, so it changes
    /// nothing outside the database, and names the rows it makes by the id of the request: the second run must find what
    /// the first one left. Past `deadline` it is not begun.
    package func transaction<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await perform(.transaction, deadline, body)
    }

    /// Look-ups by key, as of one moment. On SQLite they run here and now.
    package func read<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        try await perform(.read, deadline, body)
    }

    /// Questions over many rows, as of one moment, away from everyone else. It holds back the tidying of the database for
    /// as long as it runs: what takes longer than seconds is better asked in chunks.
    package func scan<Value: Sendable>(
        before deadline: Uptime? = nil, _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        try await perform(.scan, deadline, body)
    }

    /// Writes a copy of the whole database, as of one moment, to a file that must not exist yet.
    package func backup(to path: String) async throws {
        try await engine.backup(to: path)
    }

    /// Finishes what was handed in, takes nothing more, and lets go of the database.
    package func close() async {
        await engine.close()
    }

    /// How many calls wait for their turn.
    package var waitingCount: Int { engine.waitingCount }

    private func perform<Value>(
        _ kind: Job.Kind, _ deadline: Uptime?, _ body: @escaping (Transaction) throws -> Value
    ) async throws -> Value {
        var retry = Retry(environment)
        while true {
            let job = JobOf(kind, deadline: deadline, body)
            await engine.perform(job)
            switch job.problem {
            case nil: return job.value!
            case .thrown(let error): throw retry.final(error)
            case .passing(let error): try await retry.pause(after: error, before: deadline)
            }
        }
    }
}
