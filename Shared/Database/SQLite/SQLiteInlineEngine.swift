import CSQLite
import Kernel
import Threads

/// SQLite in memory, on the thread of whoever calls: a whole system runs in one thread, each time in the same order.
final class SQLiteInlineEngine: Engine {
    private struct State {
        let connection: SQLiteConnection
        let writer: SQLiteWriter
        var isClosed = false
    }

    private let state: Lock<State>
    private let environment: Environment

    init(_ migrations: [Migration], _ environment: Environment) throws {
        self.environment = environment
        let connection = try SQLiteConnection(
            path: ":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, faults: environment.faults)
        try connection.migrate(migrations, url: "sqlite::memory:", environment)
        state = Lock(State(connection: connection, writer: SQLiteWriter(connection, environment)))
    }

    func perform(_ job: Job) async {
        state.withLock { state in
            if state.isClosed { return job.fail(.closed) }
            if job.kind != .transaction { return state.connection.read(job, environment) }
            state.writer.run(job)
            state.writer.commit()
        }
    }

    func backup(to path: String) async throws {
        try state.withLock { try $0.connection.backup(to: path) }
    }

    func close() async {
        state.withLock { $0.isClosed = true }
    }

    var waitingCount: Int { 0 }
}
