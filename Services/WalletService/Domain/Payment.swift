import Kernel

/// What a user gives for a reservation.
///
///     pay ──▶ reserved ──confirmed──▶ posted ──refund due──▶ refunded
///      │         └──────aborted─────▶ voided
///      └─ too little money, or cancelled before ──▶ declined
///
/// While it is reserved, its money is set aside, for as long as it takes: only what the concert's side has decided ends
/// that, never a time-out.
package struct Payment: Equatable, Sendable {
    /// The numbers are those of the database.
    package enum State: Int, CaseIterable, Equatable, Sendable {
        case reserved = 1
        case posted = 2
        case voided = 3
        case declined = 4
        case refunded = 5
    }

    /// Why it came to nothing. The numbers are those of the database.
    package enum Reason: Int, CaseIterable, Equatable, Sendable {
        case noAccount = 1
        case insufficient = 2
        case cancelled = 3
        case holdExpired = 4
        case reservationGone = 5
        case alreadySold = 6
        case mismatch = 7
    }

    /// What it is for: a payment id that comes again with something else is a mistake of its client.
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

    /// Far from what 64 bits hold, so that no sum with a balance overflows.
    package static let largestAmount: Int64 = 1_000_000_000_000_000

    package let id: PaymentID
    package let user: UserID
    /// Nil for one that was cancelled before it arrived.
    package let content: Content?
    package let begunAt: Timestamp
    package internal(set) var state: State
    package internal(set) var reason: Reason?
    package internal(set) var wantsAbort = false
    /// How often the concert's side was asked by the timer, and when it is asked next; nil once it is decided.
    package internal(set) var attempt = 0
    package internal(set) var nextAttempt: Timestamp?
    package internal(set) var decidedAt: Timestamp?
    package internal(set) var refund: RefundID?
    package internal(set) var refundedAt: Timestamp?

    /// As it is kept.
    package init(
        stored id: PaymentID, by user: UserID, for content: Content?, begunAt: Timestamp, state: State,
        reason: Reason? = nil, wantsAbort: Bool = false, attempt: Int = 0, nextAttempt: Timestamp? = nil,
        decidedAt: Timestamp? = nil, refund: RefundID? = nil, refundedAt: Timestamp? = nil
    ) {
        self.id = id
        self.user = user
        self.content = content
        self.begunAt = begunAt
        self.state = state
        self.reason = reason
        self.wantsAbort = wantsAbort
        self.attempt = attempt
        self.nextAttempt = nextAttempt
        self.decidedAt = decidedAt
        self.refund = refund
        self.refundedAt = refundedAt
    }

    /// What can be set aside: a free reservation moves no money.
    package var amountToMove: Money? {
        guard let amount = content?.amount, amount.isPositive else { return nil }
        return amount
    }

    /// The answer to the wish that made it, however often it comes. One that was cancelled before it arrived stays so.
    package func asked(for content: Content) throws(WalletRefusal) -> Payment {
        guard self.content == nil || self.content == content else { throw .paymentIDReused }
        return self
    }
}
