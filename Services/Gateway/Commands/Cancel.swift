import ConcertAPI
import Kernel
import WalletAPI

enum Cancel {
    private static let reason = Flag("--reason", .text("TEXT"), "reason, for the organiser")

    static let command = Command(
        "cancel", "Returns bought seats for a refund, or cancels a payment that is not decided yet.",
        details: """
            A reservation is returned as a whole: its tickets become invalid, and the money is refunded to your wallet.
            Each date has a deadline for returns. To release seats that are only held: gateway release. If a payment
            cannot be cancelled at once, the command exits with 2, and the payment is cancelled or paid later.
            """,
        calls: [.concert, .wallet], caller: .user, operands: [Invocation.reservation],
        flags: [reason, CommonFlags.yes, CommonFlags.requestID],
        examples: ["gateway cancel", "gateway cancel 3f2a9c01 --yes --json"],
        run: cancel)

    private static func cancel(_ run: Invocation) async throws(GatewayError) {
        let name = try run.arguments.value(Invocation.reservation)
        if let payment = try await undecided(name, run) { return try await end(payment, run) }
        let reservation = try await run.reservation(name)
        let report = ReservationReport(reservation: reservation)
        switch reservation.state {
        case .sold: break
        case .returned:
            return run.show(.object(["reservation": report.json]), report.text(now: run.clock.now))
        case .held: throw .refused("the seats are held, not bought. To release them: gateway release")
        default:
            throw .refused(
                "there are no bought seats to return. \(report.text(now: run.clock.now)) "
                    + ReservationReport.reserveAgain)
        }
        try run.requireConfirmation(
            "Return \(report.seats) for \(report.total)?", unchanged: "nothing was returned. The seats are yours")
        let request = CancelReservationRequest(
            concertID: reservation.concertID, reservationID: reservation.reservationID,
            reason: try run.arguments.value(reason) ?? "")
        let reply = try await run.call(
            ConcertMethods.cancelReservation, request, requestID: try run.newRequestID())
        let cancelled = ReservationReport(reservation: reply.reservation ?? reservation)
        run.show(
            .object(["reservation": cancelled.json, "refundId": .id(reply.refundID)]),
            "\(cancelled.text(now: run.clock.now)) The refund is on its way to your wallet.")
    }

    /// The undecided payment of the reservation, if there is one. Does not call the concert service, because its
    /// failure may be the reason that the payment is undecided.
    private static func undecided(_ name: String?, _ run: Invocation) async throws(GatewayError) -> PaymentView? {
        let activity = try run.activity()
        let latest = activity.reservations.last { !$0.isOpen }?.reservation
        let suffix = name.map { IDSuffix($0) }
        let begun = activity.payments.last { payment in
            payment.isOpen && suffix?.matches(payment.reservation.bytes) ?? (payment.reservation == latest)
        }
        guard let begun else { return nil }
        do throws(GatewayError) {
            let request = ShowPaymentRequest(paymentID: begun.payment.bytes)
            let payment = try await run.call(WalletMethods.showPayment, request).payment ?? PaymentView()
            try run.settle(payment, begun.payment)
            return payment.outcome == .pending ? payment : nil
        } catch {
            guard error.reason == "PAYMENT_UNKNOWN" else { throw error }
            // The payment may still arrive.
            return PaymentView(paymentID: begun.payment.bytes, outcome: .pending)
        }
    }

    private static func end(_ payment: PaymentView, _ run: Invocation) async throws(GatewayError) {
        try run.requireConfirmation(
            "Cancel \(PaymentReport(payment: payment).title), which is not decided yet?",
            unchanged: "nothing was cancelled. To continue the payment: gateway pay")
        let request = CancelPaymentRequest(paymentID: payment.paymentID)
        let cancelled = try await run.call(WalletMethods.cancelPayment, request).payment ?? PaymentView()
        if let id = PaymentID(bytes: payment.paymentID) { try run.settle(cancelled, id) }
        let report = PaymentReport(payment: cancelled)
        switch cancelled.outcome {
        case .notPaid: run.show(report.json, report.text)
        case .paid: throw .refused("the payment succeeded before the cancellation. To return the seats: gateway cancel")
        default:
            throw GatewayError(
                .indefinite, report.cancellationPending, hint: PaymentReport.seeOutcome, reason: "PENDING")
        }
    }
}
