import Kernel

/// Questions to the database. All of one `read` or `scan` see the database as it was at one moment.
@usableFromInline
package class Reader {
    /// The most rows that a `read` or a `transaction` takes in one answer; a `scan` has no such limit.
    package static let rowLimit = 1000

    /// The time of this run of the closure; never before that of an earlier one.
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
        guard let openSession else { preconditionFailure("a transaction was used after its closure had returned") }
        return openSession
    }

    /// Neither engine answers a second question while it hands out the rows of a first.
    final func free(for sql: StaticString) throws -> any Session {
        let session = session
        guard !isInRows else {
            let message = "«\(sql)» is asked from within the rows of another statement: let that one end first"
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

    /// The same, for a list of parameters.
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

    /// The first row, where there is one.
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
        var isThere = false
        try query(sql, parameters) { _ in
            isThere = true
            return false
        }
        return isThere
    }

    /// Row by row, nothing kept.
    package final func forEach(
        _ sql: StaticString, _ parameters: any Bindable..., body: (borrowing Row) throws -> Void
    ) throws {
        try query(sql, parameters) { row in
            try body(row)
            return true
        }
    }
}
