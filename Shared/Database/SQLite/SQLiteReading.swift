import CSQLite
import Kernel

/// How far a read has come. Everything that it asks is answered as of one moment. One question is that by itself, so most
/// reads do without a transaction; one begins with the second question, while the first still stands on its row and
/// thereby on its moment.
enum SQLiteReading {
    case none, unasked, asking
    case standing(OpaquePointer)
    /// The first question has run to its end, and its moment is over.
    case over
    case inTransaction
}

extension SQLiteConnection {
    /// Runs a job that only asks.
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
            job.beginAgain()
        }
    }

    private func beginReading(inTransaction: Bool) throws {
        failure = nil
        if inTransaction { try run("begin") }
        reading = inTransaction ? .inTransaction : .unasked
    }

    /// False: a second question came when the moment of the first was over. The closure has to run again, in a transaction.
    private func endReading() -> Bool {
        defer { reading = .none }
        switch reading {
        case .none, .unasked, .asking: break
        case .standing(let statement): sqlite3_reset(statement)
        case .over: return failure != .momentOver
        case .inTransaction:
            do {
                // It ends a transaction that wrote nothing faster than a rollback does.
                try run("commit")
            } catch {
                rollback()
            }
        }
        return true
    }

    /// Before each question.
    func ask() throws {
        switch reading {
        case .none, .asking, .inTransaction: return
        case .unasked: reading = .asking
        case .standing(let statement):
            try run("begin")
            reading = .inTransaction
            sqlite3_reset(statement)
        case .over: throw failing(.momentOver)
        }
    }

    /// After each question: its statement stands on the row that was enough, or has no more.
    func answered(_ statement: OpaquePointer, isStanding: Bool) {
        guard case .asking = reading else {
            sqlite3_reset(statement)
            return
        }
        reading = isStanding ? .standing(statement) : .over
        if !isStanding { sqlite3_reset(statement) }
    }
}

extension DatabaseError {
    /// Between a connection and itself: nobody else sees it.
    fileprivate static let momentOver = DatabaseError(.misuse, "the moment of this read is over")
}
