import Kernel

/// The steps of a payment: the table of its states, row by row.
extension Payment {
    /// The movement of money that belongs to a step, in the same transaction.
    package enum Step: Equatable, Sendable {
        case nothing
        /// The money set aside is paid. The place in the waiting room, if there is one, is finished.
        case post(Place?)
        /// The money set aside is available again.
        case release
        /// A part of the money paid, or all of it, is available again.
        case giveBack
        /// The refund was paid before, or moves nothing.
        case acknowledge
        /// An invariant is broken. The concert takes no new payments until an operator lifts the halt.
        case halt(String)
    }

    /// The payer's place in a waiting room.
    package struct Place: Equatable, Sendable {
        package let room: RoomID
        package let place: PlaceID

        package init(room: RoomID, place: PlaceID) {
            self.room = room
            self.place = place
        }
    }

    /// Returns a payment that sets its money aside. The call that begins it requests the decision. The timer starts
    /// after `firstPause`. Attempts are due by the clock, because `now` is the time of a transaction and may be ahead
    /// of it.
    package static func reserve(
        _ id: PaymentID, by user: UserID, for content: Content, clock: Timestamp, now: Timestamp
    ) -> Payment {
        Payment(
            stored: id, by: user, for: content, begunAt: now, state: .reserved,
            nextAttempt: clock + Attempts.firstPause)
    }

    /// Returns the record of a cancelled payment that has not arrived. It is declined if it arrives later.
    package static func cancelledBefore(_ id: PaymentID, by user: UserID, now: Timestamp) -> Payment {
        var payment = Payment(stored: id, by: user, for: nil, begunAt: now, state: .reserved)
        payment.decline(.cancelled, now: now)
        return payment
    }

    /// Declines the payment in the transaction that began it.
    package mutating func decline(_ reason: Reason, now: Timestamp) {
        precondition(state == .reserved, "only a new payment can be declined")
        end(.declined, reason, now: now)
    }

    /// Records that the payer cancels. Returns false if the payment is decided or already cancelled, because repeated
    /// cancellations must not delay the timer.
    package mutating func cancel(clock: Timestamp) -> Bool {
        guard state == .reserved, !isAbortRequested else { return false }
        isAbortRequested = true
        nextAttempt = clock + Attempts.firstPause
        return true
    }

    /// Begins the next attempt of the timer. Returns false if none is due.
    package mutating func beginAttempt(clock: Timestamp) -> Bool {
        guard state == .reserved, let nextAttempt, Attempts.isDue(nextAttempt, at: clock) else { return false }
        attempt += 1
        self.nextAttempt = clock + Attempts.pause(after: attempt, of: id)
        return true
    }

    /// Applies a decision of Concert.
    package mutating func receive(_ decision: Decision, now: Timestamp) -> Step {
        switch (state, decision) {
        case (.reserved, .confirmed(let reservation, let amount, let place)):
            guard reservation == content?.reservation, amount == content?.amount else {
                return .halt(
                    "the payment was confirmed for another reservation or amount: reservation \(reservation), \(amount)"
                )
            }
            end(.posted, nil, now: now)
            return .post(place)
        case (.reserved, .aborted(let reason)):
            end(.voided, reason, now: now)
            return .release
        case (.posted, .confirmed), (.refunded, .confirmed), (.voided, .aborted), (.declined, .aborted):
            return .nothing
        case (.posted, .aborted), (.refunded, .aborted), (.voided, .confirmed), (.declined, .confirmed):
            return .halt("the payment is \(state), but Concert decided \(decision.word)")
        }
    }

    /// Applies a refund for returned tickets. `earlier` is the amount that was paid for the same refund before.
    package mutating func receive(_ due: RefundDue, paid earlier: Money?, now: Timestamp) -> Step {
        switch state {
        case .reserved: return .nothing
        case .voided, .declined: return .halt("the payment is \(state), but a refund is due")
        case .posted, .refunded: break
        }
        if let earlier {
            return earlier == due.amount
                ? .acknowledge : .halt("the refund \(due.id) of \(earlier) is due again, with \(due.amount)")
        }
        guard let content, content.concert == due.concert, content.reservation == due.reservation,
            content.amount.currency == due.amount.currency
        else {
            return .halt(
                "the refund does not match the payment: \(due.amount) for reservation \(due.reservation) "
                    + "of concert \(due.concert)")
        }
        guard !due.amount.isNegative, due.amount.minorUnits <= content.amount.minorUnits - refunded else {
            return .halt("\(due.amount) is due, but the payment of \(content.amount) has less left")
        }
        // An older Concert lists refunds of free reservations.
        guard due.amount.isPositive else { return .acknowledge }
        refunded += due.amount.minorUnits
        refundedAt = now
        if refunded == content.amount.minorUnits {
            state = .refunded
            refund = due.id
        }
        return .giveBack
    }

    private mutating func end(_ state: State, _ reason: Reason?, now: Timestamp) {
        self.state = state
        self.reason = reason
        nextAttempt = nil
        decidedAt = now
    }
}

/// Concert's final decision about a payment.
package enum Decision: Equatable, Sendable {
    case confirmed(ReservationID, Money, Payment.Place?)
    case aborted(Payment.Reason)

    var word: String {
        switch self {
        case .confirmed: "confirmed"
        case .aborted: "aborted"
        }
    }
}

/// A refund that was paid.
package struct PaidRefund: Equatable, Sendable {
    package let id: RefundID
    package let payment: PaymentID
    package let user: UserID
    /// In minor units of the payment's amount.
    package let amount: Int64

    package init(_ id: RefundID, of payment: PaymentID, to user: UserID, amount: Int64) {
        self.id = id
        self.payment = payment
        self.user = user
        self.amount = amount
    }

    package init(_ due: RefundDue) {
        self.init(due.id, of: due.payment, to: due.user, amount: due.amount.minorUnits)
    }
}

/// The money owed for returned tickets.
package struct RefundDue: Equatable, Sendable {
    package let id: RefundID
    package let concert: ConcertID
    package let reservation: ReservationID
    package let user: UserID
    package let payment: PaymentID
    package let amount: Money
    /// The reason of the return, for the user.
    package let reason: String

    package init(
        _ id: RefundID, concert: ConcertID, reservation: ReservationID, user: UserID, payment: PaymentID, amount: Money,
        reason: String = ""
    ) {
        self.id = id
        self.concert = concert
        self.reservation = reservation
        self.user = user
        self.payment = payment
        self.amount = amount
        self.reason = reason
    }
}
