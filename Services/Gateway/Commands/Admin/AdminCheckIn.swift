import ConcertAPI
import Kernel

enum AdminCheckIn {
    private static let code = Operand("CODE", ValueKind<String>.text("CODE"), .optional)

    static let command = Command(
        "admin check-in", "Lets the holder of a ticket in, once.",
        details: """
            Without CODE it reads codes from standard input, one a line, as a hand scanner types them, until the input ends;
            it ends with 1 where one was refused.
            """,
        calls: [.concert], caller: .operator, operands: [code], flags: [CommonFlags.zone],
        examples: ["gateway admin check-in AMZD4…", "zbarcam --raw | gateway admin check-in"],
        run: checkIn)

    private static func checkIn(_ run: Invocation) async throws(GatewayError) {
        if let code = try run.arguments.value(code) { return try await letIn(code, run) }
        var refused = 0
        while let code = readLine() {
            if code.allSatisfy(\.isWhitespace) { continue }
            do throws(GatewayError) {
                try await letIn(code, run)
            } catch {
                guard error.exit == .refused else { throw error }
                refused += 1
                run.show(
                    .object(["reason": .string(error.reason), "message": .string(error.message)]),
                    run.style.paint("No: \(error.message)", .red))
            }
        }
        if refused > 0 { throw .refused("\(refused) were refused") }
    }

    private static func letIn(_ code: String, _ run: Invocation) async throws(GatewayError) {
        let request = CheckInRequest(code: code.filter { !$0.isWhitespace })
        let ticket = try await run.call(ConcertMethods.checkIn, request).ticket ?? TicketEntry()
        run.show(
            .object([
                "ticketId": .id(ticket.ticketID), "seat": .string(ticket.seat), "grade": .string(ticket.grade),
                "state": .name(of: ticket.state), "usedAt": .time(ticket.usedAtMs),
            ]),
            run.style.paint("Welcome: seat \(ticket.seat.printable), grade \(ticket.grade.printable)", .green))
    }
}
