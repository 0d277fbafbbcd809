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
        }
    }
}
