import ConcertAPI
import Kernel
import WalletAPI

enum Pay {
    static let command = Command(
        "pay", "Pays for a reservation: the latest one, or the given one.",
        details: """
            If a crash, Ctrl-C or a lost connection interrupted a payment, the command continues this payment. It never
            pays twice.
            """,
        calls: [.wallet, .concert], caller: .user, operands: [Invocation.reservation],
        examples: ["gateway pay", "gateway pay 3f2a9c01 --json"],
        run: pay)

    private static func pay(_ run: Invocation) async throws(GatewayError) {
        let payment = try await payment(for: try await reservation(run), run)
        let report = PaymentReport(payment: payment)
        guard payment.outcome == .paid else { throw await run.refusal(of: payment) }
        run.show(report.json, report.text)
    }

    private static func reservation(_ run: Invocation) async throws(GatewayError) -> ReservationEntry {
        let name = try run.arguments.value(Invocation.reservation)
        let begun = try run.activity().payments.last { $0.isOpen }
        if name == nil, let begun {
            return try await run.reservation(.init(concert: begun.concert, reservation: begun.reservation))
        }
        return try await run.reservation(name)
    }

    /// The payment of the reservation. A sold reservation returns the payment that bought it.
    private static func payment(
        for reservation: ReservationEntry, _ run: Invocation
    ) async throws(GatewayError) -> PaymentView {
        let isBegun = try run.activity().payments.contains {
            $0.isOpen && $0.reservation.bytes == reservation.reservationID
        }
        guard isBegun || reservation.state == .held || reservation.state == .sold else {
            let report = ReservationReport(reservation: reservation)
            throw .refused(
                "there is nothing to pay. \(report.text(now: run.clock.now)) \(ReservationReport.reserveAgain)")
        }
        return try await run.pay(reservation)
    }
}

extension String {
    /// The name of an enum case as a constant: `notEnough` becomes `NOT_ENOUGH`.
    var constant: String {
        reduce(into: "") { text, letter in
            if letter.isUppercase { text.append("_") }
            text += letter.uppercased()
        }
    }
}
