/// One connection to an engine, used by one thread at a time: all that a transaction needs of it.
protocol Session: AnyObject {
    /// What went wrong first since the transaction began. A closure that swallows it does not get its transaction.
    var failure: DatabaseError? { get set }

    func begin() throws
    func commit() throws
    func rollback()

    /// Hands rows to `body` until it returns false. More than `limit` rows are an error.
    func query(
        _ sql: StaticString, _ parameters: [any Bindable], limit: Int, _ body: (borrowing Row) throws -> Bool
    ) throws
    /// Nobody waits for the answer: an error may come out of a later call.
    func execute(_ sql: StaticString, _ parameters: [any Bindable], expectsOne: Bool) throws
    func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int
    /// Statements of a migration: text, no parameters, not cached.
    func script(_ sql: String) throws
}

extension Session {
    /// Notes `error` as what the transaction fails with, unless there is one already.
    func failing(_ error: DatabaseError) -> DatabaseError {
        if failure == nil { failure = error }
        return error
    }
}
