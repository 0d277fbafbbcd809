import Kernel

/// Runs queries. All queries of one `read` or `scan` see the same snapshot.
@usableFromInline
package class Reader {
    /// Maximum of rows that one query of a `read` or a `transaction` returns. A `scan` has no limit.
    package static let rowLimit = 1000

    /// The time of this run of the closure, never earlier than that of a run before.
    package let now: Timestamp
    private let rowLimit: Int
    private var session: (any DatabaseSession)?
    private var isInRows = false
    /// The first failed statement. The run fails with it, even if the closure catches it.
    private(set) var failure: DatabaseError?
    private(set) var statementCount = 0

    init(_ session: any DatabaseSession, now: Timestamp, rowLimit: Int = Reader.rowLimit) {
        self.session = session
        self.now = now
        self.rowLimit = rowLimit
    }

    final func end() {
        session = nil
    }

    /// Names the server since its start. Another value than before means that a failover may have lost rows. Empty without one.
    package final var serverRun: String { session?.serverRun ?? "" }

    /// Records the error of a statement. Returns `error`.
    final func failing(_ error: DatabaseError) -> DatabaseError {
        failure = failure ?? error
        return error
    }

    /// Runs `body` on the session. Neither engine runs a second statement while the rows of a query are read.
    final func run<Value>(
        _ statement: Statement, _ body: (any DatabaseSession) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        guard let session else { preconditionFailure("a transaction is used after its closure returned") }
        guard !isInRows else {
            let message = "«\(statement)» runs while the rows of another query are read: finish that query first"
            throw failing(DatabaseError(.misuse, message))
        }
        statementCount += 1
        do {
            return try body(session)
        } catch {
            throw failing(error)
        }
    }

    /// Refuses statements until `leaveRows`, because the rows of an answer are read.
    @usableFromInline
    final func enterRows() -> Bool {
        defer { isInRows = true }
        return isInRows
    }

    @usableFromInline
    final func leaveRows(_ isNested: Bool) {
        isInRows = isNested
    }

    @usableFromInline
    final func send(_ statement: Statement, _ bind: (Binder) -> Void, to answer: PendingAnswer) throws(DatabaseError) {
        try run(statement) { session throws(DatabaseError) in
            try session.send(statement, bind, limit: rowLimit, to: answer)
        }
    }

    /// Waits for the answers to all statements before.
    @usableFromInline
    final func receive() throws(DatabaseError) {
        guard let session else { preconditionFailure("an answer is used after its closure returned") }
        do {
            try session.receive()
        } catch {
            throw failing(error)
        }
    }

    /// Passes rows to `body` until it returns false. Not generic: the generic functions are compiled by their callers.
    @usableFromInline
    final func query(_ statement: Statement, _ bind: (Binder) -> Void, _ body: (borrowing Row) throws -> Bool) throws {
        var thrown: (any Error)?
        try run(statement) { session throws(DatabaseError) in
            isInRows = true
            defer { isInRows = false }
            try session.query(statement, bind, limit: rowLimit) { row in
                do {
                    return try body(row)
                } catch {
                    thrown = error
                    return false
                }
            }
        }
        if let thrown { throw thrown }
    }

    @inlinable
    package final func rows<Value>(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }, map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try query(statement, bind) { row in
            values.append(try map(row))
            return true
        }
        return values
    }

    /// Returns the rows of several keys. On PostgreSQL it waits once for all of them.
    @inlinable
    package final func rows<Key: Bindable, Value>(
        _ keyed: KeyedStatement, keys: [Key], _ bind: (Binder) -> Void = { _ in },
        map: @escaping (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try pendingRows(keyed, keys: keys, bind, map: map).all()
    }

    /// As `rows`, but does not wait for the answers.
    @inlinable
    package final func pendingRows<Key: Bindable, Value>(
        _ keyed: KeyedStatement, keys: [Key], _ bind: (Binder) -> Void = { _ in },
        map: @escaping (borrowing Row) throws -> Value
    ) throws -> [PendingRows<Value>] {
        try keyed.parts(keys.count).map { items, statement in
            try pendingRows(
                statement,
                { binder in
                    bind(binder)
                    for key in keys[items] { binder.bind(key) }
                }, map: map)
        }
    }

    /// Returns the first row. Nil if there is none.
    @inlinable
    package final func first<Value>(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }, map: (borrowing Row) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try query(statement, bind) { row in
            value = try map(row)
            return false
        }
        return value
    }

    package final func exists(_ statement: Statement, _ bind: (Binder) -> Void = { _ in }) throws -> Bool {
        try first(statement, bind) { _ in true } ?? false
    }

    /// Passes each row to `body` and stores none.
    package final func forEach(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }, body: (borrowing Row) throws -> Void
    ) throws {
        try query(statement, bind) { row in
            try body(row)
            return true
        }
    }
}
