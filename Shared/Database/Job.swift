import Kernel
import Synchronization

/// One run of one closure, on its way to the thread of a connection and back.
///
/// Sound to share: only one side has it at a time. The caller hands it over through a queue's lock and looks at it again
/// when it is finished.
class Job: @unchecked Sendable {
    enum Kind { case transaction, read, scan }

    /// What is thrown, or that it is better to try again.
    enum Problem {
        case thrown(any Error)
        case passing(DatabaseError)
    }

    let kind: Kind
    let deadline: Uptime?
    final var problem: Problem?
    final var continuation: UnsafeContinuation<Void, Never>?
    private let isFinished = Atomic(false)

    init(_ kind: Kind, deadline: Uptime?) {
        self.kind = kind
        self.deadline = deadline
    }

    /// Runs the closure once. False means that nothing it wrote may stay.
    func run(_ transaction: Transaction) -> Bool {
        preconditionFailure("a job has a closure")
    }

    final func fail(_ error: DatabaseError) {
        problem = error.isPassing ? .passing(error) : .thrown(error)
    }

    /// Gives the job back to the caller.
    final func finish() {
        isFinished.store(true, ordering: .releasing)
        // Nobody waits for a job that ran on its caller's thread.
        continuation?.resume()
    }

    /// The continuation orders what comes before and after by itself; this says it so that the thread sanitizer sees it.
    final func takeBack() {
        precondition(isFinished.load(ordering: .acquiring), "a job came back before it was finished")
    }
}

/// A job and what its closure returns.
final class JobOf<Value>: Job, @unchecked Sendable {
    private let body: (Transaction) throws -> Value
    private(set) var value: Value?

    init(_ kind: Kind, deadline: Uptime?, _ body: @escaping (Transaction) throws -> Value) {
        self.body = body
        super.init(kind, deadline: deadline)
    }

    override func run(_ transaction: Transaction) -> Bool {
        let session = transaction.session
        session.failure = nil
        do {
            value = try body(transaction)
        } catch {
            problem = .thrown(error)
        }
        // A failed statement decides, whatever the closure made of it.
        if let failure = session.failure { fail(failure) }
        transaction.end()
        return problem == nil
    }
}
