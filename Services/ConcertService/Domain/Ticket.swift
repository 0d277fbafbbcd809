import Kernel

/// The right to one seat on one date. Seat, grade, price and times are copied when the ticket is issued.
///
///     valid ──use──▶ used ──undo──▶ valid
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
    /// The check-in request that used it, also if it was undone.
    package private(set) var usedBy: RequestID?
    /// Time of the first check-in, also if it was undone.
    package private(set) var firstUsedAt: Timestamp?
    /// The latest undo of a check-in.
    package private(set) var undo: Undo?
    /// The latest check-in requests that were undone, and the requests that undid them. The newest are the last ones.
    package private(set) var undoneUses: [RequestID]
    package private(set) var cancelledAt: Timestamp?
    /// The return policy of its sale. Nil if it was sold before tickets stored one.
    package let terms: ReturnTerms?
    /// The parts of the price that are refunded and kept since its cancellation.
    package private(set) var refunded: Money
    package private(set) var kept: Money
    package private(set) var refund: RefundID?
    package private(set) var cancelReason: String

    /// An operator has made a used ticket valid again.
    package struct Undo: Equatable, Sendable {
        package let at: Timestamp
        package let request: RequestID
        package let reason: String

        package init(at: Timestamp, by request: RequestID, reason: String) {
            self.at = at
            self.request = request
            self.reason = reason
        }
    }

    /// The limit of the undone check-ins that a ticket remembers.
    package static let maximumUndoneUses = 100

    package init(
        stored id: TicketID, concert: ConcertID, schedule: ScheduleID, reservation: ReservationID, user: UserID,
        seat: SeatLabel, grade: String, price: Money, startsAt: Timestamp, endsAt: Timestamp, issuedAt: Timestamp,
        state: State = .valid, usedAt: Timestamp? = nil, usedBy: RequestID? = nil, cancelledAt: Timestamp? = nil,
        firstUsedAt: Timestamp? = nil, undo: Undo? = nil, undoneUses: [RequestID] = [], terms: ReturnTerms? = nil,
        refunded: Money? = nil,
        kept: Money? = nil, refund: RefundID? = nil, cancelReason: String = ""
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
        self.firstUsedAt = firstUsedAt ?? usedAt
        self.undo = undo
        self.undoneUses = undoneUses
        self.terms = terms
        self.refunded = refunded ?? .zero(price.currency)
        self.kept = kept ?? .zero(price.currency)
        self.refund = refund
        self.cancelReason = cancelReason
    }

    /// The latest of its times.
    package var updatedAt: Timestamp {
        max(issuedAt, cancelledAt ?? issuedAt, usedAt ?? issuedAt, undo?.at ?? issuedAt)
    }

    package static func issue(
        _ id: TicketID, for seat: Seat, of reservation: Reservation, on schedule: Schedule, now: Timestamp
    ) -> Ticket {
        Ticket(
            stored: id, concert: reservation.concert, schedule: reservation.schedule, reservation: reservation.id,
            user: reservation.user, seat: seat.label, grade: seat.grade,
            price: Money(minorUnits: seat.price, schedule.currency), startsAt: schedule.settings.startsAt,
            endsAt: schedule.settings.endsAt, issuedAt: now, terms: schedule.returnTerms)
    }

    /// Uses the ticket at a gate. Returns false if the same request has already used it.
    package mutating func use(by request: RequestID, now: Timestamp) throws(ConcertRefusal) -> Bool {
        if usedBy == request, usedAt != nil || undo == nil { return false }
        // A ticket of an older version remembers only the latest one, in `usedBy`.
        if usedBy == request || undoneUses.contains(request) { throw .because(.checkInUndone) }
        if let usedAt { throw .because(.ticketUsed, "the ticket was used at \(usedAt)") }
        try checkNotCancelled()
        state = .used
        usedAt = now
        usedBy = request
        firstUsedAt = firstUsedAt ?? now
        return true
    }

    /// Makes a used ticket valid again. Returns false if the same request has already done it.
    package mutating func undoUse(
        by request: RequestID, reason: String, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        if let undo, undo.request == request {
            guard undo.reason == reason else { throw .requestIDReused }
            return false
        }
        // A late copy of an earlier undo must not undo a later check-in.
        if undoneUses.contains(request) { return false }
        try checkNotCancelled()
        guard state == .used else { throw .because(.ticketNotUsed) }
        state = .valid
        usedAt = nil
        undoneUses = (undoneUses + [usedBy, request].compactMap { $0 }).suffix(2 * Self.maximumUndoneUses)
        undo = Undo(at: now, by: request, reason: reason)
        return true
    }

    private func checkNotCancelled() throws(ConcertRefusal) {
        if let cancelledAt { throw .because(.ticketCancelled, "the ticket was cancelled at \(cancelledAt)") }
    }

    /// Returns the ticket and keeps a part of its price, rounded down.
    mutating func giveBack(keeping percent: Int, by request: ReturnRequest, now: Timestamp) throws(ConcertRefusal) {
        if let usedAt = firstUsedAt, request.canceller != .cancelledDate {
            throw .because(.ticketUsed, "the ticket of seat \(seat) was used at \(usedAt), so it cannot be returned")
        }
        if let cancelledAt = cancelledAt {
            throw .because(.ticketCancelled, "the ticket of seat \(seat) was cancelled at \(cancelledAt)")
        }
        state = .cancelled
        cancelledAt = now
        // No overflow: a price is at most 10^12.
        kept = Money(minorUnits: price.minorUnits * Int64(percent) / 100, price.currency)
        refunded = Money(minorUnits: price.minorUnits - kept.minorUnits, price.currency)
        refund = request.refund
        cancelReason = request.reason
    }
}
