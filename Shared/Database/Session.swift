/// One connection to an engine, as a transaction uses it. Only one thread at a time uses it.
protocol Session: AnyObject {
    /// The first error since the transaction began. The transaction fails with it, even if the closure catches it.
    var failure: DatabaseError? { get set }

    func begin() throws
    func commit() throws
    func rollback()

    /// Passes rows to `body` until it returns false. Throws if there are more than `limit`.
    func query(
        _ sql: StaticString, _ parameters: [any Bindable], limit: Int, _ body: (borrowing Row) throws -> Bool
    ) throws
    /// Runs a statement without waiting for its answer: a later call may throw its error.
    func execute(_ sql: StaticString, _ parameters: [any Bindable], expectsOne: Bool) throws
    func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int
    /// Runs the statements of a migration, which have no parameters and are not cached.
    func script(_ sql: String) throws
}

extension Session {
    /// Stores `error` as the failure of the transaction, unless it has failed already. Returns `error`.
    func failing(_ error: DatabaseError) -> DatabaseError {
        if failure == nil { failure = error }
        return error
    }
}
