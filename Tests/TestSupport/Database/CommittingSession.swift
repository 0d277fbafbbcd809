import Database

/// A session of an engine whose transactions do not contain changes of tables, and of a program that is killed.
package final class CommittingSession: DatabaseSession {
    /// What a change of a table does to its transaction.
    package enum Changes: CaseIterable, Sendable {
        /// They belong to the transaction.
        case transactional
        /// The engine commits before each, and each is committed by itself.
        case commitFirst
    }

    private let session: any DatabaseSession
    private let changes: Changes
    /// The number of calls until the program is killed.
    private var callsLeft: Int

    package private(set) var isKilled = false

    package init(_ session: any DatabaseSession, _ changes: Changes, killedAfter calls: Int) {
        self.session = session
        self.changes = changes
        callsLeft = calls
    }

    /// The kill undoes the open transaction, as the engine does when the connection ends.
    private func call() throws(DatabaseError) {
        if callsLeft == 0, !isKilled {
            isKilled = true
            rollback()
        }
        callsLeft -= 1
        if isKilled { throw DatabaseError(.unavailable, "the program was killed") }
    }

    package var isOnlyWriter: Bool { session.isOnlyWriter }
    package var serverRun: String { session.serverRun }

    package func checkTransaction() throws(DatabaseError) -> Bool {
        try call()
        return try session.checkTransaction()
    }

    package func begin() throws(DatabaseError) {
        try call()
        try session.begin()
    }

    package func commit() throws(DatabaseError) {
        try call()
        try session.commit()
    }

    package func rollback() {
        if (try? session.checkTransaction()) ?? true { session.rollback() }
    }

    package func script(_ sql: String) throws(DatabaseError) {
        try call()
        let isChange = ["create", "alter", "drop"].contains { sql.hasPrefix($0) }
        if isChange, changes == .commitFirst, try session.checkTransaction() { try session.commit() }
        try session.script(sql)
        // The kill comes before the program has the answer.
        try call()
    }

    package func query(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, _ body: (borrowing Row) -> Bool
    ) throws(DatabaseError) {
        try call()
        try session.query(statement, bind, limit: limit, body)
    }

    package func execute(_ statement: Statement, _ bind: (Binder) -> Void, expected: Int?) throws(DatabaseError) {
        try call()
        try session.execute(statement, bind, expected: expected)
    }

    package func executeCounting(_ statement: Statement, _ bind: (Binder) -> Void) throws(DatabaseError) -> Int {
        try call()
        return try session.executeCounting(statement, bind)
    }

    package func backup(to path: String) throws { try session.backup(to: path) }
}
