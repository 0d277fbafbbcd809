import Kernel

/// A user's position in a room.
///
///     WAITING ──admit──▶ ADMITTED ──renew──▶ ACTIVE ──finish──▶ FINISHED
///                           │ ready time       │ idle time, hard limit
///                           └────▶ LAPSED ◀────┘
///     and from each of the three before the end: leave ▶ LEFT, revoke ▶ REVOKED
///
/// A place whose deadline has passed keeps its state until its room is settled: see `Room.settle`.
package struct Place: Equatable, Sendable {
    package enum State: Int64, CaseIterable, Sendable {
        case waiting = 0
        case admitted = 1
        case active = 2
        case finished = 3
        case left = 4
        case lapsed = 5
        case revoked = 6
    }

    package let id: PlaceID
    package let user: UserID
    package let serial: Int64
    package internal(set) var state = State.waiting
    /// Grows with each step of any place in the room, except a claim.
    package internal(set) var revision: Int64
    package let joinedAt: Timestamp
    package internal(set) var admittedAt: Timestamp?
    package internal(set) var claimedAt: Timestamp?
    package internal(set) var renewedAt: Timestamp?
    /// The deadline of the next renewal, and the hard limit.
    package internal(set) var lapsesAt: Timestamp?
    package internal(set) var endsAt: Timestamp?
    package internal(set) var endedAt: Timestamp?
    package internal(set) var reason = ""

    package init(_ id: PlaceID, of user: UserID, serial: Int64, revision: Int64, joinedAt: Timestamp) {
        self.id = id
        self.user = user
        self.serial = serial
        self.revision = revision
        self.joinedAt = joinedAt
    }

    package init(
        stored id: PlaceID, of user: UserID, serial: Int64, state: State, revision: Int64, joinedAt: Timestamp,
        admittedAt: Timestamp?, claimedAt: Timestamp?, renewedAt: Timestamp?, lapsesAt: Timestamp?,
        endsAt: Timestamp?, endedAt: Timestamp?, reason: String
    ) {
        self.init(id, of: user, serial: serial, revision: revision, joinedAt: joinedAt)
        self.state = state
        self.admittedAt = admittedAt
        self.claimedAt = claimedAt
        self.renewedAt = renewedAt
        self.lapsesAt = lapsesAt
        self.endsAt = endsAt
        self.endedAt = endedAt
        self.reason = reason
    }

    package var isLive: Bool { state == .waiting || holdsSlot }
    package var holdsSlot: Bool { state == .admitted || state == .active }

    /// The time between the join and the admission. Nil before the admission.
    package var wait: Duration? { admittedAt.map { max(.zero, $0 - joinedAt) } }

    package func isDue(at now: Timestamp) -> Bool {
        guard let lapsesAt else { return false }
        return lapsesAt <= now
    }

    /// True if `other` is the same place at a later time. Renewals count as no change.
    package func isOlder(than other: Place) -> Bool {
        (revision, state.rawValue) < (other.revision, other.state.rawValue)
    }

    mutating func admit(under limits: Room.Limits, now: Timestamp) {
        state = .admitted
        admittedAt = now
        lapsesAt = now + limits.ready
    }

    mutating func renew(under limits: Room.Limits, now: Timestamp) throws(QueueRefusal) {
        guard !isDue(at: now), let endsAt else { throw .ended(as: .placeLapsed, lapseReason) }
        renewedAt = now
        lapsesAt = min(now + limits.idle, endsAt)
    }

    mutating func claim(under limits: Room.Limits, now: Timestamp) throws(QueueRefusal) {
        guard !isDue(at: now) else { throw .ended(as: .placeLapsed, lapseReason) }
        state = .active
        claimedAt = now
        renewedAt = now
        let end = now + limits.hard
        endsAt = end
        lapsesAt = min(now + limits.idle, end)
    }

    mutating func lapse(now: Timestamp) {
        end(.lapsed, lapseReason, now: now)
    }

    private var lapseReason: String {
        if state == .admitted { return "not claimed in time" }
        return lapsesAt == endsAt ? "reached the maximum stay" : "silent for too long"
    }

    mutating func end(_ state: State, _ reason: String = "", now: Timestamp) {
        self.state = state
        self.reason = reason
        endedAt = now
        lapsesAt = nil
    }
}

extension Place.State: CustomStringConvertible {
    package var description: String {
        switch self {
        case .waiting: "WAITING"
        case .admitted: "ADMITTED"
        case .active: "ACTIVE"
        case .finished: "FINISHED"
        case .left: "LEFT"
        case .lapsed: "LAPSED"
        case .revoked: "REVOKED"
        }
    }
}
