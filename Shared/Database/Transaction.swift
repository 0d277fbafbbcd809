import Kernel

/// Reads and writes, of which all or none take effect.
@usableFromInline
package final class Transaction: Reader {
    /// True if no other transaction writes meanwhile, so a counter costs no waiting.
    package let isOnlyWriter: Bool

    override init(_ session: any DatabaseSession, now: Timestamp, rowLimit: Int = Reader.rowLimit) {
        isOnlyWriter = session.isOnlyWriter
        super.init(session, now: now, rowLimit: rowLimit)
    }

    /// Runs a statement without waiting for its answer. The engine may send it together with others, so a later call or
    /// the commit may throw its error. Do not catch it to decide something.
    @usableFromInline
    package func execute(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) {
        try run(statement) { session throws(DatabaseError) in
            try session.execute(statement, bind, expected: nil)
        }
    }

    /// Runs a conditional update of one row. If no row meets the condition, another transaction was faster, and the
    /// closure runs again.
    package func executeOne(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) {
        try counting(statement) { session throws(DatabaseError) in
            try session.execute(statement, bind, expected: 1)
        }
    }

    /// Inserts a row for each item, without waiting. A row that exists violates a constraint.
    @inlinable
    package func executeAll<Item>(
        _ insert: RowsStatement, _ items: [Item], _ bind: (Binder) -> Void = { _ in }, each: (Binder, Item) -> Void
    ) throws(DatabaseError) {
        for (part, statement) in insert.parts(items.count) {
            try execute(statement) { binder in
                bind(binder)
                for item in items[part] { each(binder, item) }
            }
        }
    }

    /// Inserts a row for each item, unless it exists. Returns the number of new rows of each statement, and the indexes of its
    /// items. On PostgreSQL it waits once.
    @inlinable
    package func counts<Item>(
        _ insert: RowsStatement, _ items: [Item], _ bind: (Binder) -> Void = { _ in }, each: (Binder, Item) -> Void
    ) throws -> [(items: Range<Int>, count: Int)] {
        let counts = try insert.parts(items.count).map { part, statement in
            let count = try pendingCount(statement) { binder in
                bind(binder)
                for item in items[part] { each(binder, item) }
            }
            return (part, count)
        }
        return try counts.map { part, count in (part, try count.value()) }
    }

    /// Inserts a row for each item. The rows that the statements return are read later.
    @inlinable
    package func pendingRows<Item, Value>(
        _ insert: RowsStatement, _ items: [Item], _ bind: (Binder) -> Void = { _ in },
        each: (Binder, Item) -> Void, map: @escaping (borrowing Row) throws -> Value
    ) throws -> [PendingRows<Value>] {
        try insert.parts(items.count).map { part, statement in
            try pendingRows(
                statement,
                { binder in
                    bind(binder)
                    for item in items[part] { each(binder, item) }
                }, map: map)
        }
    }

    /// Returns the number of changed rows, for a write whose row count decides something.
    package func executeCounting(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) -> Int {
        try counting(statement) { session throws(DatabaseError) in try session.executeCounting(statement, bind) }
    }

    /// Throws for an insert from a select, because engines that distribute tables count the selected rows, not the
    /// inserted ones.
    func counting<Value>(
        _ statement: Statement, _ body: (any DatabaseSession) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        try run(statement) { session throws(DatabaseError) in
            guard !statement.insertsSelection else {
                throw DatabaseError(
                    .misuse,
                    "«\(statement)» inserts a selection, whose rows some engines count wrongly: insert values instead")
            }
            return try body(session)
        }
    }

    /// Returns the error to throw if the closure finds that another transaction was faster. The closure then runs
    /// again.
    package func conflict() -> DatabaseError {
        failing(.conflict)
    }
}
