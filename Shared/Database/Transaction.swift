/// Reads and writes, of which all or none take effect.
@usableFromInline
package final class Transaction: Reader {
    /// Runs a statement without waiting for its answer. The engine may send it together with others, so a later call or
    /// the commit may throw its error. Do not catch it to decide something.
    package func execute(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) {
        try run(statement) { session throws(DatabaseError) in
            try session.execute(statement, bind, expectsOne: false)
        }
    }

    /// Runs a conditional update of one row. If no row meets the condition, another transaction was faster, and the
    /// closure runs again.
    package func executeOne(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) {
        try counting(statement) { session throws(DatabaseError) in
            try session.execute(statement, bind, expectsOne: true)
        }
    }

    /// Returns the number of changed rows, for a write whose row count decides something.
    package func executeCounting(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) -> Int {
        try counting(statement) { session throws(DatabaseError) in try session.executeCounting(statement, bind) }
    }

    /// Throws for an insert from a select, because engines that distribute tables count the selected rows instead of the
    /// inserted ones.
    private func counting<Value>(
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
