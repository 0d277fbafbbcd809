import ConcertAPI
import Kernel

enum Tickets {
    static let command = Command(
        "tickets", "Lists your tickets.",
        calls: [.concert], caller: .user, operands: [Reservations.concert], flags: [CommonFlags.zone],
        examples: ["gateway tickets", "gateway tickets moon-tour --json"],
        run: list)

    private static func list(_ run: Invocation) async throws(GatewayError) {
        let tickets = try await run.tickets(of: try run.arguments.value(Reservations.concert))
        if tickets.isEmpty, !run.isJSON { return run.console.print("You have no tickets.") }
        var table = Table([
            ("CODE", .left), ("CONCERT", .left), ("BEGINS", .left), ("SEAT", .left), ("GRADE", .left), ("STATE", .left),
        ])
        for own in tickets {
            table.add([
                IDSuffix.text(of: own.ticket.ticketID), own.concert.name, run.localTime(own.ticket.startsAtMs),
                own.ticket.seat, own.ticket.grade, "\(own.ticket.state)",
            ])
        }
        run.show(.list(tickets) { TicketReport(own: $0).json }, table.text(run.console))
        if let usable = tickets.first(where: { $0.isUsable(at: run.clock.now) }) {
            run.note("To show one at the gate: gateway ticket show \(usable.ticket.seat.printable)")
        }
    }
}
