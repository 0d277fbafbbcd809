import Kernel

/// The steps of a reservation.
extension Reservation {
    /// Makes a reservation of all seats. Changes `seats` only if it succeeds.
    package static func open(
        _ id: ReservationID, for buyer: Buyer, from place: Place?, holding seats: inout [Seat], as choice: SeatChoice,
        in schedule: Schedule, now: Timestamp
    ) throws(ConcertRefusal) -> Reservation {
        try schedule.checkSale(at: now)
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

    /// Cancels a sold reservation with all its tickets. Returns false if the same request has already cancelled it.
    package mutating func cancel(
        _ tickets: inout [Ticket], by canceller: Canceller, refund: RefundID, reason: String,
        until cancelUntil: Timestamp?, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        if state == .returned, self.refund == refund {
            guard returnReason == reason else { throw .requestIDReused }
            return false
        }
        guard state == .sold else {
            throw .because(.notSold, "only a sold reservation can be cancelled; this one is \(state(at: now))")
        }
        if canceller == .user {
            guard let cancelUntil else { throw .because(.notCancellable) }
            guard now < cancelUntil else {
                throw .because(
                    .cancelDeadlinePassed,
                    "users could cancel reservations of this date until \(cancelUntil); operators still can")
            }
        }
        for ticket in tickets {
            if let usedAt = ticket.usedAt {
                throw .because(
                    .ticketUsed,
                    "the ticket of seat \(ticket.seat) was used at \(usedAt), so its reservation cannot be cancelled")
            }
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
}
