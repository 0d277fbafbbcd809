import Kernel

/// The money that goes back for returned tickets. Its id is the id of the request that returned them.
package struct Refund: Equatable, Sendable {
    package let id: RefundID
    package let concert: ConcertID
    package let payment: PaymentID
    package let reservation: ReservationID
    package let user: UserID
    /// The seats of the returned tickets, in lock order.
    package let seats: [SeatLabel]
    package let amount: Money
    /// The part of the tickets' price that is not refunded.
    package let kept: Money
    /// True if it is less than the price of the reservation.
    package let isPart: Bool
    package let reason: String
    package let dueSince: Timestamp
    /// The time at which the wallet had paid it. Nil while it is due.
    package let acknowledgedAt: Timestamp?

    package init(
        stored id: RefundID, concert: ConcertID, payment: PaymentID, reservation: ReservationID, user: UserID,
        seats: [SeatLabel], amount: Money, kept: Money, isPart: Bool, reason: String, dueSince: Timestamp,
        acknowledgedAt: Timestamp?
    ) {
        self.id = id
        self.concert = concert
        self.payment = payment
        self.reservation = reservation
        self.user = user
        self.seats = seats
        self.amount = amount
        self.kept = kept
        self.isPart = isPart
        self.reason = reason
        self.dueSince = dueSince
        self.acknowledgedAt = acknowledgedAt
    }

    /// A refund of nothing is done at once, so the wallet never pays it.
    init(
        _ request: ReturnRequest, of tickets: [Ticket], in reservation: Reservation, paidBy payment: PaymentID,
        now: Timestamp
    ) {
        let currency = reservation.amount.currency
        // No overflow: the amounts are parts of the reservation's price.
        let amount = tickets.reduce(0) { $0 + $1.refunded.minorUnits }
        self.init(
            stored: request.refund, concert: reservation.concert, payment: payment, reservation: reservation.id,
            user: reservation.user, seats: tickets.map(\.seat), amount: Money(minorUnits: amount, currency),
            kept: Money(minorUnits: tickets.reduce(0) { $0 + $1.kept.minorUnits }, currency),
            isPart: amount < reservation.amount.minorUnits, reason: request.reason, dueSince: now,
            acknowledgedAt: amount == 0 ? now : nil)
    }

    /// Returns the refund if `request` repeats the one that made it. Otherwise the request id was reused.
    package func matching(_ request: ReturnRequest, in reservation: Reservation) throws(ConcertRefusal) -> Refund {
        let isSame = request.seats.map { $0 == seats } ?? (reservation.refund == id)
        guard isSame, self.reservation == reservation.id, reason == request.reason else { throw .requestIDReused }
        return self
    }
}

/// A request to return tickets of a sold reservation.
package struct ReturnRequest: Equatable, Sendable {
    package enum Canceller: Sendable {
        case user
        case `operator`
        /// It also returns used tickets.
        case cancelledDate
    }

    package let refund: RefundID
    package let canceller: Canceller
    /// In lock order. Nil for all seats that are left.
    package let seats: [SeatLabel]?
    package let leastAmount: Int64
    package let reason: String

    package init(
        _ refund: RefundID, by canceller: Canceller, of seats: [SeatLabel]?, leastAmount: Int64 = 0,
        reason: String = ""
    ) {
        self.refund = refund
        self.canceller = canceller
        self.seats = seats
        self.leastAmount = leastAmount
        self.reason = reason
    }
}
