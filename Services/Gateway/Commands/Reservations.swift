import ConcertAPI
import Kernel

enum Reservations {
    static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"), .optional)

    static let command = Command(
        "reservations", "Lists what you hold, have bought or had, newest first.",
        calls: [.concert], caller: .user, operands: [concert], flags: [CommonFlags.zone],
        examples: ["gateway reservations", "gateway reservations moon-tour --json"],
        run: list)

    private static func list(_ run: Invocation) async throws(GatewayError) {
        let reservations = try await run.reservations(of: try run.arguments.value(concert))
        if reservations.isEmpty, !run.isJSON { return run.console.print("You have no reservations.") }
        var table = Table([("CODE", .left), ("STATE", .left), ("RESERVED", .left), ("TOTAL", .right), ("SEATS", .left)])
        for reservation in reservations {
            let report = ReservationReport(reservation: reservation)
            table.add([
                IDEnding.text(of: reservation.reservationID), "\(reservation.state)",
                run.shown(reservation.reservedAtMs), report.total, report.seats,
            ])
        }
        run.show(.list(reservations) { ReservationReport(reservation: $0).json }, table.text(run.style))
    }
}
