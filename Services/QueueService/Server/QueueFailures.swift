import Kernel
import QueueAPI
import QueueDomain
import RPC

/// Maps every refusal to its failure.
extension QueueRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let rule): .invalid(field, rule)
        case .requestIDReused: RPCFailure(CallReason.requestIDReused)
        case .roomUnknown: RPCFailure(QueueReason.roomUnknown)
        case .placeUnknown: RPCFailure(QueueReason.placeUnknown)
        case .nameTaken: RPCFailure(QueueReason.nameTaken)
        case .roomHasOpened: RPCFailure(QueueReason.roomHasOpened)
        case .roomScheduled: RPCFailure(QueueReason.roomScheduled)
        case .roomClosed: RPCFailure(QueueReason.roomClosed)
        case .roomDraining: RPCFailure(QueueReason.roomDraining)
        case .roomNotJoinable(let opens):
            RPCFailure(QueueReason.roomNotOpen, opens.map { "joining starts at \($0)" })
        case .placeWaiting(let ahead):
            RPCFailure(
                QueueReason.placeWaiting,
                "it is not your turn yet: \(ahead) \(ahead == 1 ? "person is" : "people are") ahead of you")
        case .placeNotActive: RPCFailure(QueueReason.placeNotActive)
        case .placeEnded(let end, let reason):
            RPCFailure(
                QueueReason(end), reason.isEmpty ? nil : "this place has ended: \(reason); join again for a new one")
        }
    }
}

extension QueueReason {
    fileprivate init(_ end: Place.State) {
        self =
            switch end {
            case .finished: .placeFinished
            case .left: .placeLeft
            case .lapsed: .placeLapsed
            case .revoked: .placeRevoked
            case .waiting, .admitted, .active: preconditionFailure("a place that is \(end) has not ended")
            }
    }
}
