import CommandLine
import Journeys
import Kernel
import QueueAPI

/// The operand and the flags of the commands for waiting rooms.
enum RoomFlags {
    static let name = Operand("ROOM", ValueKind<String>.text("ROOM"))
    static let active = Option(
        "active", .integer(in: 0...1_000_000), "limit of active users; 0 for no limit")
    static let rate = Option("rate", .integer(in: 0...100_000), "limit of admitted users per second; 0 for no limit")
    static let ready = Option("ready", .duration, "time to enter after admission; 1m for a new room")
    static let idle = Option("idle", .duration, "longest idle time of an active user; 5m for a new room")
    static let stay = Option("stay", .duration, "longest time that a user is active; 15m for a new room")
    static let joinsAt = Option("joins-at", .time, "time from which users may join")
    static let opensAt = Option("opens-at", .time, "time from which users are admitted")

    static let limits: [any AnyOption] = [active, rate, ready, idle, stay, joinsAt, opensAt, CommonFlags.zone]

    /// The room that the command line names.
    static func room(_ run: Invocation) async throws -> RoomSummary {
        try await Rooms(run.caller).room(named: try run.arguments.required(name))
    }

    /// The limits of the flags, with `before` for flags that are not given. Nil if no flag is given.
    static func limits(_ run: Invocation, before: RoomLimits?) throws -> RoomLimits? {
        let arguments = run.arguments
        let (active, rate) = (try arguments.value(active), try arguments.value(rate))
        let times = (try arguments.value(ready), try arguments.value(idle), try arguments.value(stay))
        guard active != nil || rate != nil || times.0 != nil || times.1 != nil || times.2 != nil else { return nil }
        var limits = before ?? RoomLimits()
        if let active { limits.activeLimit = UInt32(active) }
        if let rate { limits.ratePerSecond = UInt32(rate) }
        if let ready = times.0 { limits.readyMs = UInt32(clamping: ready.milliseconds) }
        if let idle = times.1 { limits.idleMs = UInt32(clamping: idle.milliseconds) }
        if let stay = times.2 { limits.hardLimitMs = UInt32(clamping: stay.milliseconds) }
        return limits
    }

    /// The times of the flags, with `before` for flags that are not given. Nil if no flag is given.
    static func times(_ run: Invocation, before: RoomTimes?) throws -> RoomTimes? {
        let (joins, opens) = (try run.time(joinsAt), try run.time(opensAt))
        guard joins != nil || opens != nil else { return nil }
        var times = before ?? RoomTimes()
        if let joins { times.joinsAt = joins.milliseconds }
        if let opens { times.opensAt = opens.milliseconds }
        return times
    }
}
