import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Pays, and shows payments.
enum PaymentCommands {
    private static let payment = Operand("PAYMENT", ValueKind<String>.text("PAYMENT"), .optional)
    private static let limit = Option("limit", .integer(in: 1...500), "limit of payments; 20 if not given")

    static let pay = Command(
        "pay", "Pays for a reservation: the latest one, or the given one.",
        details: """
            If a crash, Ctrl-C or a lost connection interrupted a payment, the command continues this payment. It never
            pays twice.
            """,
        calls: [.wallet, .concert], caller: .user, operands: [Operands.reservation],
        examples: ["gateway pay", "gateway pay 3f2a9c01 --json"],
        run: { run in
            let name = try run.arguments.value(Operands.reservation)
            let reservation = try await Payments(run.caller).reservationToPay(name)
            show(try await pay(reservation, run), run)
        })

    static func pay(_ reservation: ReservationEntry, _ run: Invocation) async throws -> PaymentView {
        try await run.questions.withInterruptMessage(
            "The payment continues, and never pays twice. To see its outcome: gateway pay"
        ) { try await Payments(run.caller).pay(reservation) }
    }

    static let show = Command(
        "payment", "Shows the state of a payment: the latest one, or the given one.",
        details: "The command changes nothing. To continue a payment that is pending: gateway pay",
        calls: [.wallet], caller: .user, operands: [payment], flags: [CommonFlags.zone],
        examples: ["gateway payment", "gateway payment 3f2a9c01 --json"],
        run: { run in
            let payments = Payments(run.caller)
            show(try await payments.show(try await payments.id(try run.arguments.value(payment))), run)
        })

    private static func show(_ payment: PaymentView, _ run: Invocation) {
        let report = PaymentReport(payment: payment)
        run.show(report.json, report.text)
    }

    static let list = Command(
        "payments", "Lists your payments, newest first.",
        calls: [.wallet], caller: .user, flags: [limit, CommonFlags.zone],
        examples: ["gateway payments", "gateway payments --limit 100 --json"],
        run: { run in
            let payments = try await Payments(run.caller).newest(try run.arguments.value(limit) ?? 20)
            run.show(
                payments, { PaymentReport(payment: $0).json }, empty: "You have made no payments.",
                [("CODE", .left), ("BEGUN", .left), ("AMOUNT", .right), ("OUTCOME", .left)]
            ) { payment in
                [
                    IDSuffix.text(of: payment.paymentID), run.localTime(payment.begunAtMs),
                    Money.text(payment.amount, payment.currency), PaymentReport(payment: payment).shortText,
                ]
            }
        })
}
