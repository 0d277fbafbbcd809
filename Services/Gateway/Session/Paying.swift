import ConcertAPI
import Kernel
import WalletAPI

/// Paying: once, whatever is lost on the way.
extension Invocation {
    private static let soonest = Duration.milliseconds(100)
    private static let latest = Duration.seconds(2)

    /// The payment is decided when this returns, one way or the other. Its id is on the disk before it is sent, so that
    /// after a crash, or without an answer in time, the same payment goes on.
    func pay(_ reservation: ReservationEntry) async throws(GatewayError) -> PaymentView {
        try await leaving("The payment goes on, and never pays twice. How it ended says: gateway pay") {
            () async throws(GatewayError) in
            try await decided(reservation)
        }
    }

    private func decided(_ reservation: ReservationEntry) async throws(GatewayError) -> PaymentView {
        guard let remembered = Memory.Reservation(reservation) else {
            throw .refused("the concert service does not know the reservation")
        }
        // What is sold was paid for by a payment that says so again.
        let new = PaymentID(bytes: reservation.paymentID) ?? .make(at: clock.now)
        let id = try remember { memory throws(GatewayError) in
            try memory.payment(for: remembered, orBegin: new)
        }
        let request = PayRequest(
            paymentID: id.bytes, concertID: reservation.concertID, reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        let end = clock.uptime + (try timeout())
        while true {
            var pause = Self.soonest
            do throws(GatewayError) {
                let payment = try await call(WalletMethods.pay, request, requestID: RequestID(of: id)).payment
                if let payment, payment.outcome != .pending { return try settle(payment, id) }
                pause = .milliseconds(payment?.askAgainMs ?? 0)
            } catch {
                guard error.exit == .unavailable || error.exit == .indefinite else { throw error }
                pause = Self.latest
                guard clock.uptime + pause < end else { throw Self.undecided(error.what) }
            }
            guard clock.uptime + pause < end else { throw Self.undecided("the wallet service is still at it") }
            try? await clock.sleep(for: min(max(pause, Self.soonest), Self.latest))
        }
    }

    /// Takes note of how it ended; a payment that came to nothing is replaced by a new one next time.
    @discardableResult
    func settle(_ payment: PaymentView, _ id: PaymentID) throws(GatewayError) -> PaymentView {
        switch payment.outcome {
        case .paid: try remember { $0.settle(id) }
        case .notPaid: try remember { $0.forgetPayment(id) }
        default: break
        }
        return payment
    }

    private static func undecided(_ why: String) -> GatewayError {
        GatewayError(
            .indefinite,
            "it is not known yet whether it is paid: \(why)",
            advice: "Type gateway pay: it goes on, and never pays twice", reason: "PENDING")
    }
}
