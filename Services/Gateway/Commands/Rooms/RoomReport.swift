import QueueAPI

/// A waiting room as JSON and as text.
struct RoomReport {
    let room: RoomSummary

    private var limits: RoomLimits { room.limits ?? RoomLimits() }
    private var times: RoomTimes { room.times ?? RoomTimes() }

    static func show(_ room: RoomSummary?, _ run: Invocation) {
        let report = RoomReport(room: room ?? RoomSummary())
        run.show(report.json, report.text(run.localTime))
    }

    var json: JSON {
        .object([
            "name": .string(room.name), "roomId": .id(room.roomID), "state": .name(of: room.state),
            "joinsAt": .time(times.joinsAt), "opensAt": .time(times.opensAt),
            "activeLimit": .count(limits.activeLimit), "ratePerSecond": .count(limits.ratePerSecond),
            "readyMs": .count(limits.readyMs), "idleMs": .count(limits.idleMs), "stayMs": .count(limits.hardLimitMs),
        ])
    }

    func text(_ localTime: (Int64) -> String) -> String {
        let opens = times.opensAt == 0 ? "" : ", opens \(localTime(times.opensAt))"
        return """
            \(room.name): \(state)\(opens)
              active users at most  \(activeLimit)
              admitted per second   \(ratePerSecond)
              time to enter         \(duration(limits.readyMs))
              idle at most          \(duration(limits.idleMs))
              active at most        \(duration(limits.hardLimitMs))
            """
    }

    private var state: String {
        switch room.state {
        case .scheduled: "scheduled"
        case .preQueue: "open for joins, admits no users yet"
        case .open: "open"
        case .paused: "paused"
        case .draining: "draining"
        case .closed: "closed"
        case .unspecified, .unrecognized: "\(room.state)"
        }
    }

    var activeLimit: String { limit(limits.activeLimit) }
    var ratePerSecond: String { limit(limits.ratePerSecond) }

    private func limit(_ number: UInt32) -> String { number == 0 ? "no limit" : "\(number)" }
    private func duration(_ milliseconds: UInt32) -> String { DisplayTime.text(.milliseconds(milliseconds)) }
}
