import Kernel
import QueueAPI
import RPC

/// Flags and look-ups that the commands for waiting rooms share.
enum AdminRoom {
    static let name = Operand("ROOM", ValueKind<String>.text("ROOM"))
    static let active = Flag(
        "--active", .count(0...1_000_000), "how many may be inside at once; 0 for no limit")
    static let rate = Flag("--rate", .count(0...100_000), "how many are let in a second at most; 0 for no limit")
    static let ready = Flag("--ready", .duration, "how long a user whose turn it is has to come in; at first 1m")
    static let idle = Flag("--idle", .duration, "how long a user inside may be silent; at first 5m")
    static let stay = Flag("--stay", .duration, "how long a user may be inside at most; at first 15m")
    static let joinsAt = Flag("--joins-at", .moment, "from when one may join")
    static let opensAt = Flag("--opens-at", .moment, "from when people are let in")

    static let limits: [any AnyFlag] = [active, rate, ready, idle, stay, joinsAt, opensAt, CommonFlags.zone]

    static func find(_ run: Invocation) async throws(GatewayError) -> RoomSummary {
        let name = try run.arguments.required(name)
        return try await run.call(QueueMethods.findRoom, FindRoomRequest(name: name)).room ?? RoomSummary()
    }

    /// What the flags say, and where they say nothing, what `before` says. Nil where nothing was said at all.
    static func limits(_ run: Invocation, before: RoomLimits?) throws(GatewayError) -> RoomLimits? {
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

    static func times(_ run: Invocation, before: RoomTimes?) throws(GatewayError) -> RoomTimes? {
        let (joins, opens) = (try run.time(joinsAt), try run.time(opensAt))
        guard joins != nil || opens != nil else { return nil }
        var times = before ?? RoomTimes()
        if let joins { times.joinsAt = joins.milliseconds }
        if let opens { times.opensAt = opens.milliseconds }
        return times
    }

    static func show(_ room: RoomSummary?, _ run: Invocation) {
        let report = RoomReport(room: room ?? RoomSummary())
        run.show(report.json, report.text(run.shown))
    }
}

extension Invocation {
    func time(_ flag: Flag<Moment>) throws(GatewayError) -> Timestamp? {
        guard let moment = try arguments.value(flag) else { return nil }
        return try moment.timestamp(in: zone, now: clock.now)
    }
}
