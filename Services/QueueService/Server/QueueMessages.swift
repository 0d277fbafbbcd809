import Kernel
import QueueAPI
import QueueDomain
import Service

// Conversions between domain values and messages.

extension RoomSummary {
    init(_ room: Room, at now: Timestamp) {
        self.init(
            roomID: room.id.bytes, name: room.name, state: RoomState(room.phase(at: now)),
            times: RoomTimes(
                joinsAt: room.times.joins?.milliseconds ?? 0, opensAt: room.times.opens?.milliseconds ?? 0),
            limits: RoomLimits(
                activeLimit: UInt32(room.limits.active ?? 0), ratePerSecond: UInt32(room.limits.rate ?? 0),
                readyMs: UInt32(room.limits.ready.milliseconds), idleMs: UInt32(room.limits.idle.milliseconds),
                hardLimitMs: UInt32(room.limits.hard.milliseconds)))
    }
}

extension RoomState {
    init(_ phase: Room.Phase) {
        self =
            switch phase {
            case .scheduled: .scheduled
            case .preQueue: .preQueue
            case .open: .open
            case .paused: .paused
            case .draining: .draining
            case .closed: .closed
            }
    }
}

extension PlaceState {
    init(_ state: Place.State) {
        self =
            switch state {
            case .waiting: .waiting
            case .admitted: .admitted
            case .active: .active
            case .finished: .finished
            case .left: .left
            case .lapsed: .lapsed
            case .revoked: .revoked
            }
    }
}

extension PlaceView {
    init(_ outlook: Outlook) {
        let place = outlook.place
        var spread = SeededGenerator(seed: place.id.low &+ UInt64(bitPattern: outlook.admitted))
        self.init(
            roomID: outlook.room.bytes, placeID: place.id.bytes, state: PlaceState(place.state),
            roomState: RoomState(outlook.phase), serial: place.serial, admitted: outlook.admitted,
            peopleAhead: outlook.ahead, waitAtLeastMs: outlook.wait?.atLeast.milliseconds ?? 0,
            waitAtMostMs: outlook.wait?.atMost.milliseconds ?? 0,
            askAgainMs: UInt32(outlook.askAgain(spread: .random(in: 0...1, using: &spread)).milliseconds),
            lapsesAt: place.lapsesAt?.milliseconds ?? 0,
            endsAt: place.isLive ? place.endsAt?.milliseconds ?? 0 : 0,
            opensAt: outlook.opensAt?.milliseconds ?? 0,
            reason: place.reason)
    }
}

extension Room.Limits {
    /// In a request, 0 means no limit, or the default time.
    init(_ message: RoomLimits) throws(QueueRefusal) {
        try self.init(
            active: message.activeLimit == 0 ? nil : Int64(message.activeLimit),
            rate: message.ratePerSecond == 0 ? nil : Int64(message.ratePerSecond),
            ready: message.readyMs == 0 ? Self.usualReady : .milliseconds(message.readyMs),
            idle: message.idleMs == 0 ? Self.usualIdle : .milliseconds(message.idleMs),
            hard: message.hardLimitMs == 0 ? Self.usualHardLimit : .milliseconds(message.hardLimitMs))
    }
}

extension Room.Times {
    init(_ message: RoomTimes) throws(QueueRefusal) {
        try self.init(joins: Timestamp(field: message.joinsAt), opens: Timestamp(field: message.opensAt))
    }
}
