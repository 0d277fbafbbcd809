import Kernel

/// Runs queries. All queries of one `read` or `scan` see the same snapshot.
@usableFromInline
package class Reader {
    /// Maximum of rows that one query of a `read` or a `transaction` returns. A `scan` has no limit.
    package static let rowLimit = 1000

    /// The time of this run of the closure, never earlier than that of a run before.
    package let now: Timestamp
    let rowLimit: Int
    private var openSession: (any Session)?
    private var isInRows = false

    init(_ session: any Session, now: Timestamp, rowLimit: Int = Reader.rowLimit) {
        session.failure = nil
        openSession = session
        self.now = now
        self.rowLimit = rowLimit
    }

    final var session: any Session {
        guard let openSession else { preconditionFailure("a transaction is used after its closure returned") }
        return openSession
    }

    /// Returns the session. Neither engine runs a second query while the rows of the first are read.
    final func free(for sql: StaticString) throws -> any Session {
        let session = session
        guard !isInRows else {
            let message = "«\(sql)» runs while the rows of another query are read: finish that query first"
            throw session.failing(DatabaseError(.misuse, message))
        }
        return session
    }

    private func query(
        _ sql: StaticString, _ parameters: [any Bindable], _ body: (borrowing Row) throws -> Bool
    ) throws {
        let session = try free(for: sql)
        isInRows = true
        defer { isInRows = false }
        try session.query(sql, parameters, limit: rowLimit, body)
    }

    final func end() {
        openSession = nil
    }

    package final func rows<Value>(
        _ sql: StaticString, _ parameters: any Bindable..., map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try rows(sql, parameters, map: map)
    }

    /// Returns all rows, for a list of parameters.
    package final func rows<Value>(
        _ sql: StaticString, _ parameters: [any Bindable], map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try query(sql, parameters) { row in
            values.append(try map(row))
            return true
        }
        return values
    }

    /// Returns the first row. Nil if there is none.
    package final func first<Value>(
        _ sql: StaticString, _ parameters: any Bindable..., map: (borrowing Row) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try query(sql, parameters) { row in
            value = try map(row)
            return false
        }
        return value
    }

    package final func exists(_ sql: StaticString, _ parameters: any Bindable...) throws -> Bool {
        var isFound = false
        try query(sql, parameters) { _ in
            isFound = true
            return false
        }
        return isFound
    }

    /// Passes each row to `body` and stores none.
    package final func forEach(
        _ sql: StaticString, _ parameters: any Bindable..., body: (borrowing Row) throws -> Void
    ) throws {
        try query(sql, parameters) { row in
            try body(row)
            return true
        }
    }
}
