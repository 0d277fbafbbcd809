import Kernel

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

    /// Ends what is held or sold, because the date is cancelled. Returns the refund of a sold one, and nil for a hold. Nil
    /// also if it has ended before. `refund` is a new id.
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
