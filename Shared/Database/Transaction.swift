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
        try free(for: sql).execute(sql, parameters, expectsOne: true)
    }

    /// How many rows it changed: for a write whose row count decides.
    package func executeCounting(_ sql: StaticString, _ parameters: any Bindable...) throws -> Int {
        try executeCounting(sql, parameters)
    }

    /// The same, for a list of parameters.
    package func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int {
        try free(for: sql).executeCounting(sql, parameters)
    }

    /// What to throw where the closure itself sees that others were faster: it runs again.
    package func conflict() -> DatabaseError {
        session.failing(.conflict)
    }
}
