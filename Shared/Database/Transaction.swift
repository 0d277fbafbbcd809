/// All or nothing: what its closure writes is there after it returns, or nothing is.
@usableFromInline
package final class Transaction: Reader {
    /// For what needs no answer. The engine may send it with its neighbours, so an error may come out of a later call,
    /// or of the commit: do not catch it to decide something.
    package func execute(_ sql: StaticString, _ parameters: any Bindable...) throws {
        try free(for: sql).execute(sql, parameters, expectsOne: false)
    }

    /// A conditional update of one row. Where its condition no longer holds, others were faster: the closure runs again.
    package func executeOne(_ sql: StaticString, _ parameters: any Bindable...) throws {
        try counting(sql).execute(sql, parameters, expectsOne: true)
    }

    /// How many rows it changed: for a write whose row count decides.
    package func executeCounting(_ sql: StaticString, _ parameters: any Bindable...) throws -> Int {
        try executeCounting(sql, parameters)
    }

    /// The same, for a list of parameters.
    package func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int {
        try counting(sql).executeCounting(sql, parameters)
    }

    /// Refuses an insert from a select: engines that distribute tables count the rows that were selected, not those inserted.
    private func counting(_ sql: StaticString) throws -> any Session {
        let session = try free(for: sql)
        guard !sql.insertsSelection else {
            let message = "«\(sql)» inserts a selection, whose rows some engines miscount: insert values instead"
            throw session.failing(DatabaseError(.misuse, message))
        }
        return session
    }

    /// What to throw where the closure itself sees that others were faster: it runs again.
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
