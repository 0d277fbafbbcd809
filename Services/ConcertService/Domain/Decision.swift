import Kernel

/// What was decided about a payment: that it bought its reservation, or that it never will. For good.
package struct Decision: Equatable, Sendable {
    /// The numbers are those of the database.
    package enum Reason: Int, Equatable, Sendable, CaseIterable {
        case expired = 1
        case gone = 2
        case alreadySold = 3
        case mismatch = 4
        case requested = 5
    }

    package enum Outcome: Equatable, Sendable {
        case confirmed
        case aborted(Reason)
    }

    package let payment: PaymentID
    package let reservation: ReservationID
    package let outcome: Outcome
    package let at: Timestamp

    package init(_ payment: PaymentID, for reservation: ReservationID, _ outcome: Outcome, at: Timestamp) {
        self.payment = payment
        self.reservation = reservation
        self.outcome = outcome
        self.at = at
    }

    /// Judges a payment about which nothing was decided yet; nil is a reservation that nobody knows. The deadline counts
    /// by the clock of the transaction that also uses the reservation up.
    package static func judge(
        _ reservation: Reservation?, paidBy user: UserID, _ amount: Money, now: Timestamp
    ) -> Outcome {
        guard let reservation else { return .aborted(.gone) }
        switch reservation.state(at: now) {
        case .sold: return .aborted(.alreadySold)
        case .released, .returned: return .aborted(.gone)
        case .expired: return .aborted(reservation.state == .held ? .expired : .gone)
        case .held:
            return reservation.user == user && reservation.amount == amount ? .confirmed : .aborted(.mismatch)
        }
    }

    /// How long a payment that bought nothing is remembered after its reservation has ended.
    package static let memory = Duration.hours(24)
}
