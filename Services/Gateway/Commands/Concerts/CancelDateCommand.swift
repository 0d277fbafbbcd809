import CommandLine
import ConcertAPI
import Journeys
import Kernel

/// Cancels a date.
enum CancelDateCommand {
    private static let reason = Option("reason", .text("TEXT"), "reason that buyers read")
    private static let confirmation = Option(
        "confirmation", .text("CODE"), "code that the command prints without this option")
    /// Each reply counts all seats of the date, so long cancellations are polled rarely.
    private static let pauses = Backoff(from: .milliseconds(500), upTo: .seconds(4))

    static let command = Command(
        "admin schedule cancel", "Cancels a date: its seats leave the sale, and every ticket is refunded in full.",
        details: """
            Without --confirmation, the command changes nothing. It prints what would be cancelled, and the code to confirm
            it; in a terminal, it asks for the code. A cancelled date cannot be opened again. The command shows the progress. The
            work goes on if the command is interrupted; repeat it to see the progress again.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.target],
        flags: [reason, confirmation, CommonFlags.requestID],
        examples: ["moon-tour/friday --reason 'storm warning'", "moon-tour/friday --reason fog --confirmation 7KQ2ZD"],
        run: { run in try await cancel(run) })

    private static func cancel(_ run: Invocation) async throws {
        let date = try await run.catalogue.date(run[Operands.target])
        var request = CancelDateRequest(
            concertID: date.concert.concertID, scheduleID: date.id, reason: run[reason] ?? "-")
        var reply = try await run.caller.call(
            ConcertMethods.cancelDate, request, requestID: run.caller.newRequestID())
        guard reply.cancelledAt == nil else { return try await follow(reply, request, date, run) }
        guard let reason = run[reason] else {
            throw GatewayError.usage("\(Self.reason.flag) is missing: give the reason that buyers read")
        }
        request.reason = reason
        guard let code = try code(reply, date, run) else {
            return run.show(
                reply.json,
                "\(reply.preview(of: date)) To cancel it, repeat with: --confirmation \(reply.confirmation)")
        }
        request.confirmation = code
        reply = try await run.caller.call(
            ConcertMethods.cancelDate, request, requestID: run.caller.newRequestID())
        try await follow(reply, request, date, run)
    }

    /// The code of the command line, or of a terminal.
    private static func code(
        _ reply: CancelDateReply, _ date: ConcertDate, _ run: Invocation
    ) throws(GatewayError) -> String? {
        if let code = run[confirmation] { return code }
        guard run.questions.canAsk else { return nil }
        run.console.print(run.console.fitted("\(reply.preview(of: date)) It cannot be opened again.") + "\n")
        let answer = try run.questions.ask("To cancel it, type \(reply.confirmation):")
        guard answer.uppercased() == reply.confirmation else { throw .refused("nothing was cancelled") }
        return answer
    }

    /// Waits until every seat is blocked.
    private static func follow(
        _ first: CancelDateReply, _ request: CancelDateRequest, _ date: ConcertDate, _ run: Invocation
    ) async throws {
        var (reply, request) = (first, request)
        request.confirmation = ""
        var polls = 0
        while reply.finishedAt == nil {
            if polls > 0 { run.note(reply.progress) }
            polls += 1
            try await run.clock.sleep(for: pauses.pause(after: polls))
            reply = try await run.caller.call(
                ConcertMethods.cancelDate, request, requestID: run.caller.newRequestID())
        }
        let done = reply.done
        run.show(
            reply.json,
            "\(date.name) is cancelled: \(reply.reason.printable). Returned: \(done.tickets.counted("ticket")). "
                + "Refunded: \(Money.text(done.refunded, reply.currency)). Ended: \(done.held.counted("hold")).")
    }
}

extension CancelDateReply {
    fileprivate func preview(of date: ConcertDate) -> String {
        "\(date.name) has \(left.seats.counted("seat")): \(left.held) held, and \(left.tickets.counted("ticket")) for "
            + "\(Money.text(left.refunded, currency)), which would be refunded."
    }

    /// `1200 of 50000 seats are blocked.`
    fileprivate var progress: String { "\(done.seats) of \((done.seats + left.seats).counted("seat")) are blocked." }

    fileprivate var json: JSON {
        .object([
            "left": left.json(currency), "done": done.json(currency), "confirmation": .text(confirmation),
            "reason": .text(reason), "cancelledAt": .time(cancelledAt), "finishedAt": .time(finishedAt),
        ])
    }
}

extension CancelledParts {
    fileprivate func json(_ currency: String) -> JSON {
        .object([
            "seats": .count(seats), "held": .count(held), "tickets": .count(tickets),
            "refunded": Money.json(refunded, currency),
        ])
    }
}
