/// The answer to a statement that was sent without waiting for it. PostgreSQL answers many statements at once.
@usableFromInline
package final class PendingAnswer {
    @usableFromInline let reader: Reader
    /// Receives a row. Returns false if no further one is wanted. Nil if the number of changed rows is the answer.
    let take: ((borrowing Row) -> Bool)?
    @usableFromInline var hasArrived = false
    @usableFromInline var count = 0

    @usableFromInline
    init(_ reader: Reader, _ take: ((borrowing Row) -> Bool)? = nil) {
        self.reader = reader
        self.take = take
    }

    /// Waits until the answer has arrived, with those of all statements before.
    @usableFromInline
    func arrive() throws(DatabaseError) {
        if !hasArrived { try reader.receive() }
        // It never arrives if an earlier statement has failed.
        if !hasArrived { throw reader.failure ?? DatabaseError(.misuse, "an answer is used after its run") }
    }
}

/// The rows of a query that was sent without waiting for them.
@usableFromInline
package struct PendingRows<Value> {
    /// The rows that have arrived. The compiler specializes the closure that adds to them, but would not specialize a method.
    @usableFromInline
    final class Received {
        @usableFromInline var rows: [Value] = []
        @usableFromInline var thrown: (any Error)?

        @inlinable
        init() {}
    }

    @usableFromInline let answer: PendingAnswer
    @usableFromInline let received: Received

    @inlinable
    init(_ reader: Reader, _ map: @escaping (borrowing Row) throws -> Value) {
        let received = Received()
        self.received = received
        answer = PendingAnswer(reader) { row in
            let isNested = reader.enterRows()
            defer { reader.leaveRows(isNested) }
            do {
                received.rows.append(try map(row))
                return true
            } catch {
                received.thrown = error
                return false
            }
        }
    }

    /// Waits for the rows.
    @inlinable
    package func all() throws -> [Value] {
        try answer.arrive()
        if let thrown = received.thrown { throw thrown }
        return received.rows
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
package struct PendingCount {
    let answer: PendingAnswer

    /// Waits for the number.
    @usableFromInline
    package func value() throws(DatabaseError) -> Int {
        try answer.arrive()
        return answer.count
    }
}

extension Reader {
    /// As `rows`, but does not wait for the answer. The rows arrive with those of the first answer that is waited for.
    @inlinable
    package final func pendingRows<Value>(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }, map: @escaping (borrowing Row) throws -> Value
    ) throws -> PendingRows<Value> {
        let rows = PendingRows(self, map)
        try send(statement, bind, to: rows.answer)
        return rows
    }
}

extension Transaction {
    /// As `executeCounting`, but does not wait for the answer.
    @usableFromInline
    package final func pendingCount(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) -> PendingCount {
        let answer = PendingAnswer(self)
        try counting(statement) { _ throws(DatabaseError) in }
        try send(statement, bind, to: answer)
        return PendingCount(answer: answer)
    }
}
