import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// Joins, shows and leaves waiting lines.
enum LineCommands {
    private static let wait = Option("wait", .flag, "wait for your turn, also without a terminal")
    private static let noWait = Option("no-wait", .flag, "return at once, also in a terminal")

    static let join = Command(
        "join", "Joins the line for a concert, waits for your turn, and enters.",
        details: """
            Joining again returns the same place, on any machine. In a terminal a bar shows how many users are ahead,
            and Ctrl-C asks whether to leave the line or to keep the place. Without a terminal the command returns at
            once, unless --wait is given.
            """,
        calls: [.queue, .concert], caller: .user, operands: [Operands.optionalTarget],
        flags: [wait, noWait, CommonFlags.requestID, CommonFlags.zone],
        examples: [
            "gateway join moon-tour", "gateway join moon-tour/friday", "gateway join room:summer-sale",
            "gateway join moon-tour --wait --json",
        ],
        run: { run in
            // Fails before the first question.
            _ = try run.credential()
            guard let entrance = try await entrance(run) else {
                return run.show(
                    .object(["state": .string("noLine")]), "There is no waiting line. Next: gateway seats")
            }
            let waits = run[wait] || (run.console.isTerminal && !run.isJSON)
            var (place, recorded) = try await WaitingLine(run.caller).join(entrance)
            if waits, !run[noWait] { place = try await waitAndEnter(place, recorded, run) }
            show(place, recorded, run)
        })

    private static func entrance(_ run: Invocation) async throws -> WaitingLine.Entrance? {
        let choice = ConcertChoice(run: run)
        let target = try await choice.target()
        guard run.questions.canAsk else { return try await WaitingLine(run.caller).entrance(to: target) }
        return try await WaitingLine(run.caller).entrance(to: target, chooseDate: choice.date)
    }

    static let show = Command(
        "place", "Shows your place in a line: the latest one, or the one for a concert.",
        details: "Showing a place does not enter. With --wait the command waits for your turn, and enters.",
        calls: [.queue], caller: .user, operands: [Operands.optionalTarget], flags: [wait, CommonFlags.zone],
        examples: ["gateway place", "gateway place moon-tour --json", "gateway place --wait"],
        run: { run in
            let line = WaitingLine(run.caller)
            let recorded = try line.recordedPlace(for: run[Operands.optionalTarget])
            var place = try await line.show(recorded)
            if run[wait] { place = try await waitAndEnter(place, recorded, run) }
            show(place, recorded, run)
        })

    static let leave = Command(
        "leave", "Leaves a waiting line, and gives up your place.",
        calls: [.queue], caller: .user, operands: [Operands.optionalTarget],
        examples: ["gateway leave", "gateway leave moon-tour"],
        run: { run in
            let line = WaitingLine(run.caller)
            let recorded = try line.recordedPlace(for: run[Operands.optionalTarget])
            try await line.leave(recorded)
            run.show(
                .object(["target": .string(recorded.target), "state": .string("left")]),
                "You have left the line for \(recorded.target).")
        })

    /// Waits for the user's turn, and activates the place.
    static func waitAndEnter(
        _ place: PlaceView, _ recorded: RecentActivity.Place, _ run: Invocation
    ) async throws -> PlaceView {
        let place = try await WaitingScreen(run, for: recorded, from: place).waitForTurn()
        return try await WaitingLine(run.caller).enter(place, recorded)
    }

    private static func show(_ place: PlaceView, _ recorded: RecentActivity.Place, _ run: Invocation) {
        let report = PlaceReport(place: place, target: recorded.target)
        run.show(report.json, report.text(run))
    }
}
