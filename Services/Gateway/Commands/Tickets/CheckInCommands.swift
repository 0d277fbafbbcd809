import CommandLine
import ConcertAPI
import Identity
import Journeys
import Kernel

/// Checks in tickets at a gate, and undoes a check-in.
enum CheckInCommands {
    private static let code = Operand("CODE", .text("CODE"))
    private static let scanned = Operand(optional: "CODE", .text("CODE"))
    private static let date = Option("date", .target, "the date at this gate: tickets for other dates are refused")
    private static let anyDate = Option("any-date", .flag, "accept tickets at any time, also months before their date")
    private static let gate = Option("gate", .text("NAME"), "name of this gate, for the log of actions")
    private static let window = Option(
        "window", .duration,
        "accept tickets this long before the start and after the end of their date; 6h if not given",
        variable: "ONSALE_CHECK_IN_WINDOW")
    private static let defaultWindow = Duration.hours(6)

    static let checkIn = Command(
        "admin check-in", "Checks in a ticket. A ticket is accepted once.",
        details: """
            Without CODE it reads codes from standard input, one per line, as a hand scanner types them. Other users of
            this machine can read a CODE in the command line. In a terminal, the answer is green for a person who may come
            in, red for one who may not, and yellow if the code must be scanned again. It exits with 0, 1 and 2 or 69 then.
            """,
        calls: [.concert], caller: .operator, operands: [scanned],
        flags: [date, anyDate, gate, window, CommonFlags.requestID],
        examples: ["AMZD4…", "zbarcam --raw | gateway admin check-in --date moon-tour/friday --gate North"],
        run: { run in
            guard !run[anyDate] || (run[date] == nil && run[window] == nil) else {
                throw GatewayError.usage("\(anyDate.flag) excludes \(date.flag) and \(window.flag). Pass one of them")
            }
            var gateDate: ConcertDate?
            if let target = run[date] { gateDate = try await run.catalogue.date(target) }
            var checks = CheckIn(
                at: gateDate, gate: run[gate] ?? "", within: run[anyDate] ? .zero : run[window] ?? defaultWindow,
                run.caller)
            let concert = gateDate?.concert
            if let code = run[scanned] {
                do { return show(try await checks.checkIn(code), of: concert, run) } catch {
                    let error = run.error(error, of: concert)
                    let answer: Answer = error.exit == .refused ? .stop : .again
                    if run.style.isColoured, !run.isJSON { run.console.print(answer.text("", run)) }
                    throw error
                }
            }
            if run.caller.requestID != nil {
                throw GatewayError.usage("--request-id needs CODE. Pass both, or neither")
            }
            try await scan(by: &checks, of: concert, run)
        })

    /// Checks in the codes of standard input until it ends. `concert` is the one at this gate.
    private static func scan(by checks: inout CheckIn, of concert: Concert?, _ run: Invocation) async throws {
        var refused = 0
        while let line = run.console.input.line() {
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                show(try await checks.checkIn(line), of: concert, run)
            } catch {
                let error = run.error(error, of: concert)
                var (message, answer) = (error.message, Answer.stop)
                switch error.exit {
                case .refused: refused += 1
                case .indefinite, .unavailable: (message, answer) = ("\(error.problem). Scan it again", .again)
                default: throw error
                }
                run.show(
                    .object(["reason": .string(error.reason), "message": .string(message)]),
                    answer.text("Failed: \(message)", run))
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

    private static func show(_ reply: CheckInReply, of concert: Concert?, _ run: Invocation) {
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
            Answer.comeIn.text(
                "Checked in: seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(name), "
                    + run.localTime(ticket.startsAt, of: concert), run) + otherTimes(reply, of: concert, run)
                + earlierUse(of: ticket, run))
    }

    /// The answer of a door, in a colour that people see from afar.
    private enum Answer: String {
        case comeIn = "COME IN"
        case stop = "STOP"
        case again = "SCAN AGAIN"

        func text(_ text: String, _ run: Invocation) -> String {
            guard run.style.isColoured else { return text }
            let colour: Style.Colour = self == .comeIn ? .green : self == .stop ? .red : .yellow
            return run.style.paint(" \(rawValue) ", colour, isFilled: true) + " " + run.style.paint(text, colour)
        }
    }

    private static func otherTimes(_ reply: CheckInReply, of concert: Concert?, _ run: Invocation) -> String {
        guard let printed = reply.codeStartsAt else { return "" }
        let reason = reply.ticket.moveReason.isEmpty ? "" : ": \(reply.ticket.moveReason.printable)"
        let time = run.localTime(printed, of: concert)
        return "\n" + run.style.paint("The ticket says \(time); the date was moved\(reason)", .yellow)
    }

    private static func earlierUse(of ticket: Ticket, _ run: Invocation) -> String {
        guard let first = ticket.firstUsedAt, let undone = ticket.undoneAt else { return "" }
        let text =
            "Used before on \(run.localTime(first)); undone on \(run.localTime(undone)): \(ticket.undoReason.printable)"
        return "\n" + run.style.paint(text, .yellow)
    }
}
