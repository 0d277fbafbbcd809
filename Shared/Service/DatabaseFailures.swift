import Database
import RPC

/// Translates database errors to RPC failures. No other code does.
extension DatabaseError {
    private static let pauseAfterFailure = Duration.seconds(1)
    private static let pauseAfterConflict = Duration.milliseconds(100)

    /// Nil for a defect of the program, which is logged and answered with INTERNAL. The message of the database is only
    /// logged, because a caller cannot use it.
    package var failure: RPCFailure? {
        switch reason {
        case .overloaded(let retryAfter):
            RPCFailure(.resourceExhausted, "DATABASE_BUSY", "too many calls wait for the database; try again")
                .notProcessed(retryAfter: retryAfter)
        case .deadlinePassed:
            RPCFailure(
                .deadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed before the database started the call")
        case .closed:
            RPCFailure(.unavailable, "DRAINING", "this server is stopping; call another").notProcessed()
        case .conflict:
            retryable(
                .aborted, "DATABASE_CONFLICT", "concurrent calls changed the same rows repeatedly",
                Self.pauseAfterConflict)
        case .unavailable:
            retryable(.unavailable, "DATABASE_UNAVAILABLE", "the database is unavailable", Self.pauseAfterFailure)
        case .diskFull:
            retryable(.unavailable, "DISK_FULL", "the disk of the database is full", Self.pauseAfterFailure)
        case .constraint, .damaged, .misuse, .setup: nil
        }
    }

    private func retryable(
        _ code: StatusCode, _ reason: String, _ problem: String, _ retryAfter: Duration
    ) -> RPCFailure {
        var failure = RPCFailure(
            code, reason,
            "\(problem); ask again with the same request id\(mayHaveCommitted ? " to learn the outcome" : "")")
        failure.retryAfter = retryAfter
        return mayHaveCommitted ? failure.indefinite : failure
    }
}
