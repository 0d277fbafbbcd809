import Database
import RPC

/// The only place where errors of the database become answers.
extension DatabaseError {
    private static let restAfterTrouble = Duration.seconds(1)
    private static let restAfterConflict = Duration.milliseconds(100)

    /// Nil for a mistake in the program: logged, and answered INTERNAL. What the database itself says stays in the log: a
    /// caller can do nothing with it.
    package var failure: RPCFailure? {
        switch reason {
        case .overloaded(let retryAfter):
            RPCFailure(.resourceExhausted, "DATABASE_BUSY", "too many calls wait for the database; try again")
                .notProcessed(retryAfter: retryAfter)
        case .deadlinePassed:
            RPCFailure(.deadlineExceeded, "DEADLINE_EXCEEDED", "the time was over before the database could begin")
        case .closed:
            RPCFailure(.unavailable, "DRAINING", "this server is being stopped; call another").notProcessed()
        case .conflict:
            honest(
                .aborted, "DATABASE_CONFLICT", "others changed the same rows again and again", Self.restAfterConflict)
        case .unavailable:
            honest(.unavailable, "DATABASE_UNAVAILABLE", "the database is unavailable", Self.restAfterTrouble)
        case .diskFull:
            honest(.unavailable, "DISK_FULL", "the database has no room left", Self.restAfterTrouble)
        case .constraint, .damaged, .misuse, .setup: nil
        }
    }

    private func honest(
        _ code: StatusCode, _ reason: String, _ happened: String, _ retryAfter: Duration
    ) -> RPCFailure {
        var failure = RPCFailure(
            code, reason,
            "\(happened); ask again with the same request id\(mayHaveCommitted ? " to learn the outcome" : "")")
        failure.retryAfter = retryAfter
        return mayHaveCommitted ? failure.indefinite : failure
    }
}
