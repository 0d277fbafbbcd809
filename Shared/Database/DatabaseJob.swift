import Kernel
import Synchronization

/// One run of one closure, which the caller passes to the thread of a connection.
///
/// Sound to share: only one thread uses it at a time. The caller passes it on under a queue's lock, and uses it again
/// after it is finished.
@usableFromInline
package class DatabaseJob: @unchecked Sendable {
    @usableFromInline
    package enum Kind: Sendable {
        case transaction, read, scan
        /// A read of one query.
        case query
    }

    package let kind: Kind
    package let deadline: Uptime?
    /// True if the run waits a moment for another transaction, to share its commit.
    @usableFromInline final var joinsOthers = false
    /// The user for whom the job runs. Nil if no limit of a user applies.
    final var caller: UserID?
    /// The error of the run. Nil if it succeeded.
    package final var problem: (any Error)?
    /// The first failed statement of the run.
    package final var failure: DatabaseError?
    private final var continuation: UnsafeContinuation<Void, Never>?
    private let isFinished = Atomic(false)

    @usableFromInline
    init(_ kind: Kind, deadline: Uptime?) {
        self.kind = kind
        self.deadline = deadline
    }

    /// Runs the closure once. Returns false if its writes must be undone. A failed statement fails the job, even if the
    /// closure caught the error.
    package func run(on session: any DatabaseSession, now: Timestamp) -> Bool {
        let limit = kind == .scan ? Int.max : Reader.rowLimit
        let reader =
            kind == .transaction
            ? Transaction(session, now: now, rowLimit: limit) : Reader(session, now: now, rowLimit: limit)
        do {
            try call(reader)
        } catch {
            problem = error
        }
        failure = reader.failure
        if kind == .query, reader.statementCount > 1 {
            failure = DatabaseError(.misuse, "a query runs \(reader.statementCount) statements: use read")
        }
        if let failure { problem = failure }
        reader.end()
        return problem == nil
    }

    @usableFromInline
    func call(_ reader: Reader) throws {
        preconditionFailure("a subclass calls its closure")
    }

    /// True if the deadline has passed. Then it also sets the problem of the job.
    final func isLate(_ clock: any Clock) -> Bool {
        guard let deadline, deadline <= clock.uptime else { return false }
        problem = DatabaseError.deadlinePassed
        return true
    }

    /// Clears the outcome of the previous run.
    package final func prepareRerun() {
        problem = nil
        failure = nil
    }

    /// Stores the caller, which `finish` resumes.
    final func wait(_ caller: UnsafeContinuation<Void, Never>) {
        isFinished.store(false, ordering: .relaxed)
        continuation = caller
    }

    /// Resumes the caller.
    package func finish() {
        // A job inside another one has no continuation.
        let caller = continuation
        isFinished.store(true, ordering: .releasing)
        caller?.resume()
    }

    /// Orders the run before the caller's next access. The continuation does that already, but the thread sanitizer
    /// cannot see it.
    final func checkFinished() {
        precondition(isFinished.load(ordering: .acquiring), "the caller resumed before the job was finished")
    }
}

@usableFromInline
final class JobOf<Handle: Reader, Value>: DatabaseJob, @unchecked Sendable {
    @usableFromInline let body: (Handle) throws -> Value
    @usableFromInline var value: Value?

    @inlinable
    init(_ kind: Kind, deadline: Uptime?, _ body: @escaping (Handle) throws -> Value) {
        self.body = body
        super.init(kind, deadline: deadline)
    }

    @inlinable
    override func call(_ reader: Reader) throws {
        value = try body(reader as! Handle)
    }
}

/// A job that uses the connection itself: a backup, or an engine that wraps another one.
package final class SessionJob: DatabaseJob, @unchecked Sendable {
    private let body: (SessionJob, any DatabaseSession, Timestamp) throws -> Bool
    private let finished: (SessionJob) -> Void

    package init(
        _ kind: Kind, deadline: Uptime? = nil,
        _ body: @escaping (SessionJob, any DatabaseSession, Timestamp) throws -> Bool,
        finished: @escaping (SessionJob) -> Void = { _ in }
    ) {
        self.body = body
        self.finished = finished
        super.init(kind, deadline: deadline)
    }

    package override func finish() {
        super.finish()
        finished(self)
    }

    package override func run(on session: any DatabaseSession, now: Timestamp) -> Bool {
        do {
            return try body(self, session, now)
        } catch {
            problem = error
            return false
        }
    }
}
