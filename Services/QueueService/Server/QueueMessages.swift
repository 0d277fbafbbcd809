import Kernel
import QueueAPI
import QueueDomain

// Conversions between domain values and messages. In this module, `Room` and `Place` are the values of the domain, and
// `QueueAPI.Room` and `QueueAPI.Place` their messages.
typealias Room = QueueDomain.Room
typealias Place = QueueDomain.Place

extension QueueAPI.Room {
    init(_ room: Room, at now: Timestamp) {
        self.init(
            roomID: room.id, name: room.name, state: RoomState(room.phase(at: now)),
            times: RoomTimes(joinsAt: room.times.joins, opensAt: room.times.opens),
            limits: RoomLimits(
                activeLimit: UInt32(room.limits.active ?? 0), ratePerSecond: UInt32(room.limits.rate ?? 0),
                ready: room.limits.ready, idle: room.limits.idle, hardLimit: room.limits.hard,
                correctNoShows: room.limits.correctsNoShows),
            waitingLimit: UInt32(room.waitingLimit ?? 0), message: room.message,
            draw: room.draw.map {
                RoomDraw(state: DrawState($0.state), round: $0.round, participants: $0.participants)
            },
            needsCode: room.needsCode)
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

extension DrawState {
    init(_ state: Draw.State) {
        self =
            switch state {
            case .pending: .pending
            case .closed: .drawClosed
            case .drawn: .drawn
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

extension QueueAPI.Place {
    init(_ outlook: Outlook) {
        let place = outlook.place
        let spread = place.id.spread(at: outlook.admitted)
        self.init(
            roomID: outlook.room, placeID: place.id, state: PlaceState(place.state),
            roomState: RoomState(outlook.phase), serial: outlook.number, admitted: outlook.admitted,
            peopleAhead: outlook.ahead, waitAtLeast: outlook.wait?.atLeast ?? .zero,
            waitAtMost: outlook.wait?.atMost ?? .zero,
            askAgain: outlook.askAgain(spread: spread), lapsesAt: place.lapsesAt,
            endsAt: place.isLive ? place.endsAt : nil, opensAt: outlook.opensAt, reason: place.reason,
            joinedAt: place.joinedAt, admittedAt: place.admittedAt, claimedAt: place.claimedAt,
            renewedAt: place.renewedAt, endedAt: place.endedAt, userID: place.user, roomMessage: outlook.message,
            logIndex: place.serial)
    }
}

extension PlaceID {
    /// A number between 0 and 1 that differs from place to place.
    func spread(at number: Int64) -> Double {
        var generator = SeededGenerator(seed: low &+ UInt64(bitPattern: number))
        return .random(in: 0...1, using: &generator)
    }
}

extension Room.Limits {
    /// In a request, 0 means no limit, or the default time.
    init(_ message: RoomLimits) throws(QueueRefusal) {
        try self.init(
            active: message.activeLimit == 0 ? nil : Int64(message.activeLimit),
            rate: message.ratePerSecond == 0 ? nil : Int64(message.ratePerSecond),
            correctsNoShows: message.correctNoShows,
            ready: message.ready == .zero ? Self.usualReady : message.ready,
            idle: message.idle == .zero ? Self.usualIdle : message.idle,
            hard: message.hardLimit == .zero ? Self.usualHardLimit : message.hardLimit)
    }
}

extension Room.Times {
    init(_ message: RoomTimes) throws(QueueRefusal) {
        try self.init(joins: message.joinsAt, opens: message.opensAt)
    }
}
