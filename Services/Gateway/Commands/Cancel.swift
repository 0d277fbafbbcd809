import ConcertAPI
import Kernel
import WalletAPI

enum Cancel {
    private static let reason = Flag("--reason", .text("TEXT"), "why, for the organiser")

    static let command = Command(
        "cancel", "Gives back what you bought, for your money; or ends a payment that is not decided yet.",
        details: """
            A reservation is given back as a whole: its tickets become invalid, and the money comes back to your wallet.
            Until when that is allowed, the date says. To give back seats that are only held: gateway release. A payment
            that cannot be ended at once, because nobody has decided yet, is ended or paid later; the command then ends
            with 2.
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
        case .held: throw .refused("these seats are held, not bought. To give them back: gateway release")
        default:
            throw .refused(
                "nothing was bought that could be given back. \(report.text(now: run.clock.now)) "
                    + ReservationReport.again)
        }
        try run.makeSure(
            "Give back \(report.seats) for \(report.total)?", otherwise: "nothing was given back; the seats are yours")
        let request = CancelReservationRequest(
            concertID: reservation.concertID, reservationID: reservation.reservationID,
            reason: try run.arguments.value(reason) ?? "")
        let reply = try await run.call(
            ConcertMethods.cancelReservation, request, requestID: try run.newRequestID())
        let cancelled = ReservationReport(reservation: reply.reservation ?? reservation)
        run.show(
            .object(["reservation": cancelled.json, "refundId": .id(reply.refundID)]),
            "\(cancelled.text(now: run.clock.now)) The money is on its way to your wallet.")
    }

    /// The payment that was begun for it, while nobody has decided. The concert service is not asked: it may be the one
    /// that does not answer.
    private static func undecided(_ name: String?, _ run: Invocation) async throws(GatewayError) -> PaymentView? {
        let memory = try run.memory()
        let latest = memory.reservations.last { !$0.isOpen }?.reservation
        let ending = name.map { IDEnding($0) }
        let begun = memory.payments.last { payment in
            payment.isOpen && ending?.ends(payment.reservation.bytes) ?? (payment.reservation == latest)
        }
        guard let begun else { return nil }
        do throws(GatewayError) {
            let request = ShowPaymentRequest(paymentID: begun.payment.bytes)
            let payment = try await run.call(WalletMethods.showPayment, request).payment ?? PaymentView()
            try run.settle(payment, begun.payment)
            return payment.outcome == .pending ? payment : nil
        } catch {
            guard error.reason == "PAYMENT_UNKNOWN" else { throw error }
            // It may still be on its way.
            return PaymentView(paymentID: begun.payment.bytes, outcome: .pending)
        }
    }

    private static func end(_ payment: PaymentView, _ run: Invocation) async throws(GatewayError) {
        try run.makeSure(
            "Cancel \(PaymentReport(payment: payment).named), which is not decided yet?",
            otherwise: "nothing was cancelled. To go on with the payment: gateway pay")
        let request = CancelPaymentRequest(paymentID: payment.paymentID)
        let cancelled = try await run.call(WalletMethods.cancelPayment, request).payment ?? PaymentView()
        if let id = PaymentID(bytes: payment.paymentID) { try run.settle(cancelled, id) }
        let report = PaymentReport(payment: cancelled)
        switch cancelled.outcome {
        case .notPaid: run.show(report.json, report.text)
        case .paid: throw .refused("it was paid before it could be cancelled. To give it back: gateway cancel")
        default: throw GatewayError(.indefinite, report.pending, advice: PaymentReport.toSee, reason: "PENDING")
        }
    }
}
