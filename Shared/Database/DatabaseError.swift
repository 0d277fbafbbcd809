/// The failure of a database call.
@usableFromInline
package struct DatabaseError: Error, Equatable {
    package enum Reason: Equatable, Sendable {
        /// The name of the violated constraint. NOT NULL has no name: then it is `table.column`.
        case constraint(String)
        /// Other transactions changed the same rows, in each attempt.
        case conflict
        /// The queue is full. The call did not run.
        case overloaded(retryAfter: Duration)
        /// The deadline passed while the call was queued. It did not run.
        case deadlinePassed
        /// The database was closed before the call ran.
        case closed
        /// The connection, the disk or a lock failed, in each attempt.
        case unavailable
        case diskFull
        /// The file differs from what the program wrote.
        case damaged
        /// The statement or the call is invalid: a mistake in the code of the program.
        case misuse
        /// The database cannot be opened with this configuration.
        case setup
    }

    package let reason: Reason
    /// A message for operators: what failed, why, and what to do.
    package let message: String
    /// False if nothing was written and nothing will be. True if the outcome is unknown: sending the same request again
    /// returns it.
    package private(set) var mayHaveCommitted = false
    /// True if a table, column or index that the statement creates exists, or one that it changes does not.
    private(set) var isAboutSchema = false

    package init(_ reason: Reason, _ message: String, mayHaveCommitted: Bool = false) {
        self.reason = reason
        self.message = message
        self.mayHaveCommitted = mayHaveCommitted
    }

    /// True if another attempt may succeed.
    package var isTransient: Bool {
        reason == .conflict || reason == .unavailable
    }

    /// True if the cause is the file, its disk or the server, and not the call.
    package var isStorageFailure: Bool {
        switch reason {
        case .unavailable, .diskFull, .damaged, .setup: true
        case .constraint, .conflict, .overloaded, .deadlinePassed, .closed, .misuse: false
        }
    }

    func afterUnknownCommit(_ isUnknown: Bool) -> DatabaseError {
        var error = self
        error.mayHaveCommitted = mayHaveCommitted || isUnknown
        return error
    }

    /// An error of a statement that finds another schema than it expects.
    static func aboutSchema(_ detail: String) -> DatabaseError {
        var error = DatabaseError(.misuse, detail)
        error.isAboutSchema = true
        return error
    }

    /// Runs `body`. Its errors begin with `name`.
    static func naming<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError where !error.message.hasPrefix(name) {
            throw DatabaseError(error.reason, "\(name): \(error.message)")
        }
    }

    static let closed = DatabaseError(.closed, "the database is closed")
    static let deadlinePassed = DatabaseError(
        .deadlinePassed, "the deadline passed before the database started the call: send the request again")
    static let noThread = DatabaseError(
        .setup,
        "the system cannot create a thread for the database: raise ulimit -u and -v (systemd: TasksMax=, LimitAS=)")
    static let noAnswer = DatabaseError(
        .unavailable, "the server accepted the connection, but did not answer within 5 s")
    static let conflict = DatabaseError(.conflict, "other transactions changed the same rows")
}

extension DatabaseError: CustomStringConvertible {
    @usableFromInline package var description: String { message }
}
