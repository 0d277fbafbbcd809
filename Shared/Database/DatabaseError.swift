import Kernel

/// Why the database did not do what it was asked.
@usableFromInline
package struct DatabaseError: Error, Equatable {
    package enum Reason: Equatable, Sendable {
        /// A constraint of the schema, by its name. NOT NULL has none: `table.column`.
        case constraint(String)
        /// Others were faster, each time it was tried.
        case conflict
        /// Too many are waiting already. Not run.
        case overloaded(retryAfter: Duration)
        /// The deadline passed while it waited. Not run.
        case deadlinePassed
        /// The database was closed before it ran.
        case closed
        /// The connection, the disk or a lock failed, each time it was tried.
        case unavailable
        case diskFull
        /// The file is not what the program wrote.
        case damaged
        /// The program asks for what cannot be: a mistake in its code.
        case misuse
        /// The database cannot be opened as it is configured.
        case setup
    }

    package let reason: Reason
    /// For people: what happened, and what to do about it.
    package let message: String
    /// False: nothing was written, and nothing will be. True: nobody knows; the same request asked again will find out.
    package private(set) var mayHaveCommitted = false

    package init(_ reason: Reason, _ message: String, mayHaveCommitted: Bool = false) {
        self.reason = reason
        self.message = message
        self.mayHaveCommitted = mayHaveCommitted
    }

    /// Whether asking again may help.
    package var isPassing: Bool {
        reason == .conflict || reason == .unavailable
    }

    /// True if the file, its disk or the server is the cause, and not what was asked of it.
    package var isOfTheFile: Bool {
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

    static let closed = DatabaseError(.closed, "the database is closed")
    static let deadlinePassed = DatabaseError(.deadlinePassed, "the deadline passed before the database could begin")
    static let noThread = DatabaseError(
        .setup, "the system has no thread left for the database: raise ulimit -u and -v (systemd: TasksMax=, LimitAS=)")
    static let conflict = DatabaseError(.conflict, "others changed the same rows")
}

extension DatabaseError: CustomStringConvertible {
    @usableFromInline package var description: String { message }
}
