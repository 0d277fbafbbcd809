import Kernel

/// What can happen to a reservation.
extension Reservation {
    /// All seats or none: `seats` is changed only where the reservation is made.
    package static func open(
        _ id: ReservationID, for buyer: Buyer, from place: Place?, holding seats: inout [Seat], asked wish: Wish,
        in schedule: Schedule, now: Timestamp
    ) throws(ConcertRefusal) -> Reservation {
        try schedule.checkSale(at: now)
        let conflicts = SeatConflict.all(among: seats, at: now)
        guard conflicts.isEmpty else { throw .seatsTaken(conflicts) }
        let limit = schedule.settings.seatsPerUser
        let claimed = buyer.claimedSeats(of: schedule.id, at: now)
        guard claimed + seats.count <= limit else {
            throw .tooManySeats(limit: limit, claimed: claimed, asked: seats.count)
        }
        let deadline = now + schedule.settings.hold
        for index in seats.indices { seats[index].hold(for: id, until: deadline, now: now) }
        // At most 50 seats of at most a million millions each: no overflow.
        let amount = Money(minorUnits: seats.reduce(0) { $0 + $1.price }, schedule.currency)
        return Reservation(
            stored: id, concert: schedule.concert, schedule: schedule.id, user: buyer.user, seats: seats.map(\.label),
            bestOf: wish.bestOf, amount: amount, place: place, reservedAt: now, deadline: deadline)
    }

    /// False where there was nothing left to release.
    package mutating func release(now: Timestamp) throws(ConcertRefusal) -> Bool {
        switch state(at: now) {
        case .sold: throw .alreadySold
        case .released, .expired, .returned: return false
        case .held:
            state = .released
            endedAt = now
            return true
        }
    }

    /// Its seats have been free since the deadline, whenever that is written down.
    package mutating func expire(now: Timestamp) {
        precondition(isLapsed(at: now), "a reservation expires at its deadline")
        state = .expired
        endedAt = deadline
    }

    package mutating func sell(to payment: PaymentID, now: Timestamp) {
        precondition(state(at: now) == .held, "only what is held is sold")
        state = .sold
        self.payment = payment
        soldAt = now
    }

    /// Takes a sale back as a whole. False where this very request has done it already.
    package mutating func takeBack(
        _ tickets: inout [Ticket], by canceller: Canceller, refund: RefundID, reason: String,
        until cancelUntil: Timestamp?, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        if state == .returned, self.refund == refund {
            guard returnReason == reason else { throw .requestIDReused }
            return false
        }
        guard state == .sold else { throw .notSold(state(at: now)) }
        if canceller == .user {
            guard let cancelUntil else { throw .notCancellable }
            guard now < cancelUntil else { throw .cancelDeadlinePassed(at: cancelUntil) }
        }
        for ticket in tickets {
            if let usedAt = ticket.usedAt { throw .ticketOfReservationUsed(seat: ticket.seat, at: usedAt) }
        }
        for index in tickets.indices { tickets[index].cancel(now: now) }
        state = .returned
        self.refund = refund
        endedAt = now
        returnReason = reason
        return true
    }

    package enum Canceller: Sendable {
        case user
        case `operator`
    }

    package static func checkReason(_ reason: String) throws(ConcertRefusal) {
        try PlainText.check(reason, "reason", mayBeEmpty: true)
    }
}
