import CSQLite
import Kernel

/// The state of a read, whose queries all see one snapshot. A single query has one by itself, so most reads need no
/// transaction. The second query begins a transaction while the first is paused on its row, because that keeps the
/// snapshot.
enum SQLiteReading {
    case none, ready, querying
    case paused(OpaquePointer)
    /// The first query has returned all rows, and its snapshot is released.
    case released
    case inTransaction
}

extension SQLiteConnection {
    /// Runs a job that only reads.
    func read(_ job: Job, _ environment: Environment) {
        if let deadline = job.deadline, deadline <= environment.clock.uptime { return job.fail(.deadlinePassed) }
        var isInTransaction = job.kind == .scan
        while true {
            do {
                try beginReading(inTransaction: isInTransaction)
            } catch {
                return job.fail(failure!)
            }
            let limit = job.kind == .scan ? Int.max : Reader.rowLimit
            _ = job.run(Transaction(self, now: environment.now(), rowLimit: limit))
            if let failure, failure.reason == .damaged { environment.noteDamage(failure) }
            if endReading() { return }
            isInTransaction = true
            job.prepareRerun()
        }
    }

    private func beginReading(inTransaction: Bool) throws {
        failure = nil
        if inTransaction { try run("begin") }
        reading = inTransaction ? .inTransaction : .ready
    }

    /// Returns false if a second query came after the snapshot was released. Then the closure has to run again, in a
    /// transaction.
    private func endReading() -> Bool {
        defer { reading = .none }
        switch reading {
        case .none, .ready, .querying: break
        case .paused(let statement): sqlite3_reset(statement)
        case .released: return failure != .snapshotReleased
        case .inTransaction:
            do {
                // Without writes, a commit is faster than a rollback.
                try run("commit")
            } catch {
                rollback()
            }
        }
        return true
    }

    /// Called before each query.
    func willQuery() throws {
        switch reading {
        case .none, .querying, .inTransaction: return
        case .ready: reading = .querying
        case .paused(let statement):
            try run("begin")
            reading = .inTransaction
            sqlite3_reset(statement)
        case .released: throw failing(.snapshotReleased)
        }
    }

    /// Called after each query. With `isPaused` the statement is on the last row that was needed, otherwise it has no
    /// more rows.
    func didQuery(_ statement: OpaquePointer, isPaused: Bool) {
        guard case .querying = reading else {
            sqlite3_reset(statement)
            return
        }
        reading = isPaused ? .paused(statement) : .released
        if !isPaused { sqlite3_reset(statement) }
    }
}

extension DatabaseError {
    /// Internal to a connection: `endReading` handles it.
    fileprivate static let snapshotReleased = DatabaseError(.misuse, "the snapshot of this read is released")
}
