import Kernel

/// Seats that one user holds until a deadline or has bought, and their state.
///
///     held ──sell──▶ sold ──return of the last ticket──▶ returned
///      ├──release──▶ released
///      └──the deadline passes──▶ expired
///
/// Its id is the id of the request that made it, so that a retry finds it.
package struct Reservation: Equatable, Sendable {
    /// The raw values are stored in the database.
    package enum State: Int, Equatable, Sendable {
        case held = 1
        case sold = 2
        case released = 3
        case expired = 4
        case returned = 5
    }

    /// The user's place in the waiting room.
    package struct Place: Equatable, Sendable {
        package let room: RoomID
        package let place: PlaceID

        package init(room: RoomID, place: PlaceID) {
            self.room = room
            self.place = place
        }
    }

    package let id: ReservationID
    package let concert: ConcertID
    package let schedule: ScheduleID
    package let user: UserID
    /// In lock order.
    package let seats: [SeatLabel]
    /// The grade if the service chose the seats. Nil if the user named them.
    package let bestOf: String?
    /// The total price, fixed when the seats were reserved.
    package let amount: Money
    package let place: Place?
    package let reservedAt: Timestamp
    /// End of the hold, exclusive.
    package let deadline: Timestamp
    package private(set) var state = State.held
    package private(set) var payment: PaymentID?
    package private(set) var soldAt: Timestamp?
    /// The refund of its last tickets, once it is returned.
    package private(set) var refund: RefundID?
    /// Time of the release, expiry or return.
    package private(set) var endedAt: Timestamp?
    /// The reason of the last return.
    package private(set) var returnReason = ""
    /// The seats whose tickets were returned, in lock order.
    package private(set) var returnedSeats: [SeatLabel] = []
    /// The cancellation of the date that ended it.
    package private(set) var cancellation: CancellationID?

    package init(
        stored id: ReservationID, concert: ConcertID, schedule: ScheduleID, user: UserID, seats: [SeatLabel],
        bestOf: String?, amount: Money, place: Place?, reservedAt: Timestamp, deadline: Timestamp,
        state: State = .held, payment: PaymentID? = nil, soldAt: Timestamp? = nil, refund: RefundID? = nil,
        endedAt: Timestamp? = nil, returnReason: String = "", returnedSeats: [SeatLabel] = [],
        cancellation: CancellationID? = nil
    ) {
        self.id = id
        self.concert = concert
        self.schedule = schedule
        self.user = user
        self.seats = seats
        self.bestOf = bestOf
        self.amount = amount
        self.place = place
        self.reservedAt = reservedAt
        self.deadline = deadline
        self.state = state
        self.payment = payment
        self.soldAt = soldAt
        self.refund = refund
        self.endedAt = endedAt
        self.returnReason = returnReason
        self.returnedSeats = returnedSeats
        self.cancellation = cancellation
    }

    /// The state at `now`: a held reservation has expired at its deadline, even if its row is not updated yet.
    package func state(at now: Timestamp) -> State {
        isLapsed(at: now) ? .expired : state
    }

    /// The latest of its times. A lapsed reservation has ended at its deadline.
    package func updatedAt(at now: Timestamp) -> Timestamp {
        (isLapsed(at: now) ? deadline : endedAt) ?? soldAt ?? reservedAt
    }

    package func isLapsed(at now: Timestamp) -> Bool { state == .held && deadline <= now }

    /// True if this reservation stopped holding seats at least `duration` ago. A sale ends the hold.
    package func isOver(since duration: Duration, at now: Timestamp) -> Bool {
        let heldUntil = soldAt ?? endedAt ?? deadline
        return state(at: now) != .held && heldUntil + duration <= now
    }

    /// True if its seats count towards the limit of its user.
    package func isClaim(at now: Timestamp) -> Bool {
        let state = state(at: now)
        return state == .held || state == .sold
    }

    /// The number of its seats that are held, or sold and not returned.
    package func claimedSeats(at now: Timestamp) -> Int { isClaim(at: now) ? seats.count - returnedSeats.count : 0 }

    /// Returns the reservation if the request repeats the one that made it. Otherwise the request id was reused.
    package func matching(_ choice: SeatChoice, in schedule: ScheduleID) throws(ConcertRefusal) -> Reservation {
        let isSame =
            switch choice {
            case .seats(let labels): bestOf == nil && labels == seats
            case .best(let count, let grade): bestOf == grade && count == seats.count
            }
        guard isSame, schedule == self.schedule else { throw .requestIDReused }
        return self
    }
}

/// The steps of a reservation.
extension Reservation {
    /// Makes a reservation of all seats. Changes `seats` only if it succeeds.
    package static func open(
        _ id: ReservationID, for buyer: Buyer, from place: Place?, holding seats: inout [Seat], as choice: SeatChoice,
        in schedule: Schedule, now: Timestamp
    ) throws(ConcertRefusal) -> Reservation {
        try schedule.checkSale(at: now)
        if let place, buyer.hasBought(at: place) { throw .because(.passUsed) }
        let conflicts = SeatConflict.all(among: seats, at: now)
        guard conflicts.isEmpty else { throw .seatsTaken(conflicts) }
        let limit = schedule.settings.seatsPerUser
        let claimed = buyer.claimedSeats(of: schedule.id, at: now)
        guard claimed + seats.count <= limit else {
            throw .because(
                .tooManySeats,
                "a user can have \(limit) seats of this date; you have \(claimed) and requested \(seats.count): "
                    + "request fewer, or release some")
        }
        let deadline = now + schedule.settings.hold
        for index in seats.indices { seats[index].hold(for: id, until: deadline, now: now) }
        // No overflow: at most 50 seats with a price of at most 10^12 each.
        let amount = Money(minorUnits: seats.reduce(0) { $0 + $1.price }, schedule.currency)
        return Reservation(
            stored: id, concert: schedule.concert, schedule: schedule.id, user: buyer.user, seats: seats.map(\.label),
            bestOf: choice.bestOf, amount: amount, place: place, reservedAt: now, deadline: deadline)
    }

    /// Releases a held reservation. Returns false if it has ended already.
    package mutating func release(now: Timestamp) throws(ConcertRefusal) -> Bool {
        switch state(at: now) {
        case .sold: throw .because(.alreadySold)
        case .released, .expired, .returned: return false
        case .held:
            state = .released
            endedAt = now
            return true
        }
    }

    /// Records the expiry if the hold is past its deadline. Returns false if it is not. The seats have been free since
    /// the deadline.
    package mutating func expire(now: Timestamp) -> Bool {
        guard isLapsed(at: now) else { return false }
        state = .expired
        endedAt = deadline
        return true
    }

    package mutating func sell(to payment: PaymentID, now: Timestamp) {
        precondition(state(at: now) == .held, "only a held reservation can be sold")
        state = .sold
        self.payment = payment
        soldAt = now
    }

    /// Returns tickets, those of the request or all that are left. `tickets` are all of the reservation, and `schedule` is
    /// its date.
    package mutating func giveBack(
        _ request: ReturnRequest, of tickets: inout [Ticket], on schedule: Schedule, now: Timestamp
    ) throws(ConcertRefusal) -> Refund {
        try giveBack(request, of: &tickets, now: now) { ticket throws(ConcertRefusal) in
            request.canceller == .user ? try schedule.keptPercent(of: ticket, at: now) : 0
        }
    }

    /// `keptPercent` returns the percentage of a ticket's price that is kept.
    private mutating func giveBack(
        _ request: ReturnRequest, of tickets: inout [Ticket], now: Timestamp,
        keeping keptPercent: (Ticket) throws(ConcertRefusal) -> Int
    ) throws(ConcertRefusal) -> Refund {
        guard state == .sold, let payment else {
            throw .because(.notSold, "only a sold reservation can be cancelled; this one is \(state(at: now))")
        }
        let indices = try indices(of: request, in: tickets)
        for index in indices {
            try tickets[index].giveBack(keeping: try keptPercent(tickets[index]), by: request, now: now)
        }
        let refund = Refund(request, of: indices.map { tickets[$0] }, in: self, paidBy: payment, now: now)
        guard refund.amount.minorUnits >= request.leastAmount else { throw .refundChanged(refund) }
        returnedSeats = (returnedSeats + refund.seats).sorted()
        returnReason = request.reason
        if tickets.allSatisfy({ $0.state == .cancelled }) {
            state = .returned
            self.refund = refund.id
            endedAt = now
        }
        return refund
    }

    /// Ends a held or sold reservation, because its date is cancelled. Returns the refund of a sold one. Nil for a hold, and if
    /// the reservation has ended before. `refund` is a new id.
    package mutating func cancelDate(
        _ cancellation: DateCancellation, refund: RefundID, _ tickets: inout [Ticket], now: Timestamp
    ) throws(ConcertRefusal) -> Refund? {
        switch state(at: now) {
        case .held:
            state = .released
            endedAt = now
            returnReason = cancellation.reason
            self.cancellation = cancellation.id
            return nil
        case .sold:
            let request = ReturnRequest(refund, by: .cancelledDate, of: nil, reason: cancellation.reason)
            self.cancellation = cancellation.id
            return try giveBack(request, of: &tickets, now: now) { _ in 0 }
        case .released, .expired, .returned: return nil
        }
    }

    private func indices(of request: ReturnRequest, in tickets: [Ticket]) throws(ConcertRefusal) -> [Int] {
        guard let seats = request.seats else { return tickets.indices.filter { tickets[$0].state != .cancelled } }
        var indices: [Int] = []
        for seat in seats {
            guard let index = tickets.firstIndex(where: { $0.seat == seat }) else {
                throw .because(.ticketUnknown, "this reservation has no ticket for seat \(seat): name its seats")
            }
            indices.append(index)
        }
        return indices
    }
}
