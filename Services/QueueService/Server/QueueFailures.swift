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
