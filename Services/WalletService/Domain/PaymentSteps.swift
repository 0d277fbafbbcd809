import Kernel

/// What can happen to a payment: the table of its states, row by row.
extension Payment {
    /// What has to be done with the money, in the same transaction.
    package enum Step: Equatable, Sendable {
        case nothing
        /// What was set aside is paid; the place in the line, where there was one, has done its service.
        case post(Place?)
        /// What was set aside is available again.
        case release
        /// What was paid comes back.
        case giveBack
        /// This can never happen, and did: no new payments for the concert until somebody has looked.
        case halt(String)
    }

    /// Where in the line its payer was.
    package struct Place: Equatable, Sendable {
        package let room: RoomID
        package let place: PlaceID

        package init(room: RoomID, place: PlaceID) {
            self.room = room
            self.place = place
        }
    }

    /// Sets money aside, if the account has it. The call that does this asks the concert's side itself; the timer leaves it
    /// alone for so long.
    package static func reserve(
        _ id: PaymentID, by user: UserID, for content: Content, now: Timestamp
    ) -> Payment {
        Payment(
            stored: id, by: user, for: content, begunAt: now, state: .reserved, nextAttempt: now + Attempts.firstPause)
    }

    /// Remembers that it must not begin when it arrives after all.
    package static func cancelledBefore(_ id: PaymentID, by user: UserID, now: Timestamp) -> Payment {
        var payment = Payment(stored: id, by: user, for: nil, begunAt: now, state: .reserved)
        payment.decline(.cancelled, now: now)
        return payment
    }

    /// In the transaction that began it.
    package mutating func decline(_ reason: Reason, now: Timestamp) {
        precondition(state == .reserved, "only a payment that has just begun is declined")
        end(.declined, reason, now: now)
    }

    /// Its payer no longer wants it. False where that changes nothing: it is decided already, or he has said so before, and
    /// to say so again and again must not put the timer off.
    package mutating func cancel(now: Timestamp) -> Bool {
        guard state == .reserved, !wantsAbort else { return false }
        wantsAbort = true
        nextAttempt = now + Attempts.firstPause
        return true
    }

    /// The timer asks once more. False where that is not due.
    package mutating func beginAttempt(now: Timestamp) -> Bool {
        guard state == .reserved, let nextAttempt,
            Attempts.dueTimes(at: now).contains(where: { $0.contains(nextAttempt) })
        else { return false }
        attempt += 1
        self.nextAttempt = now + Attempts.pause(after: attempt, of: id)
        return true
    }

    /// The concert's side has decided.
    package mutating func receive(_ decision: Decision, now: Timestamp) -> Step {
        switch (state, decision) {
        case (.reserved, .confirmed(let reservation, let amount, let place)):
            guard reservation == content?.reservation, amount == content?.amount else {
                return .halt("it was confirmed with reservation \(reservation) for \(amount)")
            }
            end(.posted, nil, now: now)
            return .post(place)
        case (.reserved, .aborted(let reason)):
            end(.voided, reason, now: now)
            return .release
        case (.posted, .confirmed), (.refunded, .confirmed), (.voided, .aborted), (.declined, .aborted):
            return .nothing
        case (.posted, .aborted), (.refunded, .aborted), (.voided, .confirmed), (.declined, .confirmed):
            return .halt("it is \(state) and was \(decision.word)")
        }
    }

    /// Its reservation was taken back.
    package mutating func receive(_ due: RefundDue, now: Timestamp) -> Step {
        switch state {
        case .reserved: return .nothing
        case .voided, .declined: return .halt("it is \(state) and a refund is due")
        case .refunded: return due.id == refund ? .nothing : .halt("a second refund is due")
        case .posted:
            guard content == Content(concert: due.concert, reservation: due.reservation, amount: due.amount) else {
                return .halt(
                    "a refund of \(due.amount) is due for reservation \(due.reservation) of concert \(due.concert)")
            }
            state = .refunded
            refund = due.id
            refundedAt = now
            return .giveBack
        }
    }

    /// Whether a refund needs no more to be done about: until then it comes again.
    package func hasReturned(_ due: RefundDue) -> Bool {
        state == .refunded && refund == due.id
    }

    private mutating func end(_ state: State, _ reason: Reason?, now: Timestamp) {
        self.state = state
        self.reason = reason
        nextAttempt = nil
        decidedAt = now
    }
}

/// What the concert's side has decided about a payment, for good.
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

/// What is owed for a reservation that was taken back.
package struct RefundDue: Equatable, Sendable {
    package let id: RefundID
    package let concert: ConcertID
    package let reservation: ReservationID
    package let user: UserID
    package let payment: PaymentID
    package let amount: Money

    package init(
        _ id: RefundID, concert: ConcertID, reservation: ReservationID, user: UserID, payment: PaymentID, amount: Money
    ) {
        self.id = id
        self.concert = concert
        self.reservation = reservation
        self.user = user
        self.payment = payment
        self.amount = amount
    }
}
