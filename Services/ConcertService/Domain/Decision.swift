import Kernel

/// The final decision about a payment: confirmed, or aborted for a reason.
package struct Decision: Equatable, Sendable {
    /// The raw values are stored in the database.
    package enum Reason: Int, Equatable, Sendable, CaseIterable {
        case expired = 1
        case gone = 2
        case alreadySold = 3
        case mismatch = 4
        case requested = 5
        case dateCancelled = 6
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

    /// Returns the outcome of a payment that has no decision yet. `reservation` is nil if it does not exist. `now` is
    /// the time of the transaction that also sells the reservation.
    package static func judge(
        _ reservation: Reservation?, paidBy user: UserID, _ amount: Money, now: Timestamp
    ) -> Outcome {
        guard let reservation else { return .aborted(.gone) }
        switch reservation.state(at: now) {
        case .sold: return .aborted(.alreadySold)
        case .released, .returned: return .aborted(reservation.cancellation == nil ? .gone : .dateCancelled)
        case .expired: return .aborted(reservation.state == .held ? .expired : .gone)
        case .held:
            return reservation.user == user && reservation.amount == amount ? .confirmed : .aborted(.mismatch)
        }
    }

    /// Time from the end of a reservation to the deletion of its aborted decisions.
    package static let retention = Duration.hours(24)
}
