import ConcertAPI
import ConcertDomain
import Kernel
import Messages
import RPC

/// Maps every refusal to its failure.
extension ConcertRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let rule): .invalid(field, rule)
        case .requestIDReused: RPCFailure(CallReason.requestIDReused)
        case .nameTaken(let name):
            RPCFailure(ConcertReason.nameTaken, "the name “\(name)” is taken: choose another one")
        case .concertUnknown: RPCFailure(ConcertReason.concertUnknown)
        case .scheduleUnknown: RPCFailure(ConcertReason.scheduleUnknown)
        case .reservationUnknown: RPCFailure(ConcertReason.reservationUnknown)
        case .ticketUnknown: RPCFailure(ConcertReason.ticketUnknown)
        case .seatUnknown(let seat): RPCFailure(ConcertReason.seatUnknown, "there is no seat \(seat) on this date")
        case .gradeUnknown(let grade):
            RPCFailure(ConcertReason.gradeUnknown, "no seat of this date has grade “\(Excerpt.of(grade))”")
        case .scheduleChanged(let version):
            RPCFailure(
                ConcertReason.scheduleChanged,
                "the date has changed and is at version \(version) now: repeat the change with this version")
        case .saleNotOpen(let time):
            RPCFailure(ConcertReason.saleNotOpen, "the sale of this date opens at \(time); try again then")
        case .saleOver(let time):
            RPCFailure(
                ConcertReason.saleOver, "the sale of this date closed at \(time), so its seats cannot be reserved")
        case .passMissing(let room):
            RPCFailure(
                ConcertReason.passMissing,
                "a pass of room \(room) is required: join the room and wait for your turn")
        case .passRefused(let reason):
            RPCFailure(
                ConcertReason.passRefused, "the pass was rejected: \(reason). Renew your place to get a new one")
        case .passOfAnotherRoom(let room):
            RPCFailure(
                ConcertReason.passOfAnotherRoom, "the pass is for another room: send a pass of room \(room)")
        case .seatsTaken(let conflicts): .seatsTaken(conflicts)
        case .noSeatsTogether(let count, let grade):
            RPCFailure(
                ConcertReason.noSeatsTogether,
                "no \(count) seats of grade “\(Excerpt.of(grade))” are free together: request fewer seats or another grade"
            )
        case .tooManySeats(let limit, let claimed, let requested):
            RPCFailure(
                ConcertReason.tooManySeats,
                "a user can have \(limit) seats of this date; you have \(claimed) and requested \(requested): request fewer, or release some"
            )
        case .tooManyReservations(let limit):
            RPCFailure(
                ConcertReason.tooManyReservations,
                "a user can have \(limit) held, sold and returned reservations of a concert, and you have \(limit): release one"
            )
        case .alreadySold: RPCFailure(ConcertReason.alreadySold)
        case .notSold(let state):
            RPCFailure(ConcertReason.notSold, "only a sold reservation can be cancelled; this one is \(state)")
        case .notCancellable: RPCFailure(ConcertReason.notCancellable)
        case .cancelDeadlinePassed(let time):
            RPCFailure(
                ConcertReason.cancelDeadlinePassed,
                "users could cancel reservations of this date until \(time); operators still can")
        case .ticketOfReservationUsed(let seat, let time):
            RPCFailure(
                ConcertReason.ticketUsed,
                "the ticket of seat \(seat) was used at \(time), so its reservation cannot be cancelled")
        case .codeRefused(let reason):
            RPCFailure(ConcertReason.codeRefused, "the ticket code was rejected: \(reason)")
        case .ticketOfAnotherDate(let time):
            RPCFailure(
                ConcertReason.ticketOfAnotherDate, "the ticket is for another date, which begins at \(time)")
        case .ticketUsed(let time): RPCFailure(ConcertReason.ticketUsed, "the ticket was used at \(time)")
        case .ticketCancelled(let time):
            RPCFailure(ConcertReason.ticketCancelled, "the ticket was cancelled at \(time)")
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
        if let detail = try? TakenSeats(seats: taken).encoded() {
            failure.details = [Detail(type: TakenSeats.descriptor.name, value: detail)]
        }
        return failure
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
