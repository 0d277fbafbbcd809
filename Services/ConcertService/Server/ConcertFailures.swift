import ConcertAPI
import ConcertDomain
import Kernel
import Messages
import RPC

/// Maps every refusal to its failure.
extension ConcertRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .invalid(let field, let rule): RPCFailure(.invalidArgument, "INVALID_FIELD", "\(field) \(rule)")
        case .requestIDReused:
            RPCFailure(
                .alreadyExists, "REQUEST_ID_REUSED",
                "this request_id was used for another request; create a new one")
        case .nameTaken(let name):
            RPCFailure(.alreadyExists, "NAME_TAKEN", "the name “\(name)” is taken: choose another one")
        case .concertUnknown:
            RPCFailure(.notFound, "CONCERT_UNKNOWN", "concert not found: check its name or id")
        case .scheduleUnknown:
            RPCFailure(.notFound, "SCHEDULE_UNKNOWN", "date not found in this concert: check its name or id")
        case .reservationUnknown:
            RPCFailure(
                .notFound, "RESERVATION_UNKNOWN", "you have no such reservation of this concert: check its id")
        case .ticketUnknown:
            RPCFailure(
                .notFound, "TICKET_UNKNOWN", "ticket not found in this concert: check its id or code")
        case .seatUnknown(let seat):
            RPCFailure(
                .notFound, "SEAT_UNKNOWN", "there is no seat \(seat) on this date")
        case .gradeUnknown(let grade):
            RPCFailure(.notFound, "GRADE_UNKNOWN", "no seat of this date has grade “\(Excerpt.of(grade))”")
        case .scheduleChanged(let version):
            RPCFailure(
                .aborted, "SCHEDULE_CHANGED",
                "the date has changed and is at version \(version) now: repeat the change with this version")
        case .saleNotOpen(let time):
            RPCFailure(.failedPrecondition, "SALE_NOT_OPEN", "the sale of this date opens at \(time); try again then")
        case .saleOver(let time):
            RPCFailure(
                .failedPrecondition, "SALE_OVER",
                "the sale of this date closed at \(time), so its seats cannot be reserved")
        case .passMissing(let room):
            RPCFailure(
                .permissionDenied, "PASS_MISSING",
                "a pass of room \(room) is required: join the room and wait for your turn")
        case .passRefused(let reason):
            RPCFailure(
                .permissionDenied, "PASS_REFUSED", "the pass was rejected: \(reason). Renew your place to get a new one"
            )
        case .passOfAnotherRoom(let room):
            RPCFailure(
                .permissionDenied, "PASS_OF_ANOTHER_ROOM", "the pass is for another room: send a pass of room \(room)")
        case .seatsTaken(let conflicts): .seatsTaken(conflicts)
        case .noSeatsTogether(let count, let grade):
            RPCFailure(
                .aborted, "NO_SEATS_TOGETHER",
                "no \(count) seats of grade “\(Excerpt.of(grade))” are free together: request fewer seats or another grade"
            )
        case .tooManySeats(let limit, let claimed, let requested):
            RPCFailure(
                .failedPrecondition, "TOO_MANY_SEATS",
                "a user can have \(limit) seats of this date; you have \(claimed) and requested \(requested): request fewer, or release some"
            )
        case .tooManyReservations(let limit):
            RPCFailure(
                .failedPrecondition, "TOO_MANY_RESERVATIONS",
                "a user can have \(limit) held, sold and returned reservations of a concert, and you have \(limit): release one"
            )
        case .alreadySold:
            RPCFailure(.failedPrecondition, "ALREADY_SOLD", "a sold reservation cannot be released, only cancelled")
        case .notSold(let state):
            RPCFailure(
                .failedPrecondition, "NOT_SOLD", "only a sold reservation can be cancelled; this one is \(state)")
        case .notCancellable:
            RPCFailure(
                .failedPrecondition, "NOT_CANCELLABLE", "users cannot cancel reservations of this date; operators can")
        case .cancelDeadlinePassed(let time):
            RPCFailure(
                .failedPrecondition, "CANCEL_DEADLINE_PASSED",
                "users could cancel reservations of this date until \(time); operators still can")
        case .ticketOfReservationUsed(let seat, let time):
            RPCFailure(
                .failedPrecondition, "TICKET_USED",
                "the ticket of seat \(seat) was used at \(time), so its reservation cannot be cancelled")
        case .codeRefused(let reason):
            RPCFailure(.invalidArgument, "CODE_REFUSED", "the ticket code was rejected: \(reason)")
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
