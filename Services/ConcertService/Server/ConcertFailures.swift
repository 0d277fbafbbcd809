import ConcertAPI
import ConcertDomain
import Messages
import RPC

/// Maps every refusal to its failure.
extension ConcertRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .because(let reason, let sentence): RPCFailure(ConcertReason(reason), sentence)
        case .invalid(let field, let rule): .invalid(field, rule)
        case .requestIDReused: RPCFailure(CallReason.requestIDReused)
        case .seatsTaken(let conflicts): .seatsTaken(conflicts)
        case .refundChanged(let refund): .refundChanged(refund)
        }
    }
}

extension RPCFailure {
    private static let namedInMessage = 10

    fileprivate static func seatsTaken(_ conflicts: [SeatConflict]) -> RPCFailure {
        let states = conflicts.map { SeatState($0.claim) }
        let reason: ConcertReason =
            switch Set(states) {
            case [.held]: .seatHeld
            case [.sold]: .seatSold
            case [.blocked]: .seatBlocked
            default: .seatsTaken
            }
        let more = conflicts.count > namedInMessage ? "; and \(conflicts.count - namedInMessage) more" : ""
        let message = conflicts.prefix(namedInMessage).map(\.description).joined(separator: "; ") + more
        var failure = RPCFailure(reason, message)
        let taken = zip(conflicts, states).map { TakenSeat(seat: $0.label.text, state: $1) }
        failure.add(TakenSeats(seats: taken))
        return failure
    }

    fileprivate static func refundChanged(_ refund: Refund) -> RPCFailure {
        var failure = RPCFailure(
            ConcertReason.refundChanged,
            "the return refunds only \(refund.amount) and keeps \(refund.kept) now: repeat it with this amount")
        failure.add(ReturnAmount(refund))
        return failure
    }

    private mutating func add(_ detail: some Message) {
        guard let value = try? detail.encoded() else { return }
        details.append(Detail(type: type(of: detail).descriptor.name, value: value))
    }
}

extension SeatState {
    init(_ claim: Seat.Claim) {
        self =
            switch claim {
            case .free: .free
            case .held: .held
            case .sold: .sold
            case .blocked: .blocked
            }
    }
}
