import CommandLine
import ConcertAPI
import Journeys
import Kernel

enum CheckInCommand {
    private static let code = Operand(optional: "CODE", .text("CODE"))
    private static let date = Option("date", .target, "the date at this gate: tickets for other dates are refused")

    static let command = Command(
        "admin check-in", "Checks in a ticket. A ticket is accepted once.",
        details: """
            Without CODE it reads codes from standard input, one per line, as a hand scanner types them. It exits with 1
            if a ticket was refused. If the answer to a code is lost, scan the code again.
            """,
        calls: [.concert], caller: .operator, operands: [code],
        flags: [date, CommonFlags.requestID, CommonFlags.zone],
        examples: [
            "gateway admin check-in AMZD4…", "zbarcam --raw | gateway admin check-in --date moon-tour/friday",
        ],
        run: { run in
            var date: ConcertDate?
            if let target = run[Self.date] { date = try await run.catalogue.date(target) }
            var gate = CheckIn(at: date, run.caller)
            if let code = run[code] { return show(try await gate.checkIn(code), run) }
            if run.caller.requestID != nil {
                throw GatewayError.usage("--request-id needs CODE. Pass both, or neither")
            }
            try await scan(at: &gate, run)
        })

    /// Checks in the codes of standard input until it ends.
    private static func scan(at gate: inout CheckIn, _ run: Invocation) async throws {
        var refused = 0
        while let line = run.console.input.line() {
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                show(try await gate.checkIn(line), run)
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
        if gate.unansweredCount > 0 {
            throw GatewayError(
                .indefinite, "codes without an answer: \(gate.unansweredCount)", hint: "Scan them again")
        }
        if refused > 0 { throw GatewayError.refused("codes refused: \(refused)") }
    }

    private static func show(_ reply: CheckInReply, _ run: Invocation) {
        let ticket = reply.ticket ?? TicketEntry()
        let name = "\(reply.concertName)/\(reply.scheduleName)"
        run.show(
            .object([
                "ticketId": .id(ticket.ticketID), "date": .string(name), "startsAt": .time(ticket.startsAtMs),
                "seat": .string(ticket.seat), "grade": .string(ticket.grade), "state": .name(of: ticket.state),
                "usedAt": .time(ticket.usedAtMs),
            ]),
            run.style.paint(
                "Checked in: seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(name), "
                    + run.localTime(ticket.startsAtMs), .green))
    }
}
