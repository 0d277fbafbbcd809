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
            RPCFailure(CallReason.databaseBusy)
                .notProcessed(retryAfter: retryAfter)
        case .deadlinePassed:
            RPCFailure(CallReason.deadlineExceeded, "the deadline passed before the database started the call")
        case .closed:
            RPCFailure(CallReason.draining).notProcessed()
        case .conflict:
            retryable(.databaseConflict, Self.pauseAfterConflict)
        case .unavailable:
            retryable(.databaseUnavailable, Self.pauseAfterFailure)
        case .diskFull:
            retryable(.diskFull, Self.pauseAfterFailure)
        case .constraint, .damaged, .misuse, .setup: nil
        }
    }

    private func retryable(_ reason: CallReason, _ retryAfter: Duration) -> RPCFailure {
        var failure = RPCFailure(
            reason,
            "\(reason.sentence); ask again with the same request id\(mayHaveCommitted ? " to learn the outcome" : "")")
        failure.retryAfter = retryAfter
        return mayHaveCommitted ? failure.indefinite : failure
    }
}
