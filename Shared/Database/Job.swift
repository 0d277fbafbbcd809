import Kernel
import Synchronization

/// One run of one closure, which travels to the thread of a connection and back.
///
/// Sound to share: only one thread uses it at a time. The caller passes it on under a queue's lock, and uses it again
/// after it is finished.
@usableFromInline
class Job: @unchecked Sendable {
    @usableFromInline
    enum Kind { case transaction, read, scan }

    /// A final error, or an error after which another attempt may succeed.
    @usableFromInline
    enum Problem {
        case thrown(any Error)
        case transient(DatabaseError)
    }

    let kind: Kind
    let deadline: Uptime?
    @usableFromInline
    final var problem: Problem?
    final var continuation: UnsafeContinuation<Void, Never>?
    private let isFinished = Atomic(false)

    @usableFromInline
    init(_ kind: Kind, deadline: Uptime?) {
        self.kind = kind
        self.deadline = deadline
    }

    /// Runs the closure once. Returns false if its writes must be undone.
    @usableFromInline
    func run(_ transaction: Transaction) -> Bool {
        preconditionFailure("a subclass runs the closure")
    }

    /// Ends the run. A failed statement fails the job, even if the closure caught the error.
    @usableFromInline
    final func end(_ transaction: Transaction) -> Bool {
        if let failure = transaction.session.failure { fail(failure) }
        transaction.end()
        return problem == nil
    }

    /// Prepares the job for another run.
    final func prepareRerun() {
        problem = nil
        continuation = nil
        isFinished.store(false, ordering: .relaxed)
    }

    final func fail(_ error: DatabaseError) {
        problem = error.isTransient ? .transient(error) : .thrown(error)
    }

    /// Resumes the caller.
    final func finish() {
        // A job that ran on its caller's thread has no continuation.
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

/// A job with the value that its closure returns.
@usableFromInline
final class JobOf<Value>: Job, @unchecked Sendable {
    @usableFromInline let body: (Transaction) throws -> Value
    @usableFromInline var value: Value?

    @inlinable
    init(_ kind: Kind, deadline: Uptime?, _ body: @escaping (Transaction) throws -> Value) {
        self.body = body
        super.init(kind, deadline: deadline)
    }

    @inlinable
    override func run(_ transaction: Transaction) -> Bool {
        do {
            value = try body(transaction)
        } catch {
            problem = .thrown(error)
        }
        return end(transaction)
    }
}
