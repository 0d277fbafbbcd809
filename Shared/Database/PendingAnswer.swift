/// The answer to a statement that was sent without waiting for it. PostgreSQL answers many statements at once.
@usableFromInline
package class PendingAnswer {
    @usableFromInline let reader: Reader
    /// True if the number of changed rows is the answer, not rows.
    let isCount: Bool
    @usableFromInline final var hasArrived = false
    @usableFromInline final var count = 0

    @usableFromInline
    init(_ reader: Reader, isCount: Bool) {
        self.reader = reader
        self.isCount = isCount
    }

    /// Adds a row. Returns false if no further one is wanted.
    @usableFromInline
    func add(_ row: borrowing Row) -> Bool { false }

    /// Waits until the answer has arrived, with those of all statements before.
    @usableFromInline
    final func arrive() throws(DatabaseError) {
        if !hasArrived { try reader.receive() }
        // It never arrives if an earlier statement has failed.
        if !hasArrived { throw reader.failure ?? DatabaseError(.misuse, "an answer is used after its run") }
    }
}

/// The rows of a query that was sent without waiting for them.
@usableFromInline
package final class PendingRows<Value>: PendingAnswer {
    @usableFromInline let map: (borrowing Row) throws -> Value
    @usableFromInline var rows: [Value] = []
    @usableFromInline var thrown: (any Error)?

    @inlinable
    init(_ reader: Reader, _ map: @escaping (borrowing Row) throws -> Value) {
        self.map = map
        super.init(reader, isCount: false)
    }

    @inlinable
    override func add(_ row: borrowing Row) -> Bool {
        let isNested = reader.enterRows()
        defer { reader.leaveRows(isNested) }
        do {
            rows.append(try map(row))
            return true
        } catch {
            thrown = error
            return false
        }
    }

    /// Waits for the rows.
    @inlinable
    package func all() throws -> [Value] {
        try arrive()
        if let thrown { throw thrown }
        return rows
    }

    /// Waits for the first row. Nil if there is none.
    @inlinable
    package func first() throws -> Value? { try all().first }
}

extension Array {
    /// Waits for the rows of all statements.
    @inlinable
    package func all<Value>() throws -> [Value] where Element == PendingRows<Value> {
        try flatMap { rows in try rows.all() }
    }
}

/// The number of changed rows of a write that was sent without waiting for it.
@usableFromInline
package final class PendingCount: PendingAnswer {
    init(_ reader: Reader) {
        super.init(reader, isCount: true)
    }

    /// Waits for the number.
    @usableFromInline
    package func value() throws(DatabaseError) -> Int {
        try arrive()
        return count
    }
}

extension Reader {
    /// As `rows`, but does not wait for the answer. The rows arrive with those of the first answer that is waited for.
    @inlinable
    package final func pendingRows<Value>(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }, map: @escaping (borrowing Row) throws -> Value
    ) throws -> PendingRows<Value> {
        let answer = PendingRows(self, map)
        try send(statement, bind, to: answer)
        return answer
    }
}

extension Transaction {
    /// As `executeCounting`, but does not wait for the answer.
    @usableFromInline
    package final func pendingCount(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) -> PendingCount {
        let answer = PendingCount(self)
        try counting(statement) { _ throws(DatabaseError) in }
        try send(statement, bind, to: answer)
        return answer
    }
}
