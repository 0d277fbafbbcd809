import Kernel
import QueueDomain
import TestSupport

/// A room and its places in memory instead of tables.
struct Line {
    var room: Room
    var places: [Place] = []
    var now = Timestamp.noon
    /// The time and serial of each admission, in order.
    var admissions: [(serial: Int64, at: Timestamp)] = []

    init(
        named name: String = "sale", active: Int64? = nil, rate: Int64? = nil, correctsNoShows: Bool = false,
        ready: Duration = .seconds(60),
        idle: Duration = .minutes(5),
        hard: Duration = .minutes(15), joins: Duration? = nil, opens: Duration? = nil, draw: Draw? = nil,
        isOpen: Bool = true
    ) throws {
        room = Room(
            RoomID(high: 1, low: 1), named: try RoomName(name),
            limits: try Room.Limits(
                active: active, rate: rate, correctsNoShows: correctsNoShows, ready: ready, idle: idle, hard: hard),
            times: try Room.Times(joins: joins.map { .noon + $0 }, opens: opens.map { .noon + $0 }), draw: draw,
            now: .noon)
        if isOpen { try room.open(now: .noon) }
    }

    /// The latest place of a user.
    func place(of user: UserID) -> Place? { places.last { $0.user == user } }

    mutating func join(_ user: UserID) throws(QueueRefusal) -> Place {
        if let place = place(of: user), place.isLive { return place }
        try room.checkJoining(at: now)
        settle()
        let place = room.nextPlace(PlaceID(high: 2, low: UInt64(places.count)), of: user, now: now)
        room.append([place], now: now)
        places.append(place)
        if place.state == .admitted { admissions.append((place.serial, now)) }
        return self.place(of: user)!
    }

    mutating func change(
        _ user: UserID, _ body: (inout Room, inout Place) throws(QueueRefusal) -> Void
    ) throws(QueueRefusal) -> Place {
        guard var place = place(of: user) else { throw .because(.placeUnknown) }
        try body(&room, &place)
        places[Int(place.id.low)] = place
        return place
    }

    /// Makes an admitted user come in.
    mutating func claim(_ user: UserID) throws(QueueRefusal) {
        let time = now
        _ = try change(user) { room, place throws(QueueRefusal) in try room.claim(&place, now: time) }
    }

    /// Settles the room as `Settlement` does. With `always`, also if the room does not need it.
    mutating func settle(always: Bool = false) {
        var isDone = !always
        while !isDone || room.needsSettling(at: now) {
            isDone = true
            let shift = room.catchUp(now: now)
            let changed: [Place]
            if room.decided == .closed {
                changed = room.revokeAll(Array(places.filter(\.isLive).prefix(Room.maximumSteps)), now: now)
            } else {
                if shift != .zero {
                    for index in places.indices where places[index].holdsSlot { places[index] = shifted(index, shift) }
                }
                let due = places.filter { $0.isDue(at: now) }.prefix(Room.maximumSteps)
                let count = room.admissible(afterFreeing: due.count, at: now)
                let waiting = places.filter { $0.state == .waiting && !room.hasReached($0.serial) }
                    .sorted { room.number(of: $0.serial) < room.number(of: $1.serial) }.prefix(count + 1)
                changed = room.settle(due: Array(due), waiting: Array(waiting), now: now)
            }
            for place in changed {
                if place.state == .admitted { admissions.append((place.serial, now)) }
                places[Int(place.id.low)] = place
            }
        }
    }

    /// Reads the room as another program does: from what is stored.
    mutating func restart(with numbering: ([UInt8], Int64) -> Numbering) {
        let draw = room.draw.map { draw in
            Draw(
                stored: draw.state, round: draw.round, participants: draw.participants, seed: draw.seed,
                numbering: draw.seed.map { numbering($0, draw.participants) })
        }
        room = Room(
            stored: room.id, name: room.name, limits: room.limits, times: room.times, decided: room.decided,
            lastSerial: room.lastSerial, admitted: room.admitted, occupied: room.occupied, noShows: room.noShows,
            bucket: room.bucket, pace: room.pace, settledAt: room.settledAt, revision: room.revision,
            waiting: room.waiting, waitingLimit: room.waitingLimit, message: room.message,
            bannedCount: room.bannedCount, draw: draw, ended: room.ended, attendance: room.attendance,
            needsCode: room.needsCode)
    }

    private func shifted(_ index: Int, _ shift: Duration) -> Place {
        let place = places[index]
        return Place(
            stored: place.id, of: place.user, serial: place.serial, state: place.state, revision: place.revision,
            joinedAt: place.joinedAt, admittedAt: place.admittedAt, claimedAt: place.claimedAt,
            renewedAt: place.renewedAt, lapsesAt: place.lapsesAt.map { $0 + shift },
            endsAt: place.endsAt.map { $0 + shift }, endedAt: place.endedAt, reason: place.reason)
    }

    /// Advances time while the room is polled, as in a running service.
    mutating func pass(until time: Timestamp, step: Duration = .milliseconds(500)) {
        while now < time {
            now = min(now + step, time)
            settle(always: true)
        }
    }
}
