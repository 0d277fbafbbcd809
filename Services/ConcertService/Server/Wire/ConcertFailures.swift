import ConcertAPI
import ConcertDomain
import Kernel
import RPC

/// The only place where refusals become answers.
extension ConcertRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let rule): RPCFailure(.invalidArgument, "INVALID_FIELD", "\(field) \(rule)")
        case .requestIDReused:
            RPCFailure(
                .alreadyExists, "REQUEST_ID_REUSED",
                "this request_id was used before, for something else: make a new one for a new wish")
        case .nameTaken(let name):
            RPCFailure(.alreadyExists, "NAME_TAKEN", "the name “\(name)” is taken: choose another")
        case .concertUnknown: RPCFailure(.notFound, "CONCERT_UNKNOWN", "there is no such concert")
        case .scheduleUnknown: RPCFailure(.notFound, "SCHEDULE_UNKNOWN", "the concert has no such date")
        case .reservationUnknown: RPCFailure(.notFound, "RESERVATION_UNKNOWN", "you have no such reservation")
        case .ticketUnknown: RPCFailure(.notFound, "TICKET_UNKNOWN", "there is no such ticket")
        case .seatUnknown(let seat): RPCFailure(.notFound, "SEAT_UNKNOWN", "there is no seat \(seat)")
        case .gradeUnknown(let grade):
            RPCFailure(.notFound, "GRADE_UNKNOWN", "no seat is of grade “\(Excerpt.of(grade))”")
        case .scheduleChanged(let version):
            RPCFailure(
                .aborted, "SCHEDULE_CHANGED",
                "somebody else has changed the date; it is at version \(version) now: look at it and try again")
        case .saleNotOpen(let time):
            RPCFailure(.failedPrecondition, "SALE_NOT_OPEN", "the sale of this date opens at \(time)")
        case .saleOver(let time):
            RPCFailure(.failedPrecondition, "SALE_OVER", "the sale of this date closed at \(time)")
        case .passMissing(let room):
            RPCFailure(
                .permissionDenied, "PASS_MISSING", "this takes a pass of room \(room): join it, and wait for yours")
        case .passRefused(let why):
            RPCFailure(.permissionDenied, "PASS_REFUSED", "the pass is not accepted: \(why). Renew your place")
        case .passOfAnotherRoom(let room):
            RPCFailure(
                .permissionDenied, "PASS_OF_ANOTHER_ROOM", "the pass is of another room; this takes one of \(room)")
        case .seatsTaken(let conflicts): .seatsTaken(conflicts)
        case .noSeatsTogether(let count, let grade):
            RPCFailure(
                .aborted, "NO_SEATS_TOGETHER",
                "no \(count) seats of grade “\(Excerpt.of(grade))” are free together: ask for fewer, or for another grade"
            )
        case .tooManySeats(let limit, let claimed, let asked):
            RPCFailure(
                .failedPrecondition, "TOO_MANY_SEATS",
                "a user may have \(limit) seats of this date; you have \(claimed) and asked for \(asked)")
        case .tooManyReservations(let limit):
            RPCFailure(
                .failedPrecondition, "TOO_MANY_RESERVATIONS", "a user may have \(limit) reservations of a concert")
        case .alreadySold:
            RPCFailure(.failedPrecondition, "ALREADY_SOLD", "the reservation is paid for: cancel it to give it back")
        case .notSold(let state):
            RPCFailure(.failedPrecondition, "NOT_SOLD", "only what was sold can be cancelled; this is \(state)")
        case .notCancellable:
            RPCFailure(.failedPrecondition, "NOT_CANCELLABLE", "tickets of this date cannot be given back")
        case .cancelDeadlinePassed(let time):
            RPCFailure(
                .failedPrecondition, "CANCEL_DEADLINE_PASSED", "tickets of this date could be given back until \(time)")
        case .ticketOfReservationUsed(let seat, let time):
            RPCFailure(.failedPrecondition, "TICKET_USED", "the ticket of seat \(seat) was used at \(time)")
        case .codeRefused(let why):
            RPCFailure(.invalidArgument, "CODE_REFUSED", "the ticket code is not accepted: \(why)")
        case .ticketOfAnotherDate(let time):
            RPCFailure(
                .failedPrecondition, "TICKET_OF_ANOTHER_DATE", "the ticket is for another date, which begins at \(time)"
            )
        case .ticketUsed(let time): RPCFailure(.failedPrecondition, "TICKET_USED", "the ticket was used at \(time)")
        case .ticketCancelled(let time):
            RPCFailure(.failedPrecondition, "TICKET_CANCELLED", "the ticket was cancelled at \(time)")
        }
    }
}

extension RPCFailure {
    private static let namedInMessage = 10

    fileprivate static func seatsTaken(_ conflicts: [SeatConflict]) -> RPCFailure {
        let states = conflicts.map { SeatState($0.claim) }
        let reason =
            switch Set(states) {
            case [.held]: "SEAT_HELD"
            case [.sold]: "SEAT_SOLD"
            case [.blocked]: "SEAT_BLOCKED"
            default: "SEATS_TAKEN"
            }
        let more = conflicts.count > namedInMessage ? "; and \(conflicts.count - namedInMessage) more" : ""
        let message = conflicts.prefix(namedInMessage).map(\.description).joined(separator: "; ") + more
        var failure = RPCFailure(.aborted, reason, message)
        let taken = zip(conflicts, states).map { TakenSeat(seat: $0.label.text, state: $1) }
        if let detail = try? TakenSeats(seats: taken).encoded() {
            failure.details = [Detail(type: "onsale.concert.v1.TakenSeats", value: detail)]
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
