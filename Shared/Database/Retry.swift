import Kernel

/// How often a failed call runs again.
@usableFromInline
package enum Attempts: Sendable {
    case full
    /// After a conflict once at most: a transaction of several requests, each of which has one of its own then.
    case shared
    /// Once and immediately if the server does not answer: a call that its caller repeats soon. While one of several servers is
    /// away, it does not delay the caller's calls for the others.
    case polled
}

/// The attempts of one call: their number, the pauses between them, and whether a commit's outcome is unknown.
struct Retry {
    private static let backoff = Backoff(from: .milliseconds(2), upTo: .milliseconds(500))

    private let environment: Environment
    private let kind: Attempts
    private var attempt = 1
    private var mayHaveCommitted = false

    init(_ environment: Environment, _ kind: Attempts) {
        self.environment = environment
        self.kind = kind
    }

    /// Returns when it is time for the next attempt. Throws if there are no attempts left, or if the deadline comes
    /// first.
    mutating func pause(after error: DatabaseError, before deadline: Uptime?) async throws {
        mayHaveCommitted = mayHaveCommitted || error.mayHaveCommitted
        environment.observe(.retried(after: error, attempt: attempt))
        // With a random part, so that conflicting calls do not collide again.
        var random = SeededGenerator(seed: environment.clock.uptime.nanoseconds &+ environment.nextSeed())
        let pause = Self.backoff.pause(after: attempt - 1, shorterBy: 0.5, using: &random)
        let resumption = environment.clock.uptime + pause
        guard attempt < attempts(after: error), resumption < deadline ?? Uptime(nanoseconds: .max) else {
            throw error.afterUnknownCommit(mayHaveCommitted)
        }
        // The second attempt is immediate, because most conflicts are over by then.
        if attempt > 1 {
            do {
                try await environment.clock.sleep(until: resumption)
            } catch {
                throw DatabaseError(
                    .unavailable, "the call was cancelled between two attempts", mayHaveCommitted: mayHaveCommitted)
            }
        }
        attempt += 1
    }

    /// A shared transaction whose rows were changed runs again once. It does not wait again for a row that another transaction
    /// holds for long.
    private func attempts(after error: DatabaseError) -> Int {
        let maximum = environment.limits.attempts
        return switch (kind, error.reason) {
        case (.shared, .conflict): min(error == .conflict ? 2 : 1, maximum)
        case (.polled, .unavailable): min(2, maximum)
        default: maximum
        }
    }

    /// Returns the error of the last attempt. A commit with an unknown outcome stays unknown after a later database
    /// error. An error of the closure itself is definite, because the closure queried the rows.
    func final(_ error: any Error) -> any Error {
        guard mayHaveCommitted, let error = error as? DatabaseError else { return error }
        return error.afterUnknownCommit(true)
    }
}
