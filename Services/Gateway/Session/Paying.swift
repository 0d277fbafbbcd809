import ConcertAPI
import Kernel
import WalletAPI

/// Pays for a reservation at most once, whatever fails on the way.
extension Invocation {
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(2)

    /// The decided payment. Its id is on the disk before it is sent, so a retry after a crash sends the same payment.
    func pay(_ reservation: ReservationEntry) async throws(GatewayError) -> PaymentView {
        try await withInterruptMessage("The payment continues, and never pays twice. To see its outcome: gateway pay") {
            () async throws(GatewayError) in
            try await decided(reservation)
        }
    }

    private func decided(_ reservation: ReservationEntry) async throws(GatewayError) -> PaymentView {
        guard let recorded = RecentActivity.Reservation(reservation) else {
            throw .refused("the concert service sent a reservation without an id. Repeat the command")
        }
        // A sold reservation has a payment. Sending it again returns the same outcome.
        let new = PaymentID(bytes: reservation.paymentID) ?? .make(at: clock.now)
        let id = try updateActivity { activity throws(GatewayError) in
            try activity.payment(for: recorded, orBegin: new)
        }
        let request = PayRequest(
            paymentID: id.bytes, concertID: reservation.concertID, reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        let end = clock.uptime + (try timeout())
        while true {
            var pause = Self.shortestPause
            do throws(GatewayError) {
                let payment = try await call(WalletMethods.pay, request, requestID: RequestID(of: id)).payment
                if let payment, payment.outcome != .pending { return try settle(payment, id) }
                pause = .milliseconds(payment?.askAgainMs ?? 0)
            } catch {
                guard error.exit == .unavailable || error.exit == .indefinite else { throw error }
                pause = Self.longestPause
                guard clock.uptime + pause < end else { throw Self.undecided(error.problem) }
            }
            guard clock.uptime + pause < end else { throw Self.undecided("the wallet service has no decision yet") }
            try? await clock.sleep(for: min(max(pause, Self.shortestPause), Self.longestPause))
        }
    }

    /// Records the outcome. After NOT_PAID the next attempt is a new payment.
    @discardableResult
    func settle(_ payment: PaymentView, _ id: PaymentID) throws(GatewayError) -> PaymentView {
        switch payment.outcome {
        case .paid: try updateActivity { $0.settle(id) }
        case .notPaid: try updateActivity { $0.removePayment(id) }
        default: break
        }
        return payment
    }

    private static func undecided(_ reason: String) -> GatewayError {
        GatewayError(
            .indefinite, "payment pending: \(reason)",
            hint: "Type gateway pay: it continues the same payment, and never pays twice", reason: "PENDING")
    }
}
