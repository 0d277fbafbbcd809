import CommandLine
import ConcertAPI
import Display
import Identity
import Journeys
import Kernel

/// Lists, shows and verifies tickets.
enum TicketCommands {
    private static let ticket = Operand(optional: "TICKET", .text("TICKET"))
    private static let invert = Option("invert", .flag, "draw the QR code for a light terminal without colours")
    private static let png = Option(
        "png", .path, "write the QR code to FILE as a PNG picture, and replace an older one")
    private static let svg = Option(
        "svg", .path, "write the QR code to FILE as an SVG picture, and replace an older one")
    /// The width of the text beside a QR code.
    private static let textColumns = 24
    private static let code = Operand("CODE", .text("CODE"))

    static let list = Command(
        "tickets", "Lists your tickets.",
        calls: [.concert], caller: .user, operands: [Operands.optionalConcert], examples: ["", "moon-tour --json"],
        run: { run in
            let tickets = try await Tickets(run.caller).all(of: run[Operands.optionalConcert])
            run.show(
                tickets, \.json, empty: "You have no tickets.",
                ["ID", "CONCERT", .wrapped("BEGINS"), "SEAT", "GRADE", "STATE"]
            ) { own in
                [
                    IDSuffix.text(of: own.ticket.ticketID), own.concert.name,
                    run.localTime(own.ticket.startsAt, of: own.concert),
                    own.ticket.seat, own.ticket.grade, "\(own.ticket.state)",
                ]
            }
            if let usable = tickets.first(where: { $0.isUsable(at: run.clock.now) }) {
                run.note("To show one at the gate: gateway ticket show \(usable.ticket.seat.argument)")
            }
        })

    static let show = Command(
        "ticket show", "Shows a ticket with its QR code, for the gate.",
        details: "TICKET is a seat, or the end of an id. You may leave it out if you have one valid ticket.",
        calls: [.concert], caller: .user, operands: [ticket], flags: [invert, png, svg],
        examples: ["", "Stalls-12-7", "3f2a9c01 --json", "Stalls-12-7 --png ticket.png"],
        run: { run in
            let ticket = try await ticket(run[ticket], run)
            guard run[png] != nil || run[svg] != nil else {
                return try await show(ticket, run, isInverted: run[invert])
            }
            try await writePictures(of: ticket, run)
        })

    private static func writePictures(of own: OwnTicket, _ run: Invocation) async throws {
        let (own, code) = try await Tickets(run.caller).show(own)
        guard let picture = QRCode(code), !code.isEmpty else {
            throw GatewayError.refused("there is no QR code. \(own.text(run))")
        }
        if let path = run[png] { try ConfigurationFolder.write(picture.png, to: path) }
        if let path = run[svg] { try ConfigurationFolder.write(picture.svg, to: path) }
        let files = [run[png], run[svg]].compactMap(\.self)
        run.show(
            own.json.adding(["ticketCode": .string(code), "files": .list(files) { .string($0) }]),
            "Wrote \(files.joined(separator: " and ")): the QR code of seat \(own.ticket.seat.printable).")
    }

    private static func ticket(_ name: String?, _ run: Invocation) async throws -> OwnTicket {
        if let name { return try await Tickets(run.caller).ticket(named: name) }
        let valid = try await Tickets(run.caller).valid()
        guard valid.count == 1 || run.questions.canAsk else {
            throw GatewayError.usage(
                "TICKET is missing, and you have \(valid.count.counted("ticket")). To see them: gateway tickets")
        }
        return try run.questions.choose("Which ticket?", among: valid, \.ticket.seat) {
            "\($0.concert.name)  \($0.ticket.seat)"
        }
    }

    /// Prints a ticket with its QR code. `text` stands above that of the ticket. A code as high as the terminal stays until Enter,
    /// because the prompt of the shell would push it up. With --yes nothing waits.
    static func show(
        _ own: OwnTicket, _ run: Invocation, isInverted: Bool = false, above text: String = ""
    ) async throws {
        let (own, code) = try await Tickets(run.caller).show(own)
        let text = text + own.text(run)
        let picture = picture(of: code, text, run, isInverted)
        if picture == nil, run.questions.canAsk, !run.questions.isConfirmed,
            let screen = beside(code, "\(text)\n\nPress Enter to go on.", rows: run.console.rows, run, isInverted)
        {
            run.console.draw(screen)
            _ = run.console.input.line()
            return
        }
        let toFile = "gateway ticket show \(own.ticket.seat.argument) --png FILE"
        run.show(
            own.json.adding(["ticketCode": .string(code)]),
            picture ?? "\(text)\nThe terminal is too small for the QR code. To write it as a picture: \(toFile)")
    }

    /// The QR code with a text: to the right of it, or above it if there is no space. Nil if the terminal is too small.
    private static func picture(of code: String, _ text: String, _ run: Invocation, _ isInverted: Bool) -> String? {
        if code.isEmpty { return text }
        let (columns, rows) = (run.console.columns, run.console.rows)
        // The prompt of the shell needs the last row.
        if run.console.isTerminal, let picture = beside(code, text, rows: rows - 1, run, isInverted) { return picture }
        let used = text.split(separator: "\n").count + 2
        if let code = QRCode(code, columns: columns, rows: rows - used) {
            return ([text, ""] + lines(code, run, isInverted)).joined(separator: "\n")
        }
        return nil
    }

    private static func beside(
        _ code: String, _ text: String, rows: Int, _ run: Invocation, _ isInverted: Bool
    ) -> String? {
        guard let code = QRCode(code, columns: run.console.columns - textColumns - 2, rows: rows) else { return nil }
        let text = text.wrapped(to: textColumns).split(separator: "\n", omittingEmptySubsequences: false).map {
            "  \($0)"
        }
        return lines(code, run, isInverted).enumerated().map { $1 + ($0 < text.count ? text[$0] : "") }.joined(
            separator: "\n")
    }

    private static func lines(_ code: QRCode, _ run: Invocation, _ isInverted: Bool) -> [String] {
        code.lines(isColoured: run.style.isColoured, isInverted: isInverted)
    }

    static let verify = Command(
        "ticket verify", "Checks the signature of a ticket code with the public keys of the service.",
        details: """
            It does not check whether the ticket was used or cancelled: gateway admin check-in does. CODE is the text of
            the QR code of a ticket; - reads it from standard input. Other users of this machine can read command lines.
            """,
        calls: [.concert], operands: [code], examples: ["AMZD4…", "zbarcam --raw -1 | gateway ticket verify -"],
        run: { run in
            let ticket = try await verified(run[code], run)
            run.show(
                .object([
                    "genuine": .bool(true), "concertId": .string("\(ticket.concert)"),
                    "ticketId": .string("\(ticket.ticket)"), "seat": .string(ticket.seat),
                    "startsAt": .time(ticket.startsAt),
                ]),
                "Genuine: seat \(ticket.seat.printable), \(run.zone.text(of: ticket.startsAt)).")
        })

    /// The content of a code, or of the first line of standard input if `given` is `-`. Throws unless it is genuine.
    static func verified(_ given: String, _ run: Invocation) async throws -> TicketCode {
        let text = (given == "-" ? run.console.input.line() ?? "" : given).filter { !$0.isWhitespace }
        let keys = try await run.caller.call(ConcertMethods.showTicketKeys, ShowTicketKeysRequest()).keys
        let verifier = TicketVerifier(
            keys.compactMap { TicketPublicKey(id: KeyID(rawValue: $0.keyID), bytes: $0.publicKey) })
        do throws(TokenError) {
            return try verifier.verify(text)
        } catch {
            throw GatewayError(
                .refused, "the ticket code is not genuine: \(error)", reason: ConcertReason.codeRefused.rawValue)
        }
    }
}

extension OwnTicket {
    var json: JSON {
        .object([
            "ticketId": .id(ticket.ticketID), "code": .string(IDSuffix.text(of: ticket.ticketID)),
            "concert": .string(concert.name), "concertId": .id(ticket.concertID),
            "scheduleId": .id(ticket.scheduleID), "reservationId": .id(ticket.reservationID),
            "state": .name(of: ticket.state), "seat": .string(ticket.seat), "grade": .string(ticket.grade),
            "price": Money.json(ticket.price, ticket.currency), "startsAt": .time(ticket.startsAt),
            "endsAt": .time(ticket.endsAt), "issuedAt": .time(ticket.issuedAt), "usedAt": .time(ticket.usedAt),
            "firstUsedAt": .time(ticket.firstUsedAt), "undoneAt": .time(ticket.undoneAt),
            "undoReason": .text(ticket.undoReason), "cancelledAt": .time(ticket.cancelledAt),
            "cancelReason": .text(ticket.cancelReason),
            "refunded": Money.json(ticket.refunded, ticket.currency), "kept": Money.json(ticket.kept, ticket.currency),
            "updatedAt": .time(ticket.updatedAt), "soldStartsAt": .time(ticket.soldStartsAt),
            "moveReason": .text(ticket.moveReason), "returnUntil": .time(ticket.returnUntil),
        ])
    }

    private func cancelled(_ run: Invocation) -> String {
        let kept = ticket.kept == 0 ? "" : ", \(Money.text(ticket.kept, ticket.currency)) kept"
        let reason = ticket.cancelReason.isEmpty ? "" : " Reason: \(ticket.cancelReason.printable)."
        return "Cancelled on \(run.localTime(ticket.cancelledAt)). "
            + "\(Money.text(ticket.refunded, ticket.currency)) refunded\(kept).\(reason)"
    }

    func text(_ run: Invocation) -> String {
        let state =
            switch ticket.state {
            case .valid: "Valid for one person, once."
            case .used: "Used on \(run.localTime(ticket.usedAt))."
            case .cancelled: cancelled(run)
            case .unspecified, .unrecognized: "\(ticket.state)"
            }
        return """
            \(concert.title.printable)
            \(run.localTime(ticket.startsAt, of: concert))
            Seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(Money.text(ticket.price, ticket.currency))
            \(state)\(moved(run))
            """
    }

    private func moved(_ run: Invocation) -> String {
        guard let sold = ticket.soldStartsAt else { return "" }
        let reason = ticket.moveReason.isEmpty ? "" : ": \(ticket.moveReason.printable)"
        let until = ticket.returnUntil.flatMap { run.clock.now < $0 ? $0 : nil }
        let right =
            until.map { " You can return it in full until \(run.localTime($0, of: concert)): gateway cancel" } ?? ""
        return "\nMoved from \(run.localTime(sold, of: concert))\(reason).\(right)"
    }
}
