import CommandLine
import ConcertAPI
import Identity
import Journeys
import Kernel

/// Lists, shows and verifies tickets.
enum TicketCommands {
    private static let ticket = Operand(optional: "TICKET", .text("TICKET"))
    private static let invert = Option("invert", .flag, "draw the QR code for a light terminal without colours")
    private static let code = Operand("CODE", .text("CODE"))

    static let list = Command(
        "tickets", "Lists your tickets.",
        calls: [.concert], caller: .user, operands: [Operands.optionalConcert], flags: [CommonFlags.zone],
        examples: ["gateway tickets", "gateway tickets moon-tour --json"],
        run: { run in
            let tickets = try await Tickets(run.caller).all(of: run[Operands.optionalConcert])
            run.show(
                tickets, \.json, empty: "You have no tickets.",
                ["CODE", "CONCERT", "BEGINS", "SEAT", "GRADE", "STATE"]
            ) { own in
                [
                    IDSuffix.text(of: own.ticket.ticketID), own.concert.name, run.localTime(own.ticket.startsAtMs),
                    own.ticket.seat, own.ticket.grade, "\(own.ticket.state)",
                ]
            }
            if let usable = tickets.first(where: { $0.isUsable(at: run.clock.now) }) {
                run.note("To show one at the gate: gateway ticket show \(usable.ticket.seat.printable)")
            }
        })

    static let show = Command(
        "ticket show", "Shows a ticket with its QR code, for the gate.",
        details: "TICKET is a seat, a code, or the end of an id. You may leave it out if you have one valid ticket.",
        calls: [.concert], caller: .user, operands: [ticket], flags: [invert, CommonFlags.zone],
        examples: ["gateway ticket show", "gateway ticket show Stalls-12-7", "gateway ticket show 3f2a9c01 --json"],
        run: { run in try await show(try await ticket(run[ticket], run), run, isInverted: run[invert]) })

    private static func ticket(_ name: String?, _ run: Invocation) async throws -> OwnTicket {
        if let name { return try await Tickets(run.caller).ticket(named: name) }
        let valid = try await Tickets(run.caller).valid()
        guard valid.count == 1 || run.questions.canAsk else {
            throw GatewayError.usage(
                "TICKET is missing, and you have \(valid.count) tickets. To see them: gateway tickets")
        }
        return try run.questions.choose("Which ticket?", among: valid, \.ticket.seat) {
            "\($0.concert.name)  \($0.ticket.seat)"
        }
    }

    /// Prints a ticket with its QR code.
    static func show(_ own: OwnTicket, _ run: Invocation, isInverted: Bool = false) async throws {
        let (own, code) = try await Tickets(run.caller).show(own)
        var picture = ""
        if !code.isEmpty, let qrCode = QRCode(code) {
            picture =
                qrCode.columns <= run.console.columns
                ? "\n" + qrCode.text(run.style, isInverted: isInverted)
                : "\nThe terminal is too narrow for the QR code. Make it \(qrCode.columns) columns wide.\n"
        }
        run.show(own.json.adding(["ticketCode": .string(code)]), "\(own.text(run))\n\(picture)")
    }

    static let verify = Command(
        "ticket verify", "Checks the signature of a ticket code with the public keys of the service.",
        details: """
            It does not check whether the ticket was used or cancelled: gateway admin check-in does. CODE is the text of
            the QR code of a ticket; - reads it from standard input.
            """,
        calls: [.concert], operands: [code], flags: [CommonFlags.zone],
        examples: ["gateway ticket verify AMZD4…", "zbarcam --raw -1 | gateway ticket verify -"],
        run: { run in
            let given = run[code]
            let text = (given == "-" ? run.console.input.line() ?? "" : given).filter { !$0.isWhitespace }
            let keys = try await run.caller.call(ConcertMethods.showTicketKeys, ShowTicketKeysRequest()).keys
            let verifier = TicketVerifier(
                keys.compactMap { TicketPublicKey(id: KeyID(rawValue: $0.keyID), bytes: $0.publicKey) })
            do throws(TokenError) {
                let ticket = try verifier.verify(text)
                run.show(
                    .object([
                        "genuine": .bool(true), "concertId": .string("\(ticket.concert)"),
                        "ticketId": .string("\(ticket.ticket)"), "seat": .string(ticket.seat),
                        "startsAt": .time(ticket.startsAt.milliseconds),
                    ]),
                    "Genuine: seat \(ticket.seat.printable), \(run.zone.text(of: ticket.startsAt)).")
            } catch {
                throw GatewayError(
                    .refused, "the ticket code is not genuine: \(error)", reason: ConcertReason.codeRefused.rawValue)
            }
        })
}
