import ConcertAPI
import Kernel

enum TicketShow {
    private static let ticket = Operand("TICKET", ValueKind<String>.text("TICKET"), .optional)
    private static let invert = Flag("--invert", .isGiven, "draw the QR code for a light terminal without colours")

    static let command = Command(
        "ticket show", "Shows a ticket with its QR code, for the gate.",
        details: "TICKET is a seat, a code, or the end of an id. You may leave it out if you have one valid ticket.",
        calls: [.concert], caller: .user, operands: [ticket], flags: [invert, CommonFlags.zone],
        examples: ["gateway ticket show", "gateway ticket show Stalls-12-7", "gateway ticket show 3f2a9c01 --json"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        try await run.showTicket(
            try await ticket(try run.arguments.value(ticket), run), isInverted: run.arguments.isGiven(invert))
    }

    private static func ticket(_ name: String?, _ run: Invocation) async throws(GatewayError) -> OwnTicket {
        let all = try await run.tickets(of: nil)
        guard let name else {
            let valid = all.filter { $0.ticket.state == .valid }
            if valid.count == 1 { return valid[0] }
            if valid.isEmpty { throw .refused("you have no valid ticket. To see all tickets: gateway tickets") }
            guard run.canAsk else {
                throw .usage("TICKET is missing, and you have \(valid.count) tickets. To see them: gateway tickets")
            }
            return try run.choose("Which ticket?", among: valid, \.ticket.seat) {
                "\($0.concert.name)  \($0.ticket.seat)"
            }
        }
        let suffix = IDSuffix(name)
        let found = all.filter { $0.ticket.seat == name || suffix.matches($0.ticket.ticketID) }
        if found.count == 1 { return found[0] }
        // A seat that was returned and bought again has several tickets. One of them is valid.
        let valid = found.filter { $0.ticket.state == .valid }
        if valid.count == 1 { return valid[0] }
        throw .refused(
            found.isEmpty
                ? "you have no ticket \(name.printable). To see yours: gateway tickets"
                : "\(name.printable) matches \(found.count) tickets. Give a code from: gateway tickets")
    }
}

extension Invocation {
    /// Prints a ticket with its QR code.
    func showTicket(_ own: OwnTicket, isInverted: Bool = false) async throws(GatewayError) {
        let request = ShowTicketRequest(concertID: own.ticket.concertID, ticketID: own.ticket.ticketID)
        let reply = try await call(ConcertMethods.showTicket, request)
        let report = TicketReport(own: OwnTicket(ticket: reply.ticket ?? own.ticket, concert: own.concert))
        var picture = ""
        if !reply.code.isEmpty, let code = QRCode(reply.code) {
            picture =
                code.columns <= console.columns
                ? "\n" + code.text(style, isInverted: isInverted)
                : "\nThe terminal is too narrow for the QR code. Make it \(code.columns) columns wide.\n"
        }
        show(report.json(code: reply.code), report.text(localTime) + "\n" + picture)
    }
}
