import CommandLine
import Identity
import Journeys
import Kernel
import QueueAPI

/// Joins, shows and leaves waiting lines.
enum LineCommands {
    private static let wait = Option("wait", .flag, "wait for your turn, also without a terminal")
    private static let noWait = Option("no-wait", .flag, "return at once, also in a terminal")

    private static let code = Option("code", .code, "code with which to join, from the organisers")

    static let join = Command(
        "join", "Joins the line for a concert, waits for your turn, and enters.",
        details: """
            Joining again returns the same place, on any machine. Join a presale with your code, or by the name of its room:
            as long as you have a place there, the commands for its dates use it. In a terminal a bar shows how many people are ahead,
            and Ctrl-C asks whether to leave the line or to keep the place. Without a terminal the command enters if it is
            your turn, and otherwise returns at once, unless --wait is given.
            """,
        calls: [.queue, .concert], caller: .user, operands: [Operands.optionalTarget],
        flags: [wait, noWait, code, CommonFlags.requestID],
        examples: [
            "moon-tour", "moon-tour/friday", "room:summer-sale", "moon-tour --wait --json",
            "moon-tour/friday --code CODE",
        ],
        run: { run in
            // Without a sign-in, the command fails before its first question.
            _ = try await run.ownCredential()
            let line = WaitingLine(run.caller, code: run[code] ?? "")
            guard let entrance = try await entrance(line, run) else {
                return run.show(
                    .object(["state": .string("noLine")]), "There is no waiting line. Next: gateway seats")
            }
            let waits = run[wait] || (run.console.isTerminal && !run.isJSON)
            var (place, recorded) = try await line.join(entrance)
            // A turn lapses after the ready time of the room, by default a minute, so it is used at once.
            if !run[noWait], waits || place.state == .admitted {
                place = try await waitAndEnter(place, recorded, run)
            }
            show(place, recorded, run)
            if place.state == .waiting { run.note("To wait for your turn: gateway place \(recorded.target) --wait") }
        })

    private static func entrance(_ line: WaitingLine, _ run: Invocation) async throws -> WaitingLine.Entrance? {
        let choice = ConcertChoice(run: run)
        let target = try await choice.target()
        guard run.questions.canAsk else { return try await line.entrance(to: target) }
        return try await line.entrance(to: target, chooseDate: choice.date)
    }

    static let show = Command(
        "place", "Shows your place in a line: the latest one, or the one for a concert.",
        details: """
            Showing a place does not enter. With --wait the command waits for your turn, and enters. --receipt writes a file
            that proves your number in the line to anyone, also after the sale: gateway verify checks it.
            """,
        calls: [.queue], caller: .user, operands: [Operands.optionalTarget], flags: [wait, LineProofCommands.receipt],
        examples: ["", "moon-tour --json", "--wait", "moon-tour --receipt moon-tour.tlog-proof"],
        run: { run in
            let line = WaitingLine(run.caller)
            let recorded = try line.recordedPlace(for: run[Operands.optionalTarget])
            var place = try await line.show(recorded)
            if run[wait] { place = try await waitAndEnter(place, recorded, run) }
            show(place, recorded, run)
            if let path = run[LineProofCommands.receipt] {
                try await LineProofCommands.writeReceipt(of: recorded, to: path, run)
            }
        })

    static let leave = Command(
        "leave", "Leaves a waiting line, and gives up your place.",
        calls: [.queue], caller: .user, operands: [Operands.optionalTarget], examples: ["", "moon-tour"],
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
        _ place: Place, _ recorded: RecentActivity.Place, _ run: Invocation
    ) async throws -> Place {
        let place = try await WaitingScreen(run, for: recorded, from: place).waitForTurn()
        return try await WaitingLine(run.caller).enter(place, recorded)
    }

    private static func show(_ place: Place, _ recorded: RecentActivity.Place, _ run: Invocation) {
        let report = PlaceReport(place: place, target: recorded.target)
        run.show(report.json, report.text(run))
    }
}

extension ValueKind<String> {
    fileprivate static var code: Self {
        ValueKind(placeholder: "CODE", allowed: "the code that you received") { text in
            let code = JoinCode.normalized(text)
            return code.isEmpty ? nil : code
        }
    }
}

/// A place in a line as JSON and as text.
struct PlaceReport {
    let place: Place
    /// As on the command line: `moon-tour/friday`.
    let target: String

    var json: JSON {
        .object([
            "target": .string(target), "roomId": .id(place.roomID), "placeId": .id(place.placeID),
            "state": .name(of: place.state), "roomState": .name(of: place.roomState), "serial": .count(place.serial),
            "peopleAhead": .count(place.peopleAhead),
            "waitAtLeastMs": place.hasEstimate ? .count(place.waitAtLeast.milliseconds) : nil,
            "waitAtMostMs": place.hasEstimate ? .count(place.waitAtMost.milliseconds) : nil,
            "lapsesAt": .time(place.lapsesAt),
            "endsAt": .time(place.endsAt), "opensAt": .time(place.opensAt), "reason": .text(place.reason),
            "message": .text(place.roomMessage),
        ]).adding(place.times)
    }

    func text(_ run: Invocation) -> String {
        stateText(run) + (place.roomMessage.isEmpty ? "" : "\n\(Self.message(place.roomMessage))")
    }

    static func message(_ text: String) -> String { "The organisers say: \(text.printable)" }

    private func stateText(_ run: Invocation) -> String {
        switch place.state {
        case .waiting:
            "\(ahead) in the line for \(target)\(estimate)\(roomNote(run))"
        case .admitted:
            """
            It is your turn for \(target), until \(run.localTime(place.lapsesAt, "%H:%M:%S")).
            To enter: gateway join \(target)
            """
        case .active:
            """
            You are in at \(target), until \(run.localTime(place.endsAt)) at the latest.
            Without activity, your place ends on \(run.localTime(place.lapsesAt)).
            Next: gateway seats \(Target(target)?.room == nil ? target : "CONCERT/DATE")
            """
        case .finished: "You have bought your seats for \(target), and your place has ended."
        case .left: "You have left the line for \(target)."
        case .lapsed:
            "Your place for \(target) has lapsed\(reason)."
                + (place.roomState.isClosedToJoins ? "" : " To join again: gateway join \(target)")
        case .revoked: "An operator revoked your place for \(target)\(reason)."
        case .unspecified, .unrecognized: "Your place for \(target) is in state \(place.state)."
        }
    }

    func shortText(_ run: Invocation) -> String { String(text(run).prefix { $0 != "\n" }) }

    private var reason: String { place.reason.isEmpty ? "" : ": \(place.reason.printable)" }

    private var ahead: String {
        if place.serial == 0 { return "You take part in the draw, which gives you your number" }
        return switch place.peopleAhead {
        case 0: "You are next"
        case 1: "1 person is ahead of you"
        default: "\(place.peopleAhead) people are ahead of you"
        }
    }

    private var estimate: String { place.estimate.map { ", \($0)" } ?? "" }

    private func roomNote(_ run: Invocation) -> String {
        switch place.roomState {
        case .scheduled, .preQueue:
            place.opensAt.map { ". The line opens in \(($0 - run.clock.now).text), on \(run.localTime($0))" }
                ?? ". The line has not opened yet"
        case .paused: ". The line is paused"
        default: ""
        }
    }
}

extension Place {
    var hasEstimate: Bool { waitAtMost > .zero }

    /// The expected wait, such as `about 4 to 6 min`. Nil if the queue service has no estimate.
    var estimate: String? {
        guard hasEstimate else { return nil }
        let (least, most) = (waitAtLeast.text, waitAtMost.text)
        if least == most { return "about \(most)" }
        let (leastUnit, mostUnit) = (least.split(separator: " ").dropFirst(), most.split(separator: " ").dropFirst())
        return "about \(leastUnit == mostUnit ? String(least.prefix { $0 != " " }) : least) to \(most)"
    }
}
