import CSQLite
import Threads

/// SQLite in memory, on the caller's thread. A whole system then runs in one thread, each time in the same order.
final class SQLiteInlineEngine: DatabaseEngine {
    private struct State {
        let connection: SQLiteConnection
        let writer: SQLiteWriter
    }

    /// Nil if closed: `close` releases the memory even if the database is still referenced.
    private let state: Lock<State?>
    private let environment: Environment

    init(_ migrations: [Migration], _ environment: Environment) throws {
        let connection = try SQLiteConnection(
            path: ":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        try connection.migrate(migrations, url: "sqlite::memory:", environment)
        self.environment = environment
        state = Lock(State(connection: connection, writer: SQLiteWriter(connection, environment)))
    }

    func start(_ job: DatabaseJob) {
        state.withLock { state in
            guard let state, job.kind == .transaction else {
                if let state { state.connection.read(job, environment) } else { job.problem = DatabaseError.closed }
                return job.finish()
            }
            state.writer.run(job)
            state.writer.commit()
        }
    }

    func close() async {
        state.withLock { $0 = nil }
    }

    var waitingCount: Int { 0 }
}
