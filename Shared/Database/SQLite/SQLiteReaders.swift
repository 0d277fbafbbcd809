import Threads

/// A pool of read connections, one for each thread that is reading. A read takes microseconds, so it runs on the
/// caller's thread instead of waiting for another thread.
final class SQLiteReaders: Sendable {
    private struct State {
        var idle: [SQLiteConnection] = []
        var isClosed = false
    }

    private let path: String
    private let environment: Environment
    private let state = Lock(State())

    init(_ path: String, _ environment: Environment) {
        self.path = path
        self.environment = environment
    }

    func perform(_ job: DatabaseJob) {
        do {
            let connection = try take()
            connection.read(job, environment)
            give(connection)
        } catch {
            job.problem = .thrown(error)
        }
    }

    private func take() throws -> SQLiteConnection {
        let idle = try state.withLock { state in
            if state.isClosed { throw DatabaseError.closed }
            return state.idle.popLast()
        }
        return try idle ?? SQLiteConnection(file: path, isWriting: false, environment.limits.fileSystem)
    }

    private func give(_ connection: SQLiteConnection) {
        state.withLock { state in
            if state.isClosed || state.idle.count == environment.limits.idleReaders { return }
            state.idle.append(connection)
        }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.idle = []
        }
    }
}
