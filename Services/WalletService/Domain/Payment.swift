import Kernel

/// The money that a user gives for a reservation.
///
///     pay ──▶ reserved ──confirmed──▶ posted ──refunds of all of it──▶ refunded
///      │         └──────aborted─────▶ voided
///      └─ too little money, or cancelled before ──▶ declined
///
/// While a payment is reserved, its money is set aside. Only a recorded decision of Concert ends this state, never a
/// time-out.
package struct Payment: Equatable, Sendable {
    /// The database stores the raw values.
    package enum State: Int, CaseIterable, Equatable, Sendable {
        case reserved = 1
        case posted = 2
        case voided = 3
        case declined = 4
        case refunded = 5
    }

    /// The reason why a payment was not made. The database stores the raw values.
    package enum Reason: Int, CaseIterable, Equatable, Sendable {
        case noAccount = 1
        case insufficient = 2
        case cancelled = 3
        case holdExpired = 4
        case reservationGone = 5
        case alreadySold = 6
        case mismatch = 7
        case dateCancelled = 8
    }

    /// The purpose of a payment. Reusing a payment id for another purpose is a mistake of the client.
    package struct Content: Equatable, Sendable {
        package let concert: ConcertID
        package let reservation: ReservationID
        package let amount: Money

        package init(concert: ConcertID, reservation: ReservationID, amount: Money) {
            self.concert = concert
            self.reservation = reservation
            self.amount = amount
        }
    }

    package let id: PaymentID
    package let user: UserID
    /// Nil if the payment was cancelled before it arrived.
    package let content: Content?
    package let begunAt: Timestamp
    package internal(set) var state: State
    package internal(set) var reason: Reason?
    package internal(set) var isAbortRequested = false
    /// The number of attempts that the timer has made, and the time of the next one. No time once the payment is
    /// decided.
    package internal(set) var attempt = 0
    package internal(set) var nextAttempt: Timestamp?
    package internal(set) var decidedAt: Timestamp?
    /// The sum of its refunds, in minor units of its amount.
    package internal(set) var refunded: Int64 = 0
    /// The refund that made it refunded, and the time of the last refund.
    package internal(set) var refund: RefundID?
    package internal(set) var refundedAt: Timestamp?

    package init(
        stored id: PaymentID, by user: UserID, for content: Content?, begunAt: Timestamp, state: State,
        reason: Reason? = nil, isAbortRequested: Bool = false, attempt: Int = 0, nextAttempt: Timestamp? = nil,
        decidedAt: Timestamp? = nil, refunded: Int64 = 0, refund: RefundID? = nil, refundedAt: Timestamp? = nil
    ) {
        self.id = id
        self.user = user
        self.content = content
        self.begunAt = begunAt
        self.state = state
        self.reason = reason
        self.isAbortRequested = isAbortRequested
        self.attempt = attempt
        self.nextAttempt = nextAttempt
        self.decidedAt = decidedAt
        self.refunded = refunded
        self.refund = refund
        self.refundedAt = refundedAt
    }

    /// The time of the latest step.
    package var updatedAt: Timestamp { refundedAt ?? decidedAt ?? begunAt }

    /// The amount to set aside. Nil for a free reservation.
    package var amountToMove: Money? {
        guard let amount = content?.amount, amount.isPositive else { return nil }
        return amount
    }

    /// Returns this payment as the answer to a repeated request. One that was cancelled before it arrived stays cancelled.
    package func matching(_ content: Content) throws(WalletRefusal) -> Payment {
        guard self.content == nil || self.content == content else { throw .because(.paymentIDReused) }
        return self
    }
}
