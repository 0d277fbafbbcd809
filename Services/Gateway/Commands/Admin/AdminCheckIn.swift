import ConcertAPI
import Kernel

enum AdminCheckIn {
    private static let code = Operand("CODE", ValueKind<String>.text("CODE"), .optional)
    private static let date = Flag("--date", .target, "the date at this gate: tickets for other dates are refused")

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
        run: checkIn)

    private static func checkIn(_ run: Invocation) async throws(GatewayError) {
        var date: ConcertDate?
        if let target = try run.arguments.value(Self.date) { date = try await run.date(target) }
        if let code = try run.arguments.value(code) {
            return try await checkIn(code, at: date, as: try run.newRequestID(), run)
        }
        if try run.arguments.value(CommonFlags.requestID) != nil {
            throw .usage("--request-id needs CODE. Pass both, or neither")
        }
        try await scan(at: date, run)
    }

    /// Checks in the codes of standard input until it ends.
    private static func scan(at date: ConcertDate?, _ run: Invocation) async throws(GatewayError) {
        var refused = 0
        var unanswered: [String: RequestID] = [:]
        while let line = run.console.input.line() {
            let code = line.filter { !$0.isWhitespace }
            if code.isEmpty { continue }
            // A check-in without an answer may have taken effect. Its request id makes the second scan a retry.
            var id = try run.newRequestID()
            if let earlier = unanswered.removeValue(forKey: code) { id = earlier }
            do throws(GatewayError) {
                try await checkIn(code, at: date, as: id, run)
            } catch {
                var message = error.message
                switch error.exit {
                case .refused: refused += 1
                case .indefinite, .unavailable:
                    unanswered[code] = id
                    message = "\(error.problem). Scan it again"
                default: throw error
                }
                run.show(
                    .object(["reason": .string(error.reason), "message": .string(message)]),
                    run.style.paint("Failed: \(message)", .red))
            }
        }
        if !unanswered.isEmpty {
            throw GatewayError(.indefinite, "codes without an answer: \(unanswered.count)", hint: "Scan them again")
        }
        if refused > 0 { throw .refused("codes refused: \(refused)") }
    }

    private static func checkIn(
        _ code: String, at date: ConcertDate?, as id: RequestID, _ run: Invocation
    ) async throws(GatewayError) {
        let request = CheckInRequest(
            code: code.filter { !$0.isWhitespace }, scheduleID: date?.id ?? [])
        let reply = try await run.call(ConcertMethods.checkIn, request, requestID: id)
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
