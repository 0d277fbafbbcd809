import CSQLite
import Kernel
import Threads

/// SQLite in memory, on the caller's thread. A whole system then runs in one thread, each time in the same order.
final class SQLiteInlineEngine: Engine {
    private struct State {
        let connection: SQLiteConnection
        let writer: SQLiteWriter
    }

    /// Nil if closed: `close` releases the memory even if the database is still referenced.
    private let state: Lock<State?>
    private let environment: Environment

    init(_ migrations: [Migration], _ environment: Environment) throws {
        let connection = try SQLiteConnection(
            path: ":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, faults: environment.faults)
        try connection.migrate(migrations, url: "sqlite::memory:", environment)
        self.environment = environment
        state = Lock(State(connection: connection, writer: SQLiteWriter(connection, environment)))
    }

    /// Takes over the database of a killed program, which can no longer use it.
    init(after killed: SQLiteInlineEngine, _ environment: Environment) {
        let connection = killed.state.withLock { state in
            defer { state = nil }
            guard let state else { preconditionFailure("the killed program has closed its database") }
            return state.connection
        }
        self.environment = environment
        state = Lock(State(connection: connection, writer: SQLiteWriter(connection, environment)))
    }

    func perform(_ job: Job) async {
        state.withLock { state in
            guard let state else { return job.fail(.closed) }
            if job.kind != .transaction { return state.connection.read(job, environment) }
            state.writer.run(job)
            state.writer.commit()
        }
    }

    func backup(to path: String) async throws {
        try state.withLock { state in
            guard let state else { throw DatabaseError.closed }
            try state.connection.backup(to: path)
        }
    }

    func close() async {
        state.withLock { $0 = nil }
    }

    var waitingCount: Int { 0 }
}
