/// Reads and writes, of which all or none take effect.
@usableFromInline
package final class Transaction: Reader {
    /// Runs a statement without waiting for its answer. The engine may send it together with others, so a later call or
    /// the commit may throw its error. Do not catch it to decide something.
    package func execute(_ sql: StaticString, _ parameters: any Bindable...) throws {
        try free(for: sql).execute(sql, parameters, expectsOne: false)
    }

    /// Runs a conditional update of one row. If no row meets the condition, another transaction was faster, and the
    /// closure runs again.
    package func executeOne(_ sql: StaticString, _ parameters: any Bindable...) throws {
        try counting(sql).execute(sql, parameters, expectsOne: true)
    }

    /// Returns the number of changed rows, for a write whose row count decides something.
    package func executeCounting(_ sql: StaticString, _ parameters: any Bindable...) throws -> Int {
        try executeCounting(sql, parameters)
    }

    /// Returns the number of changed rows, for a list of parameters.
    package func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int {
        try counting(sql).executeCounting(sql, parameters)
    }

    /// Returns the session. Throws for an insert from a select, because engines that distribute tables count the
    /// selected rows instead of the inserted ones.
    private func counting(_ sql: StaticString) throws -> any Session {
        let session = try free(for: sql)
        guard !sql.insertsSelection else {
            let message = "«\(sql)» inserts a selection, whose rows some engines count wrongly: insert values instead"
            throw session.failing(DatabaseError(.misuse, message))
        }
        return session
    }

    /// Returns the error to throw if the closure finds that another transaction was faster. The closure then runs
    /// again.
    package func conflict() -> DatabaseError {
        session.failing(.conflict)
    }
}

extension StaticString {
    fileprivate var insertsSelection: Bool {
        let text = UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
        return text.starts(with: "insert ".utf8) && text.contains("select ".utf8)
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func contains(_ word: String.UTF8View) -> Bool {
        guard let first = word.first else { return true }
        return indices.contains { self[$0] == first && self[$0...].starts(with: word) }
    }
}
