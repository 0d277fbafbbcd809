import Kernel

/// The right to one seat on one date. Seat, grade, price and times are copied when the ticket is issued.
///
///     valid ──use──▶ used
///       └──cancel──▶ cancelled
package struct Ticket: Equatable, Sendable {
    /// The raw values are stored in the database.
    package enum State: Int, Equatable, Sendable {
        case valid = 1
        case used = 2
        case cancelled = 3
    }

    package let id: TicketID
    package let concert: ConcertID
    package let schedule: ScheduleID
    package let reservation: ReservationID
    package let user: UserID
    package let seat: SeatLabel
    package let grade: String
    package let price: Money
    package let startsAt: Timestamp
    package let endsAt: Timestamp
    package let issuedAt: Timestamp
    package private(set) var state: State
    package private(set) var usedAt: Timestamp?
    /// The check-in request that used it.
    package private(set) var usedBy: RequestID?
    package private(set) var cancelledAt: Timestamp?

    package init(
        stored id: TicketID, concert: ConcertID, schedule: ScheduleID, reservation: ReservationID, user: UserID,
        seat: SeatLabel, grade: String, price: Money, startsAt: Timestamp, endsAt: Timestamp, issuedAt: Timestamp,
        state: State = .valid, usedAt: Timestamp? = nil, usedBy: RequestID? = nil, cancelledAt: Timestamp? = nil
    ) {
        self.id = id
        self.concert = concert
        self.schedule = schedule
        self.reservation = reservation
        self.user = user
        self.seat = seat
        self.grade = grade
        self.price = price
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.issuedAt = issuedAt
        self.state = state
        self.usedAt = usedAt
        self.usedBy = usedBy
        self.cancelledAt = cancelledAt
    }

    package static func issue(
        _ id: TicketID, for seat: Seat, of reservation: Reservation, on schedule: Schedule, now: Timestamp
    ) -> Ticket {
        Ticket(
            stored: id, concert: reservation.concert, schedule: reservation.schedule, reservation: reservation.id,
            user: reservation.user, seat: seat.label, grade: seat.grade,
            price: Money(minorUnits: seat.price, schedule.currency), startsAt: schedule.settings.startsAt,
            endsAt: schedule.settings.endsAt, issuedAt: now)
    }

    /// Uses the ticket at a gate. `gate` is nil if the gate accepts every date. Returns false if the same request has
    /// already used it.
    package mutating func use(
        by request: RequestID, at gate: ScheduleID?, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        guard gate ?? schedule == schedule else {
            throw .because(.ticketOfAnotherDate, "the ticket is for another date, which begins at \(startsAt)")
        }
        if let usedAt {
            guard usedBy == request else { throw .because(.ticketUsed, "the ticket was used at \(usedAt)") }
            return false
        }
        if let cancelledAt { throw .because(.ticketCancelled, "the ticket was cancelled at \(cancelledAt)") }
        state = .used
        usedAt = now
        usedBy = request
        return true
    }

    package mutating func cancel(now: Timestamp) {
        precondition(state == .valid, "only a valid ticket can be cancelled")
        state = .cancelled
        cancelledAt = now
    }
}
