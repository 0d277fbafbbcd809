import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

enum Cancel {
    private static let reason = Option("reason", .text("TEXT"), "reason, for the organiser")

    static let command = Command(
        "cancel", "Returns bought seats for a refund, or cancels a payment that is not decided yet.",
        details: """
            A reservation is returned as a whole: its tickets become invalid, and the money is refunded to your wallet.
            Each date has a deadline for returns. To release seats that are only held: gateway release. If a payment
            cannot be cancelled at once, the command exits with 2, and the payment is cancelled or paid later.
            """,
        calls: [.concert, .wallet], caller: .user, operands: [Operands.reservation],
        flags: [reason, CommonFlags.yes, CommonFlags.requestID],
        examples: ["gateway cancel", "gateway cancel 3f2a9c01 --yes --json"],
        run: cancel)

    private static func cancel(_ run: Invocation) async throws {
        let name = run[Operands.reservation]
        if let payment = try await Payments(run.caller).undecided(of: name) { return try await end(payment, run) }
        let reservation = try await Reservations(run.caller).reservation(name)
        switch reservation.state {
        case .sold: break
        case .returned:
            return run.show(.object(["reservation": reservation.json]), reservation.text(now: run.clock.now))
        case .held: throw GatewayError.refused("the seats are held, not bought. To release them: gateway release")
        default:
            throw GatewayError.refused(
                "there are no bought seats to return. \(reservation.text(now: run.clock.now)) "
                    + ReservationEntry.reserveAgain)
        }
        try run.questions.requireConfirmation(
            "Return \(reservation.seatNames) for \(reservation.total)?",
            unchanged: "nothing was returned. The seats are yours")
        let request = CancelReservationRequest(
            concertID: reservation.concertID, reservationID: reservation.reservationID,
            reason: run[reason] ?? "")
        let reply = try await run.caller.call(
            ConcertMethods.cancelReservation, request, requestID: run.caller.newRequestID())
        let cancelled = reply.reservation ?? reservation
        run.show(
            .object(["reservation": cancelled.json, "refundId": .id(reply.refundID)]),
            "\(cancelled.text(now: run.clock.now)) The refund is on its way to your wallet.")
    }

    private static func end(_ payment: PaymentView, _ run: Invocation) async throws {
        try run.questions.requireConfirmation(
            "Cancel \(payment.title), which is not decided yet?",
            unchanged: "nothing was cancelled. To continue the payment: gateway pay")
        let cancelled = try await Payments(run.caller).cancel(payment)
        switch cancelled.outcome {
        case .notPaid: run.show(cancelled.json, cancelled.text)
        case .paid:
            throw GatewayError.refused(
                "the payment succeeded before the cancellation. To return the seats: gateway cancel")
        default:
            throw GatewayError(
                .indefinite, cancelled.cancellationPending, hint: PaymentView.seeOutcome, reason: "PENDING")
        }
    }
}
