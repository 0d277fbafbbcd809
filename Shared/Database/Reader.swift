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

    init(_ session: any DatabaseSession, now: Timestamp, rowLimit: Int = Reader.rowLimit) {
        self.session = session
        self.now = now
        self.rowLimit = rowLimit
    }

    final func end() {
        session = nil
    }

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
        do {
            return try body(session)
        } catch {
            throw failing(error)
        }
    }

    /// Passes rows to `body` until it returns false. Not generic: the generic functions are compiled by their callers.
    @usableFromInline
    final func query(
        _ statement: Statement, _ bind: (Binder) -> Void, _ body: (borrowing Row) throws -> Bool
    ) throws {
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

    /// Returns all rows.
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

    /// Returns the rows of several keys, with few queries.
    @inlinable
    package final func rows<Key: Bindable, Value>(
        _ statement: KeyedStatement, keys: [Key], _ bind: (Binder) -> Void = { _ in },
        map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try forEach(statement, keys.count) { binder, next, size in
            bind(binder)
            binder.bind(keys[next], filling: size)
        } body: { row in
            values.append(try map(row))
        }
        return values
    }

    @usableFromInline
    final func forEach(
        _ keyed: KeyedStatement, _ count: Int, _ bind: (Binder, _ next: Range<Int>, _ size: Int) -> Void,
        body: (borrowing Row) throws -> Void
    ) throws {
        var start = 0
        while start < count {
            let (size, statement) = keyed.fitting(count - start)
            try forEach(statement, { bind($0, start..<min(start + size, count), size) }, body: body)
            start += size
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
