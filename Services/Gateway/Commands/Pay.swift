import ConcertAPI
import Kernel
import WalletAPI

enum Pay {
    static let command = Command(
        "pay", "Pays for what you hold: the latest reservation, or the one that is named.",
        details: """
            A payment that was interrupted, by a crash, by Ctrl-C or by a lost connection, is continued first: it is the same
            payment, and it never pays twice.
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
        let begun = try run.memory().payments.last { $0.isOpen }
        if name == nil, let begun {
            return try await run.reservation(.init(concert: begun.concert, reservation: begun.reservation))
        }
        return try await run.reservation(name)
    }

    /// The one that is made now, or the one that has bought it before.
    private static func payment(
        for reservation: ReservationEntry, _ run: Invocation
    ) async throws(GatewayError) -> PaymentView {
        let isBegun = try run.memory().payments.contains {
            $0.isOpen && $0.reservation.bytes == reservation.reservationID
        }
        guard isBegun || reservation.state == .held || reservation.state == .sold else {
            let report = ReservationReport(reservation: reservation)
            throw .refused("nothing can be paid. \(report.text(now: run.clock.now)) \(ReservationReport.again)")
        }
        return try await run.pay(reservation)
    }
}

extension String {
    /// `notEnough` as `NOT_ENOUGH`: what a state of a message is called where constants are.
    var constant: String {
        reduce(into: "") { text, letter in
            if letter.isUppercase { text.append("_") }
            text += letter.uppercased()
        }
    }
}
