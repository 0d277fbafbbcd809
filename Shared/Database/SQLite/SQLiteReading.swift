import CSQLite

/// The state of a read. All its queries see one snapshot. A single query always does, so most reads need no
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
    func read(_ job: DatabaseJob, _ environment: Environment) {
        guard !job.isLate(environment.clock) else { return }
        var isInTransaction = job.kind == .scan
        while true {
            do throws(DatabaseError) {
                if isInTransaction { try run(Command.begin) }
            } catch {
                return job.problem = error
            }
            reading = isInTransaction ? .inTransaction : .ready
            _ = job.run(on: self, now: environment.now())
            if let failure = job.failure, failure.reason == .damaged { environment.noteDamage(failure) }
            if endReading(after: job.failure) { return }
            isInTransaction = true
            job.prepareRerun()
        }
    }

    /// Returns false if a second query began after the snapshot was released. Then the closure has to run again, in a
    /// transaction.
    private func endReading(after failure: DatabaseError?) -> Bool {
        defer { reading = .none }
        switch reading {
        case .none, .ready, .querying: break
        case .paused(let statement): sqlite3_reset(statement)
        case .released: return failure != .snapshotReleased
        case .inTransaction:
            // Without writes, a commit is faster than a rollback.
            do throws(DatabaseError) { try run(Command.commit) } catch { rollback() }
        }
        return true
    }

    /// Called before each query.
    func willQuery() throws(DatabaseError) {
        switch reading {
        case .none, .querying, .inTransaction: return
        case .ready: reading = .querying
        case .paused(let statement):
            try run(Command.begin)
            reading = .inTransaction
            sqlite3_reset(statement)
        case .released: throw .snapshotReleased
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
