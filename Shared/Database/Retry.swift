import Kernel

/// The tries of one call: how many, how far apart, and what is known at the end.
struct Retry {
    private static let firstPause = Duration.milliseconds(2)
    private static let longestPause = Duration.milliseconds(500)

    private let environment: Environment
    private var attempt = 1
    private var mayHaveCommitted = false

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// Returns when it is time to try again. Throws when it is not worth it: too many tries, or past the deadline.
    mutating func pause(after error: DatabaseError, before deadline: Uptime?) async throws {
        mayHaveCommitted = mayHaveCommitted || error.mayHaveCommitted
        environment.observe(.again(after: error, attempt: attempt))
        let resumption = environment.clock.uptime + length
        guard attempt < environment.limits.attempts, resumption < deadline ?? Uptime(nanoseconds: .max) else {
            throw error.afterUnknownCommit(mayHaveCommitted)
        }
        // The first time at once: most conflicts are over by then.
        if attempt > 1 {
            do {
                try await environment.clock.sleep(until: resumption)
            } catch {
                throw DatabaseError(.unavailable, "cancelled while trying again", mayHaveCommitted: mayHaveCommitted)
            }
        }
        attempt += 1
    }

    /// A commit whose outcome is unknown stays unknown, whatever a later try ran into. A refusal of the closure itself is
    /// the truth: it looked.
    func final(_ error: any Error) -> any Error {
        guard mayHaveCommitted, let error = error as? DatabaseError else { return error }
        return error.afterUnknownCommit(true)
    }

    /// Doubles each time; a random part, so that those who collided do not meet again.
    private var length: Duration {
        let pause = min(Self.firstPause * (1 << min(max(attempt - 2, 0), 16)), Self.longestPause)
        var random = SeededGenerator(seed: environment.clock.uptime.nanoseconds &+ environment.nextSeed())
        return pause * Double.random(in: 0.5...1, using: &random)
    }
}
