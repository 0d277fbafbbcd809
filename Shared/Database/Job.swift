import Kernel
import Synchronization

/// One run of one closure, on its way to the thread of a connection and back.
///
/// Sound to share: only one side has it at a time. The caller hands it over through a queue's lock and looks at it again
/// when it is finished.
@usableFromInline
class Job: @unchecked Sendable {
    @usableFromInline
    enum Kind { case transaction, read, scan }

    /// What is thrown, or that it is better to try again.
    @usableFromInline
    enum Problem {
        case thrown(any Error)
        case passing(DatabaseError)
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

    /// Runs the closure once. False means that nothing it wrote may stay.
    @usableFromInline
    func run(_ transaction: Transaction) -> Bool {
        preconditionFailure("a job has a closure")
    }

    /// The closure has run. A failed statement decides, whatever the closure made of it.
    @usableFromInline
    final func end(_ transaction: Transaction) -> Bool {
        if let failure = transaction.session.failure { fail(failure) }
        transaction.end()
        return problem == nil
    }

    /// The closure is to run once more.
    final func beginAgain() {
        problem = nil
        continuation = nil
        isFinished.store(false, ordering: .relaxed)
    }

    final func fail(_ error: DatabaseError) {
        problem = error.isPassing ? .passing(error) : .thrown(error)
    }

    /// Gives the job back to the caller.
    final func finish() {
        // Nobody waits for a job that ran on its caller's thread.
        let caller = continuation
        isFinished.store(true, ordering: .releasing)
        caller?.resume()
    }

    /// The continuation orders what comes before and after by itself; this says it so that the thread sanitizer sees it.
    final func takeBack() {
        precondition(isFinished.load(ordering: .acquiring), "a job came back before it was finished")
    }
}

/// A job and what its closure returns.
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
