import ConcertAPI
import Kernel

enum AdminCheckIn {
    private static let code = Operand("CODE", ValueKind<String>.text("CODE"), .optional)
    private static let date = Flag("--date", .target, "whose gate this is: tickets for other dates are refused")

    static let command = Command(
        "admin check-in", "Lets the holder of a ticket in, once.",
        details: """
            Without CODE it reads codes from standard input, one a line, as a hand scanner types them, until the input ends;
            it ends with 1 where one was refused. A code whose answer was lost can be scanned again.
            """,
        calls: [.concert], caller: .operator, operands: [code],
        flags: [date, CommonFlags.requestID, CommonFlags.zone],
        examples: [
            "gateway admin check-in AMZD4…", "zbarcam --raw | gateway admin check-in --date moon-tour/friday",
        ],
        run: checkIn)

    private static func checkIn(_ run: Invocation) async throws(GatewayError) {
        var date: FoundDate?
        if let target = try run.arguments.value(Self.date) { date = try await run.date(target) }
        if let code = try run.arguments.value(code) {
            return try await letIn(code, at: date, as: try run.newRequestID(), run)
        }
        if try run.arguments.value(CommonFlags.requestID) != nil { throw .usage("--request-id goes with CODE") }
        try await scan(at: date, run)
    }

    private static func scan(at date: FoundDate?, _ run: Invocation) async throws(GatewayError) {
        var refused = 0
        var unanswered: [String: RequestID] = [:]
        while let line = run.console.input.line() {
            let code = line.filter { !$0.isWhitespace }
            if code.isEmpty { continue }
            // Whose answer was lost may be inside already: under the same id it is the same person, not the next.
            var id = try run.newRequestID()
            if let earlier = unanswered.removeValue(forKey: code) { id = earlier }
            do throws(GatewayError) {
                try await letIn(code, at: date, as: id, run)
            } catch {
                var message = error.message
                switch error.exit {
                case .refused: refused += 1
                case .indefinite, .unavailable:
                    unanswered[code] = id
                    message = "\(error.what). Scan it again"
                default: throw error
                }
                run.show(
                    .object(["reason": .string(error.reason), "message": .string(message)]),
                    run.style.paint("No: \(message)", .red))
            }
        }
        if !unanswered.isEmpty { throw GatewayError(.indefinite, "\(unanswered.count) got no answer") }
        if refused > 0 { throw .refused("\(refused) were refused") }
    }

    private static func letIn(
        _ code: String, at date: FoundDate?, as id: RequestID, _ run: Invocation
    ) async throws(GatewayError) {
        let request = CheckInRequest(
            code: code.filter { !$0.isWhitespace }, scheduleID: date?.schedule.scheduleID ?? [])
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
                "Welcome: seat \(ticket.seat.printable), grade \(ticket.grade.printable), \(name), "
                    + run.shown(ticket.startsAtMs), .green))
    }
}
