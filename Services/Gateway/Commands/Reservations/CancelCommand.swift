import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Returns bought seats, or cancels a payment.
enum CancelCommand {
    private static let names = Operand(list: "RESERVATION|TICKET", .text("RESERVATION|TICKET"), isRequired: false)
    private static let least = Option(
        "least", .amount, "smallest refund to accept; the amount that is shown before the return")
    private static let reason = Option("reason", .text("TEXT"), "reason, for the organiser")

    static let command = Command(
        "cancel", "Returns bought seats for a refund, or cancels a payment that is not decided yet.",
        details: """
            Name a reservation to return all of its tickets that are left, or tickets by their seats or codes. They become
            invalid, and the money is refunded to your wallet, without the part that the organiser keeps. The command
            shows both amounts before it asks. Each date has a deadline for returns. To release seats that are only held:
            gateway release. If a payment cannot be cancelled at once, the command exits with 2, and the payment is
            cancelled or paid later.
            """,
        calls: [.concert, .wallet], caller: .user, operands: [names],
        flags: [least, reason, CommonFlags.yes, CommonFlags.requestID],
        examples: ["", "3f2a9c01 --yes --json", "Stalls-12-7 --least '20 EUR'"],
        run: { run in try await giveBack(run) })

    private static func giveBack(_ run: Invocation) async throws {
        if run[names].count < 2, let payment = try await Payments(run.caller).undecided(of: run[names].first) {
            return try await end(payment, run)
        }
        let choice = try await Returns(run.caller).choice(run[names])
        let reservation = choice.reservation
        switch reservation.state {
        case .sold: break
        case .returned where choice.seats.isEmpty:
            return run.show(
                .object(["reservation": reservation.json]),
                "Already returned on \(run.localTime(reservation.endedAt)): \(reservation.seatNames). "
                    + "Nothing has changed. To see the refund: gateway history")
        case .held: throw GatewayError.refused("the seats are held, not bought. To release them: gateway release")
        default:
            throw GatewayError.refused(
                "there are no bought seats to return. \(reservation.text(now: run.clock.now)) "
                    + Reservation.reserveAgain)
        }
        try await giveBack(
            choice, reason: run[reason] ?? "", unchanged: "nothing was returned. The seats are yours", run)
    }

    private static let code = Operand(list: "CODE SEAT", .text("CODE SEAT"), isRequired: true)
    private static let reasonForUser = Option("reason", .text("TEXT"), "reason that the buyer reads")

    static let ofUser = Command(
        "admin reservation cancel", "Returns a reservation of a user in full, or some of its seats.",
        details: """
            CODE is the code of the reservation, or its id; seats may follow it. The tickets become invalid, whatever the
            return policy of the date says, and nothing is kept. To find a reservation: gateway admin reservations.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.concert, code],
        flags: [reasonForUser, CommonFlags.yes, CommonFlags.requestID],
        examples: [
            "moon-tour 3f2a9c01 --reason 'the seat is broken' --yes", "moon-tour 3f2a9c01 Stalls-12-7 --reason ill",
        ],
        run: { run in
            guard let reason = run[reasonForUser] else {
                throw GatewayError.usage("\(reasonForUser.flag) is missing: give the reason that the buyer reads")
            }
            let concert = try await run.catalogue.concert(named: run[Operands.concert])
            let (name, seats) = (run[code][0], Array(run[code].dropFirst()))
            guard let choice = try await Returns(run.caller).choice(name, seats: seats, of: concert) else {
                throw GatewayError.refused(
                    "\(concert.name) has no reservation \(name.printable)",
                    hint: "To find one: gateway admin reservations \(concert.name)")
            }
            try await giveBack(choice, reason: reason, unchanged: "nothing was returned", run)
        })

    private static func giveBack(
        _ choice: Returns.Choice, reason: String, unchanged: String, _ run: Invocation
    ) async throws {
        let quote = try await Returns(run.caller).quote(choice)
        let total = quote.total
        let seats = SeatText.list(quote.lines.map(\.seat)).printable
        try run.questions.requireConfirmation("Return \(seats) for \(total.text)?", unchanged: unchanged)
        let least = run.caller.isOperator ? total.refunded : try accepted(total, run)
        let (returned, refund) = try await Returns(run.caller).giveBack(choice, least: least, reason: reason)
        run.show(
            .object([
                "reservation": returned.json, "refundId": .id(refund?.refundID), "refund": refund.map(\.json),
            ]),
            "Returned: \(seats), for \(total.text). "
                + (total.refunded > 0 ? "The refund is on its way to the wallet." : "There is no refund."))
    }

    /// The smallest refund to accept, in minor units.
    private static func accepted(_ quote: ReturnAmount, _ run: Invocation) throws(GatewayError) -> UInt64 {
        guard let least = run[least] else { return quote.refunded }
        guard least.currency.code == quote.currency else {
            throw .usage("\(Self.least.flag) \(least) is not in \(quote.currency), the currency of the tickets")
        }
        return UInt64(clamping: least.minorUnits)
    }

    private static func end(_ payment: Payment, _ run: Invocation) async throws {
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
                .indefinite, cancelled.cancellationPending, hint: Payment.seeOutcome, reason: "PENDING")
        }
    }
}

extension ReturnAmount {
    /// `22.50 EUR, with 22.50 EUR kept`
    fileprivate var text: String {
        let amount = Money.text(refunded, currency)
        return kept == 0 ? amount : "\(amount), with \(Money.text(kept, currency)) kept"
    }
}

extension Refund {
    fileprivate var json: JSON {
        .object([
            "refundId": .id(refundID), "amount": Money.json(amount, currency), "kept": Money.json(kept, currency),
            "seats": .list(seats) { .string($0) },
        ])
    }
}
