/// An update of one row that returns columns of the row after it.
///
/// PostgreSQL returns them with the update. SQLite would store them in a temporary table, whose creation costs as much as
/// the update, so there a query follows it.
@usableFromInline
package struct RowUpdate: Sendable {
    package let update: Statement
    package let query: Statement
    package let returning: Statement

    /// `row` is the table with the condition on its key, for `select … from`. The parameters of the key are the first ones.
    package init(_ update: SQL, returning columns: SQL, of row: SQL) {
        self.update = "\(update)"
        query = "select \(columns) from \(row)"
        returning = "\(update) returning \(columns)"
    }
}

extension Transaction {
    /// Updates the row with the key, without waiting. The answer has the row if the update has changed it.
    @inlinable
    package final func pendingRow<Value>(
        _ update: RowUpdate, key: (Binder) -> Void, _ bind: (Binder) -> Void = { _ in },
        map: @escaping (borrowing Row) throws -> Value
    ) throws -> PendingRows<Value> {
        let rows = PendingRows(self, map)
        try send(update, key: key, bind, to: rows.answer)
        return rows
    }

    @usableFromInline
    final func send(
        _ update: RowUpdate, key: (Binder) -> Void, _ bind: (Binder) -> Void, to answer: PendingAnswer
    ) throws(DatabaseError) {
        try run(update.returning) { session throws(DatabaseError) in
            try session.send(update, key: key, bind, to: answer)
        }
    }
}
