import ConcertAPI
import ConcertDomain
import Kernel

/// Messages of the values of the domain.
extension ConcertEntry {
    init(_ concert: Concert) {
        self.init(
            concertID: concert.id.bytes, name: concert.name, title: concert.title, host: concert.host,
            currency: concert.currency.code, browseRoomID: concert.browseRoom?.bytes ?? [],
            createdAtMs: concert.createdAt.field)
    }
}

extension ScheduleEntry {
    init(_ schedule: Schedule, _ tally: SeatTally? = nil) {
        self.init(
            scheduleID: schedule.id.bytes, concertID: schedule.concert.bytes,
            settings: ScheduleSettings(schedule.settings), version: UInt64(clamping: schedule.version),
            layoutVersion: UInt64(clamping: schedule.layoutVersion), counts: tally.map { SeatCounts($0) })
    }
}

extension ScheduleSettings {
    init(_ settings: Schedule.Settings) {
        self.init(
            name: settings.name, startsAtMs: settings.startsAt.field, endsAtMs: settings.endsAt.field,
            saleOpensAtMs: settings.saleOpensAt.field, saleClosesAtMs: settings.saleClosesAt.field,
            cancelUntilMs: settings.cancelUntil.field, seatsPerUser: UInt32(clamping: settings.seatsPerUser),
            holdMs: UInt32(clamping: settings.hold.milliseconds), roomID: settings.room?.bytes ?? [])
    }
}

extension Schedule.Settings {
    private static let defaultSeatsPerUser = 4
    private static let defaultHold = Duration.minutes(5)

    init(_ settings: ScheduleSettings?) throws(ConcertRefusal) {
        guard let settings else { throw .invalid("settings", "is missing: set the settings of the date") }
        try self.init(
            name: settings.name, startsAt: Timestamp(field: settings.startsAtMs),
            endsAt: Timestamp(field: settings.endsAtMs), saleOpensAt: Timestamp(field: settings.saleOpensAtMs),
            saleClosesAt: Timestamp(field: settings.saleClosesAtMs),
            cancelUntil: settings.cancelUntilMs == 0 ? nil : Timestamp(field: settings.cancelUntilMs),
            seatsPerUser: settings.seatsPerUser == 0 ? Self.defaultSeatsPerUser : Int(settings.seatsPerUser),
            hold: settings.holdMs == 0 ? Self.defaultHold : .milliseconds(settings.holdMs),
            room: RoomID.optional(field: settings.roomID, "room_id"))
    }
}

extension SeatCounts {
    init(_ tally: SeatTally) {
        self.init(
            free: UInt64(tally.free), held: UInt64(tally.held), sold: UInt64(tally.sold), blocked: UInt64(tally.blocked)
        )
    }
}

extension ReservationEntry {
    /// Shows a lapsed reservation as expired at its deadline, even if its row is not updated yet.
    init(_ reservation: Reservation, at now: Timestamp) {
        let isLapsed = reservation.isLapsed(at: now)
        self.init(
            reservationID: reservation.id.bytes, concertID: reservation.concert.bytes,
            scheduleID: reservation.schedule.bytes, state: ReservationState(reservation.state(at: now)),
            seats: reservation.seats.map(\.text), amount: reservation.amount.field,
            currency: reservation.amount.currency.code, reservedAtMs: reservation.reservedAt.field,
            deadlineMs: reservation.deadline.field, soldAtMs: reservation.soldAt.field,
            endedAtMs: (isLapsed ? reservation.deadline : reservation.endedAt).field,
            paymentID: reservation.payment?.bytes ?? [])
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

extension TicketEntry {
    init(_ ticket: Ticket) {
        let state: TicketState =
            switch ticket.state {
            case .valid: .valid
            case .used: .used
            case .cancelled: .cancelled
            }
        self.init(
            ticketID: ticket.id.bytes, concertID: ticket.concert.bytes, scheduleID: ticket.schedule.bytes,
            reservationID: ticket.reservation.bytes, state: state, seat: ticket.seat.text, grade: ticket.grade,
            price: ticket.price.field, currency: ticket.price.currency.code, startsAtMs: ticket.startsAt.field,
            endsAtMs: ticket.endsAt.field, issuedAtMs: ticket.issuedAt.field, usedAtMs: ticket.usedAt.field,
            cancelledAtMs: ticket.cancelledAt.field)
    }
}

extension DecisionEntry {
    /// `sold` is the reservation that the payment bought. Nil if it bought none.
    init(_ decision: Decision, sold: Reservation?) {
        self.init(reservationID: decision.reservation.bytes)
        switch decision.outcome {
        case .confirmed: outcome = .confirmed
        case .aborted(let why):
            outcome = .aborted
            reason = AbortReason(why)
        }
        if let sold {
            amount = sold.amount.field
            currency = sold.amount.currency.code
            roomID = sold.place?.room.bytes ?? []
            placeID = sold.place?.place.bytes ?? []
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
            }
    }
}

extension SeatRun {
    init(_ range: SeatRange?, _ field: String) throws(ConcertRefusal) {
        guard let range else { throw .invalid(field, "is missing: set a range of seats") }
        try self.init(
            section: range.section, row: range.row, first: Int(range.firstNumber), last: Int(range.lastNumber))
    }

    static func all(_ ranges: [SeatRange]) throws(ConcertRefusal) -> [SeatRun] {
        var runs: [SeatRun] = []
        for range in ranges { runs.append(try SeatRun(range, "seats")) }
        return runs
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
        self.init(try SeatRun(offer.seats, "offers.seats"), grade: offer.grade, price: Int64(clamping: offer.price))
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
            asOfMs: map.asOf.field)
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
    init(_ wish: ReserveSeatsRequest.Wish?) throws(ConcertRefusal) {
        switch wish {
        case .seats(let seats): try self.init(names: seats.names)
        case .best(let best): try self.init(best: Int(best.count), grade: best.grade)
        case nil: throw .invalid("wish", "is missing: set seats or best")
        }
    }
}

/// Parses the fields of requests. The refusal names the field.
extension ID {
    init(field bytes: [UInt8], _ name: String) throws(ConcertRefusal) {
        guard let id = ID(bytes: bytes) else {
            throw .invalid(name, "must have 16 bytes; got \(bytes.count)")
        }
        self = id
    }

    /// Nil if the field is empty.
    static func optional(field bytes: [UInt8], _ name: String) throws(ConcertRefusal) -> ID? {
        bytes.isEmpty ? nil : try ID(field: bytes, name)
    }
}

extension ScheduleKey {
    init(_ concert: [UInt8], _ schedule: [UInt8]) throws(ConcertRefusal) {
        self.concert = try ConcertID(field: concert, "concert_id")
        self.schedule = try ScheduleID(field: schedule, "schedule_id")
    }
}

extension Timestamp {
    init(field milliseconds: UInt64) {
        self.init(milliseconds: Int64(clamping: milliseconds))
    }

    var field: UInt64 { UInt64(clamping: milliseconds) }
}

extension Timestamp? {
    var field: UInt64 { self?.field ?? 0 }
}

extension Money {
    init(field minorUnits: UInt64, _ code: String) throws(ConcertRefusal) {
        guard let currency = Currency(code) else {
            throw .invalid("currency", "must be an ISO 4217 code such as EUR; got “\(Excerpt.of(code))”")
        }
        guard let amount = Int64(exactly: minorUnits) else {
            throw .invalid("amount", "must be at most \(Int64.max); got \(minorUnits)")
        }
        self.init(minorUnits: amount, currency)
    }

    var field: UInt64 { UInt64(clamping: minorUnits) }
}
