import Kernel

/// Questions to the database. All of one `read` or `scan` see the database as it was at one moment.
package class Reader {
    /// The most rows that a `read` or a `transaction` takes in one answer; a `scan` has no such limit.
    package static let rowLimit = 1000

    /// The time of this run of the closure; never before that of an earlier one.
    package let now: Timestamp
    let rowLimit: Int
    private var openSession: (any Session)?

    init(_ session: any Session, now: Timestamp, rowLimit: Int = Reader.rowLimit) {
        openSession = session
        self.now = now
        self.rowLimit = rowLimit
    }

    final var session: any Session {
        guard let openSession else { preconditionFailure("a transaction was used after its closure had returned") }
        return openSession
    }

    final func end() {
        openSession = nil
    }

    package final func rows<Value>(
        _ sql: StaticString, _ parameters: any Bindable..., map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try session.query(sql, parameters, limit: rowLimit) { row in
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
        try session.query(sql, parameters, limit: rowLimit) { row in
            value = try map(row)
            return false
        }
        return value
    }

    package final func exists(_ sql: StaticString, _ parameters: any Bindable...) throws -> Bool {
        var isThere = false
        try session.query(sql, parameters, limit: rowLimit) { _ in
            isThere = true
            return false
        }
        return isThere
    }

    /// Row by row, nothing kept.
    package final func forEach(
        _ sql: StaticString, _ parameters: any Bindable..., body: (borrowing Row) throws -> Void
    ) throws {
        try session.query(sql, parameters, limit: rowLimit) { row in
            try body(row)
            return true
        }
    }
}
