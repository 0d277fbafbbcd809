/// One connection to an engine, as a transaction uses it. Only one thread at a time uses it.
package protocol DatabaseSession: AnyObject {
    /// True if all transactions run one by one, so the order of their statements is that of their commits.
    var isOnlyWriter: Bool { get }
    /// Names the server since its start: another value means a restart or another server. Empty for an engine without a server.
    var serverRun: String { get }
    func begin() throws(DatabaseError)
    func commit() throws(DatabaseError)
    func rollback()
    /// Waits for the answers so far. Returns false if no transaction is open: before `begin`, and after a statement that has
    /// committed its transaction by itself.
    func checkTransaction() throws(DatabaseError) -> Bool

    /// Passes rows to `body` until it returns false. Throws if there are more than `limit`.
    func query(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, _ body: (borrowing Row) -> Bool
    ) throws(DatabaseError)
    /// Runs a statement without waiting for its answer: a later call may throw its error. `expected` is the number of rows
    /// that it must change.
    func execute(_ statement: Statement, _ bind: (Binder) -> Void, expected: Int?) throws(DatabaseError)
    func executeCounting(_ statement: Statement, _ bind: (Binder) -> Void) throws(DatabaseError) -> Int
    /// Runs a statement without waiting for its answer.
    func send(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, to answer: PendingAnswer
    ) throws(DatabaseError)
    /// Updates a row without waiting for it. `key` binds the first parameters, `bind` the others.
    func send(
        _ update: RowUpdate, key: (Binder) -> Void, _ bind: (Binder) -> Void, to answer: PendingAnswer
    ) throws(DatabaseError)
    /// Waits for the answers to all statements before.
    func receive() throws(DatabaseError)
    /// Runs the statements of a migration, which have no parameters and are not cached.
    func script(_ sql: String) throws(DatabaseError)
    /// Copies a snapshot of the whole database to a new file.
    func backup(to path: String) throws
}

/// An engine that answers at once.
extension DatabaseSession {
    package var serverRun: String { "" }

    package func send(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, to answer: PendingAnswer
    ) throws(DatabaseError) {
        if let take = answer.take {
            try query(statement, bind, limit: limit, take)
        } else {
            answer.count = try executeCounting(statement, bind)
        }
        answer.hasArrived = true
    }

    package func send(
        _ update: RowUpdate, key: (Binder) -> Void, _ bind: (Binder) -> Void, to answer: PendingAnswer
    ) throws(DatabaseError) {
        let count = try executeCounting(update.update) { binder in
            key(binder)
            bind(binder)
        }
        if count == 1 { try send(update.query, key, limit: 1, to: answer) }
        answer.hasArrived = true
    }

    package func receive() throws(DatabaseError) {}
}
