import Kernel
import QueueAPI
import QueueDomain
import RPC

/// Maps every refusal to its failure.
extension QueueRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .because(let reason, let sentence): RPCFailure(QueueReason(reason), sentence)
        case .invalid(let field, let rule): .invalid(field, rule)
        case .requestIDReused: RPCFailure(CallReason.requestIDReused)
        case .full(let wait): .full(wait)
        case .notYet(let wait): .notYet(wait)
        }
    }
}

extension RPCFailure {
    /// Callers of one network come back at different times, to spread them.
    static func tooOften(_ limit: JoinThrottle.Limit, spread: Double) -> RPCFailure {
        let (who, wait): (String, Duration) =
            switch limit {
            case .account(let wait): ("you have joined too often", wait)
            case .network(let wait):
                ("too many users join from your network", wait + .milliseconds(Int64(spread * 10_000)))
            }
        let seconds = wait.milliseconds / 1000 + 1
        var failure = RPCFailure(
            QueueReason.joinsTooOften, "\(who); try again in \(seconds) s. If you have a place, it is as it was")
        failure.retryAfter = wait
        return failure
    }

    fileprivate static func full(_ wait: Duration) -> RPCFailure {
        let seconds = wait.milliseconds / 1000 + 1
        var failure = RPCFailure(
            QueueReason.roomFull, "as many users wait in this room as may wait; try again in \(seconds) s")
        failure.retryAfter = wait
        return failure
    }

    fileprivate static func notYet(_ wait: Duration) -> RPCFailure {
        var failure = RPCFailure(QueueReason.receiptNotYet)
        failure.retryAfter = wait
        return failure
    }
}
