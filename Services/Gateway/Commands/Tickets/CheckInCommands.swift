import CommandLine
import ConcertAPI
import Identity
import Journeys
import Kernel

/// Checks in tickets at a gate, and undoes a check-in.
enum CheckInCommands {
    private static let code = Operand("CODE", .text("CODE"))
    private static let scanned = Operand(optional: "CODE", .text("CODE"))
    private static let gate = Option("date", .target, "the date at this gate: tickets for other dates are refused")

    static let checkIn = Command(
        "admin check-in", "Checks in a ticket. A ticket is accepted once.",
        details: """
            Without CODE it reads codes from standard input, one per line, as a hand scanner types them. Other users of
            this machine can read a CODE in the command line. It exits with 1 if a ticket was refused. If the answer to a
            code is lost, scan the code again.
            """,
        calls: [.concert], caller: .operator, operands: [scanned], flags: [gate, CommonFlags.requestID],
        examples: ["AMZD4…", "zbarcam --raw | gateway admin check-in --date moon-tour/friday"],
        run: { run in
            var date: ConcertDate?
            if let target = run[gate] { date = try await run.catalogue.date(target) }
            var checks = CheckIn(at: date, run.caller)
            if let code = run[scanned] { return show(try await checks.checkIn(code), run) }
            if run.caller.requestID != nil {
                throw GatewayError.usage("--request-id needs CODE. Pass both, or neither")
            }
            try await scan(by: &checks, run)
        })

    /// Checks in the codes of standard input until it ends.
    private static func scan(by checks: inout CheckIn, _ run: Invocation) async throws {
        var refused = 0
        while let line = run.console.input.line() {
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                show(try await checks.checkIn(line), run)
            } catch {
                let error = run.error(error)
                var message = error.message
                switch error.exit {
                case .refused: refused += 1
                case .indefinite, .unavailable: message = "\(error.problem). Scan it again"
                default: throw error
                }
                run.show(
                    .object(["reason": .string(error.reason), "message": .string(message)]),
                    run.style.paint("Failed: \(message)", .red))
            }
        }
        if checks.unansweredCount > 0 {
            throw GatewayError(
                .indefinite, "codes without an answer: \(checks.unansweredCount)", hint: "Scan them again")
        }
        if refused > 0 { throw GatewayError.refused("codes refused: \(refused)") }
    }

    private static let reason = Option("reason", .text("TEXT"), "reason, shown at the next check-in of the ticket")

    static let undo = Command(
        "admin undo-check-in", "Makes a used ticket valid again, after a check-in by mistake.",
        details: """
            The time of the first check-in stays with the ticket. The next check-in shows it with the reason. CODE is the
            text of the QR code; - reads it from standard input.
            """,
        calls: [.concert], caller: .operator, operands: [code], flags: [reason, CommonFlags.requestID],
        examples: ["AMZD4… --reason 'scanned at the wrong entrance'"],
        run: { run in
            let reason = try run.required(reason)
            let code = try await TicketCommands.verified(run[code], run)
            let request = UndoCheckInRequest(concertID: code.concert, ticketID: code.ticket, reason: reason)
            let ticket = try await run.caller.call(
                ConcertMethods.undoCheckIn, request, requestID: run.caller.newRequestID()
            ).ticket
            run.show(
                .object([
                    "ticketId": .id(ticket.ticketID), "seat": .string(ticket.seat), "state": .name(of: ticket.state),
                    "firstUsedAt": .time(ticket.firstUsedAt), "undoneAt": .time(ticket.undoneAt),
                    "undoReason": .string(ticket.undoReason),
                ]), "The ticket of seat \(ticket.seat.printable) is valid again.")
        })

    private static func show(_ reply: CheckInReply, _ run: Invocation) {
        let ticket = reply.ticket
        let name = "\(reply.concertName)/\(reply.scheduleName)"
        run.show(
            .object([
                "ticketId": .id(ticket.ticketID), "date": .string(name), "startsAt": .time(ticket.startsAt),
                "seat": .string(ticket.seat), "grade": .string(ticket.grade), "state": .name(of: ticket.state),
                "usedAt": .time(ticket.usedAt), "firstUsedAt": .time(ticket.firstUsedAt),
                "undoneAt": .time(ticket.undoneAt), "undoReason": .text(ticket.undoReason),
                "codeStartsAt": .time(reply.codeStartsAt), "moveReason": .text(ticket.moveReason),
            ]),
            run.style.paint(
                "Checked in: seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(name), "
                    + run.localTime(ticket.startsAt), .green) + otherTimes(reply, run) + earlierUse(of: ticket, run))
    }

    private static func otherTimes(_ reply: CheckInReply, _ run: Invocation) -> String {
        guard let printed = reply.codeStartsAt else { return "" }
        let reason = reply.ticket.moveReason.isEmpty ? "" : ": \(reply.ticket.moveReason.printable)"
        return "\n" + run.style.paint("The ticket says \(run.localTime(printed)); the date was moved\(reason)", .yellow)
    }

    private static func earlierUse(of ticket: Ticket, _ run: Invocation) -> String {
        guard let first = ticket.firstUsedAt, let undone = ticket.undoneAt else { return "" }
        let text =
            "Used before on \(run.localTime(first)); undone on \(run.localTime(undone)): \(ticket.undoReason.printable)"
        return "\n" + run.style.paint(text, .yellow)
    }
}
