import ConcertAPI
import ConcertDomain
import Kernel
import Service

// Conversions between domain values and messages. In this module, these names are the values of the domain, and
// `ConcertAPI.Concert` is the message.
typealias Concert = ConcertDomain.Concert
typealias Schedule = ConcertDomain.Schedule
typealias Reservation = ConcertDomain.Reservation
typealias Decision = ConcertDomain.Decision
typealias Ticket = ConcertDomain.Ticket
typealias Refund = ConcertDomain.Refund

extension ConcertAPI.Concert {
    init(_ concert: Concert) {
        self.init(
            concertID: concert.id, name: concert.name, title: concert.settings.title, host: concert.settings.host,
            currency: concert.currency.code, browseRoomID: concert.settings.browseRoom, createdAt: concert.createdAt,
            version: UInt64(clamping: concert.version), updatedAt: concert.updatedAt, zone: concert.settings.zone)
    }
}

extension ConcertAPI.Schedule {
    init(_ schedule: Schedule, _ tally: SeatTally? = nil) {
        self.init(
            scheduleID: schedule.id, concertID: schedule.concert,
            settings: ScheduleSettings(schedule.settings), version: UInt64(clamping: schedule.version),
            layoutVersion: UInt64(clamping: schedule.layoutVersion), counts: tally.map { SeatCounts($0) },
            returnSteps: schedule.returnPolicy.steps.map {
                ReturnStep(daysBeforeStart: UInt32($0.daysBeforeStart), keptPercent: UInt32($0.keptPercent))
            },
            createdAt: schedule.addedAt, updatedAt: schedule.changedAt, movedAt: schedule.move?.at,
            moveReason: schedule.move?.reason ?? "", returnUntil: schedule.fullReturnUntil,
            cancelReason: schedule.cancellation?.reason ?? "", cancelledAt: schedule.cancellation?.at,
            presales: schedule.settings.presales.map { Presale(roomID: $0) })
    }
}

extension ScheduleSettings {
    init(_ settings: Schedule.Settings) {
        self.init(
            name: settings.name, startsAt: settings.startsAt, endsAt: settings.endsAt,
            saleOpensAt: settings.saleOpensAt, saleClosesAt: settings.saleClosesAt, cancelUntil: settings.cancelUntil,
            seatsPerUser: UInt32(clamping: settings.seatsPerUser), hold: settings.hold, roomID: settings.room)
    }
}

extension Schedule.Settings {
    private static let defaultSeatsPerUser = 4
    private static let defaultHold = Duration.minutes(5)

    init(_ settings: ScheduleSettings) throws(ConcertRefusal) {
        let unset = Timestamp(milliseconds: 0)
        try self.init(
            name: settings.name, startsAt: settings.startsAt ?? unset, endsAt: settings.endsAt ?? unset,
            saleOpensAt: settings.saleOpensAt ?? unset, saleClosesAt: settings.saleClosesAt ?? unset,
            cancelUntil: settings.cancelUntil,
            seatsPerUser: settings.seatsPerUser == 0 ? Self.defaultSeatsPerUser : Int(settings.seatsPerUser),
            hold: settings.hold == .zero ? Self.defaultHold : settings.hold, room: settings.roomID)
    }
}

extension SeatCounts {
    init(_ tally: SeatTally) {
        self.init(
            free: UInt64(tally.free), held: UInt64(tally.held), sold: UInt64(tally.sold), blocked: UInt64(tally.blocked)
        )
    }
}

extension ConcertAPI.Reservation {
    /// Shows a lapsed reservation as expired at its deadline, even if its row is not updated yet.
    init(_ reservation: Reservation, at now: Timestamp) {
        let isLapsed = reservation.isLapsed(at: now)
        self.init(
            reservationID: reservation.id, concertID: reservation.concert, scheduleID: reservation.schedule,
            state: ReservationState(reservation.state(at: now)), seats: reservation.seats.map(\.text),
            amount: reservation.amount.field, currency: reservation.amount.currency.code,
            reservedAt: reservation.reservedAt, deadline: reservation.deadline, soldAt: reservation.soldAt,
            endedAt: isLapsed ? reservation.deadline : reservation.endedAt, paymentID: reservation.payment,
            returnedSeats: reservation.returnedSeats.map(\.text), returnReason: reservation.returnReason,
            userID: reservation.user, updatedAt: reservation.updatedAt(at: now),
            dateCancelled: reservation.cancellation != nil, roomID: reservation.place?.room,
            placeID: reservation.place?.place)
    }
}

extension ReservationState {
    init(_ state: Reservation.State) {
        self =
            switch state {
            case .held: .held
            case .sold: .sold
            case .released: .released
            case .expired: .expired
            case .returned: .returned
            }
    }
}

extension Reservation.State {
    /// Nil if the field is not set.
    init?(_ field: ReservationState) throws(ConcertRefusal) {
        switch field {
        case .unspecified: return nil
        case .held: self = .held
        case .sold: self = .sold
        case .released: self = .released
        case .expired: self = .expired
        case .returned: self = .returned
        case .unrecognized: throw .invalid("state", "must be a state of a reservation")
        }
    }
}

extension Ticket.State {
    /// Nil if the field is not set.
    init?(_ field: TicketState) throws(ConcertRefusal) {
        switch field {
        case .unspecified: return nil
        case .valid: self = .valid
        case .used: self = .used
        case .cancelled: self = .cancelled
        case .unrecognized: throw .invalid("state", "must be a state of a ticket")
        }
    }
}

extension SeatLabel {
    init(field text: String) throws(ConcertRefusal) {
        guard let label = SeatLabel(text) else {
            throw .invalid("seat", "must be a name such as A-12-7, 12-7 or 7; got “\(Excerpt.of(text))”")
        }
        self = label
    }
}

extension ConcertAPI.Ticket {
    /// A ticket of a date that was moved shows the present times.
    init(_ ticket: Ticket, on schedule: Schedule) {
        let isAsSold = schedule.isAsSold(ticket)
        let state: TicketState =
            switch ticket.state {
            case .valid: .valid
            case .used: .used
            case .cancelled: .cancelled
            }
        self.init(
            ticketID: ticket.id, concertID: ticket.concert, scheduleID: ticket.schedule,
            reservationID: ticket.reservation, state: state, seat: ticket.seat.text, grade: ticket.grade,
            price: ticket.price.field, currency: ticket.price.currency.code,
            startsAt: isAsSold ? ticket.startsAt : schedule.settings.startsAt,
            endsAt: isAsSold ? ticket.endsAt : schedule.settings.endsAt, issuedAt: ticket.issuedAt,
            usedAt: ticket.usedAt, cancelledAt: ticket.cancelledAt, refunded: ticket.refunded.field,
            kept: ticket.kept.field, refundID: ticket.refund, cancelReason: ticket.cancelReason,
            firstUsedAt: ticket.firstUsedAt, undoneAt: ticket.undo?.at, undoReason: ticket.undo?.reason ?? "",
            updatedAt: ticket.updatedAt, userID: ticket.user, soldStartsAt: isAsSold ? nil : ticket.startsAt,
            moveReason: isAsSold ? "" : schedule.move?.reason ?? "",
            returnUntil: ticket.state == .cancelled ? nil : schedule.fullReturn(of: ticket),
            movedAt: isAsSold ? nil : schedule.move?.at)
    }
}

extension ConcertAPI.Refund {
    init(_ refund: Refund) {
        self.init(
            refundID: refund.id, concertID: refund.concert, paymentID: refund.payment,
            reservationID: refund.reservation, userID: refund.user, amount: refund.amount.field,
            currency: refund.amount.currency.code, reason: refund.reason, dueSince: refund.dueSince,
            kept: refund.kept.field, seats: refund.seats.map(\.text), acknowledgedAt: refund.acknowledgedAt)
    }
}

extension ReturnAmount {
    init(_ refund: Refund) {
        self.init(
            refunded: refund.amount.field, kept: refund.kept.field, currency: refund.amount.currency.code)
    }
}

extension ConcertAPI.Decision {
    /// `sold` is the reservation that the payment bought, and `tickets` are its tickets. Nil if it bought none.
    init(_ decision: Decision, sold: Reservation? = nil, _ tickets: [Ticket] = []) {
        self.init(reservationID: decision.reservation)
        switch decision.outcome {
        case .confirmed: outcome = .confirmed
        case .aborted(let why):
            outcome = .aborted
            reason = AbortReason(why)
        }
        if let sold {
            amount = sold.amount.field
            currency = sold.amount.currency.code
            roomID = sold.place?.room
            placeID = sold.place?.place
            seats = tickets.filter { $0.state != .cancelled }.map {
                SoldSeat(seat: $0.seat.text, ticketID: $0.id)
            }
        }
    }
}

extension AbortReason {
    init(_ reason: Decision.Reason) {
        self =
            switch reason {
            case .expired: .holdExpired
            case .gone: .gone
            case .alreadySold: .alreadySold
            case .mismatch: .mismatch
            case .requested: .requested
            case .dateCancelled: .dateCancelled
            }
    }
}

extension SeatRun {
    init(_ range: SeatRange) throws(ConcertRefusal) {
        try self.init(
            section: range.section, row: range.row, first: Int(range.firstNumber), last: Int(range.lastNumber))
    }
}

extension SeatRange {
    init(_ run: SeatRun) {
        self.init(
            section: run.section, row: run.row, firstNumber: UInt32(run.numbers.lowerBound),
            lastNumber: UInt32(run.numbers.upperBound))
    }
}

extension Offer {
    init(_ offer: SeatOffer) throws(ConcertRefusal) {
        try self.init(SeatRun(offer.seats), grade: offer.grade, price: Int64(clamping: offer.price))
    }
}

extension ShowSeatsReply {
    /// Omits the blocks if the caller has this version of the layout.
    init(_ map: SeatMap, of schedule: Schedule, knownVersion: UInt64 = 0) {
        let layout = map.layout
        let isKnown = knownVersion != 0 && knownVersion == UInt64(layout.version)
        self.init(
            layoutVersion: UInt64(layout.version), blocks: isKnown ? [] : layout.blocks.map { SeatBlock($0) },
            held: map.held, sold: map.sold, blocked: map.blocked, currency: schedule.currency.code,
            asOf: map.asOf)
    }
}

extension SeatBlock {
    init(_ block: ConcertDomain.Layout.Block) {
        self.init(
            seats: SeatRange(block.seats), grade: block.grade, price: UInt64(block.price),
            firstIndex: UInt32(block.firstIndex))
    }
}

extension SeatChoice {
    init(_ choice: ReserveSeatsRequest.Choice?) throws(ConcertRefusal) {
        switch choice {
        case .seats(let seats): try self.init(names: seats.names)
        case .best(let best): try self.init(best: Int(best.count), grade: best.grade)
        case nil: throw .invalid("wish", "is missing: set seats or best")
        }
    }
}
