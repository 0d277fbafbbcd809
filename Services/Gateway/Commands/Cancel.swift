import ConcertAPI
import Kernel
import WalletAPI

enum Cancel {
    private static let reason = Flag("--reason", .text("TEXT"), "why, for the organiser")

    static let command = Command(
        "cancel", "Gives back what you bought, for your money; or ends a payment that is not decided yet.",
        details: """
            A reservation is given back as a whole: its tickets become invalid, and the money comes back to your wallet.
            Until when that is allowed, the date says. To give back seats that are only held: gateway release.
            """,
        calls: [.concert, .wallet], caller: .user, operands: [Invocation.reservation],
        flags: [reason, CommonFlags.yes, CommonFlags.requestID],
        examples: ["gateway cancel", "gateway cancel 3f2a9c01 --yes --json"],
        run: cancel)

    private static func cancel(_ run: Invocation) async throws(GatewayError) {
        let reservation = try await run.reservation(try run.arguments.value(Invocation.reservation))
        let payment = try run.memory().payments.last { $0.reservation.bytes == reservation.reservationID && $0.isOpen }
        if reservation.state != .sold, let payment {
            let request = CancelPaymentRequest(paymentID: payment.payment.bytes)
            let view = try await run.call(WalletMethods.cancelPayment, request).payment ?? PaymentView()
            try run.settle(view, payment.payment)
            let report = PaymentReport(payment: view)
            return run.show(report.json, report.text)
        }
        let report = ReservationReport(reservation: reservation)
        guard reservation.state == .sold else { throw .refused(hint(report, run)) }
        guard try run.confirm("Give back \(report.seats) for \(report.total)?") else { return }
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

    private static func hint(_ report: ReservationReport, _ run: Invocation) -> String {
        report.reservation.state == .held
            ? "these seats are held, not bought. To give them back: gateway release"
            : report.text(now: run.clock.now)
    }
}
