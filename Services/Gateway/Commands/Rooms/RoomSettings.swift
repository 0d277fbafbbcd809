import CommandLine
import Journeys
import Kernel
import QueueAPI

/// The operand and the flags of the commands for waiting rooms.
enum RoomSettings {
    static let name = Operand("ROOM", .text("ROOM"))
    private static let active = Option("active", .count(from: 0), "limit of active users; 0 for no limit")
    private static let rate = Option("rate", .count(from: 0), "limit of admitted users per second; 0 for no limit")
    private static let noShows = Option(
        "correct-no-shows", ValueKind<Choice>.choice,
        "yes: --rate counts the users who enter, so more are admitted, at most three times as many")
    private static let ready = Option("ready", .duration, "time to enter after admission; 1m for a new room")
    private static let idle = Option("idle", .duration, "longest idle time of an active user; 5m for a new room")
    private static let stay = Option("stay", .duration, "longest time that a user is active; 15m for a new room")
    private static let joinsAt = Option("joins-at", .time, "time from which users may join")
    private static let opensAt = Option("opens-at", .time, "time from which users are admitted")

    static let drawRound = Option(
        "draw-round", .integer(in: 1...Int.max),
        "draw the order of those who join before the opening, by this round of drand")
    static let needsCode = Option("needs-code", .flag, "users join with a code, from: gateway admin room codes")
    static let waiting = Option("waiting", .count(from: 0), "limit of waiting users; 0 for no limit")

    static let flags: [any AnyOption] = [active, rate, noShows, waiting, ready, idle, stay, joinsAt, opensAt]

    private enum Choice: String, CaseIterable, Sendable { case yes, no }

    /// Sets the limit of `--waiting`, if it is given. It has a call of its own, so that older programs keep it.
    static func limitWaiting(in room: Room, _ run: Invocation) async throws -> Room {
        guard let limit = run[waiting] else { return room }
        let request = SetWaitingLimitRequest(roomID: room.roomID, waitingLimit: limit)
        return try await run.caller.call(QueueMethods.setWaitingLimit, request).room
    }

    /// The room that the command line names.
    static func room(_ run: Invocation) async throws -> Room {
        try await Rooms(run.caller).room(named: run[name])
    }

    /// The limits of the flags, with `before` for flags that are not given. Nil if no flag is given.
    static func limits(_ run: Invocation, before: RoomLimits?) -> RoomLimits? {
        let (active, rate, ready, idle, stay) = (run[active], run[rate], run[ready], run[idle], run[stay])
        let noShows = run[Self.noShows]
        guard active != nil || rate != nil || noShows != nil || ready != nil || idle != nil || stay != nil else {
            return nil
        }
        var limits = before ?? RoomLimits()
        if let active { limits.activeLimit = active }
        if let rate { limits.ratePerSecond = rate }
        if let noShows { limits.correctNoShows = noShows == .yes }
        if let ready { limits.ready = ready }
        if let idle { limits.idle = idle }
        if let stay { limits.hardLimit = stay }
        return limits
    }

    /// The times of the flags, with `before` for flags that are not given. Nil if no flag is given.
    static func times(_ run: Invocation, before: RoomTimes?) throws -> RoomTimes? {
        let (joins, opens) = (try run.time(joinsAt), try run.time(opensAt))
        guard joins != nil || opens != nil else { return nil }
        var times = before ?? RoomTimes()
        if let joins { times.joinsAt = joins }
        if let opens { times.opensAt = opens }
        return times
    }
}

extension Room {
    var activeLimit: String { Self.limit(limits.activeLimit) }
    var waitingLimitText: String { Self.limit(waitingLimit) }
    var ratePerSecond: String {
        Self.limit(limits.ratePerSecond) + (limits.correctNoShows ? ", without no-shows" : "")
    }

    private static func limit(_ number: UInt32) -> String { number == 0 ? "no limit" : "\(number)" }

    var json: JSON {
        .object([
            "name": .string(name), "roomId": .id(roomID), "state": .name(of: state),
            "joinsAt": .time(times.joinsAt), "opensAt": .time(times.opensAt),
            "activeLimit": .count(limits.activeLimit), "ratePerSecond": .count(limits.ratePerSecond),
            "correctNoShows": .bool(limits.correctNoShows), "readyMs": .count(limits.ready.milliseconds),
            "idleMs": .count(limits.idle.milliseconds),
            "stayMs": .count(limits.hardLimit.milliseconds), "waitingLimit": .count(waitingLimit),
            "message": .text(message), "needsCode": .bool(needsCode),
            "draw": draw.map { draw in
                .object([
                    "state": .name(of: draw.state), "round": .count(draw.round),
                    "participants": .count(draw.participants),
                ])
            },
        ])
    }

    func text(_ run: Invocation) -> String {
        let opens = times.opensAt.map { ", opens \(run.localTime($0))" } ?? ""
        return """
            \(name): \(state == .preQueue ? "open for joins, admits no users yet" : "\(state)")\(opens)
              active users at most  \(activeLimit)
              admitted per second   \(ratePerSecond)
              time to enter         \(limits.ready.text)
              idle at most          \(limits.idle.text)
              active at most        \(limits.hardLimit.text)
              waiting users at most \(waitingLimitText)\(message.isEmpty ? "" : "\n  message               \(message)")\(needsCode ? "\n  users join            with a code" : "")\(drawText)
            """
    }

    private var drawText: String {
        guard let draw else { return "" }
        let text =
            switch draw.state {
            case .pending: "pending: users who join now take part"
            case .drawClosed: "closed with \(draw.participants) users, not drawn yet"
            default: "\(draw.participants) users drew their numbers"
            }
        return "\n  draw                  round \(draw.round), \(text)"
    }
}
