import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Pays, and shows payments.
enum PaymentCommands {
    private static let payment = Operand(optional: "PAYMENT", .text("PAYMENT"))
    private static let limit = Option("limit", .count(from: 1), "limit of payments; 20 if not given")

    static let pay = Command(
        "pay", "Pays for a reservation: the latest one, or the given one.",
        details: """
            If a crash, Ctrl-C or a lost connection interrupted a payment, the command continues this payment. It never
            pays twice.
            """,
        calls: [.wallet, .concert], caller: .user, operands: [Operands.reservation],
        examples: ["gateway pay", "gateway pay 3f2a9c01 --json"],
        run: { run in
            let reservation = try await Payments(run.caller).reservationToPay(run[Operands.reservation])
            let payment = try await pay(reservation, run)
            run.show(payment.json, payment.text)
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
            let payment = try await payments.show(try await payments.id(run[payment]))
            run.show(payment.json, payment.text)
        })

    static let list = Command(
        "payments", "Lists your payments, newest first.",
        calls: [.wallet], caller: .user, flags: [limit, CommonFlags.zone],
        examples: ["gateway payments", "gateway payments --limit 100 --json"],
        run: { run in
            run.show(
                try await Payments(run.caller).newest(Int(run[limit] ?? 20)), \.json,
                empty: "You have made no payments.", ["CODE", "BEGUN", .right("AMOUNT"), "OUTCOME"]
            ) { [IDSuffix.text(of: $0.paymentID), run.localTime($0.begunAtMs), $0.total, $0.shortText] }
        })
}
