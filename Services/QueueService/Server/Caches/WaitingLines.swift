import Database
import Kernel
import QueueDomain
import Threads

/// A cache of waiting places, so that the polls of a crowd do not reach the database.
///
/// An entry is at most `maximumAge` old. An older line is refreshed by two queries: its room, and the places that ended
/// while they waited. A place up to `room.admitted` does not wait any more. Changes by callers of this instance are
/// visible immediately. Admissions by a settlement are visible after the next refresh.
final class WaitingLines: Sendable {
    static let maximumAge = Duration.milliseconds(250)
    /// Maximum of places in all rooms. When it is reached, the cache is cleared.
    static let maximumPlaces = 200_000
    /// With more ended places than this, the line is cleared instead of updated.
    private static let maximumChanges = 500

    /// A class, because a lookup must not copy the dictionary.
    private final class Line {
        var room: Room
        var places: [PlaceID: Place] = [:]
        var readAt: Uptime
        /// The number of steps made by this instance.
        var steps: UInt64 = 0
        var isStale = false

        init(_ room: Room, readAt: Uptime) {
            self.room = room
            self.readAt = readAt
        }
    }

    private struct State {
        var lines: [RoomID: Line] = [:]
        var placeCount = 0
    }

    private let database: Database
    private let clock: any Clock
    private let state = Lock(State())

    init(_ database: Database, _ clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    /// The state of a cached waiting place. Nil if the cache does not have it.
    func outlook(of place: PlaceID, of user: UserID, in room: RoomID) async throws -> Outlook? {
        guard let (outlook, isFresh) = find(place, of: user, in: room) else { return nil }
        if isFresh { return outlook }
        try await refresh(room)
        return find(place, of: user, in: room)?.outlook
    }

    /// Caches a place that was read together with its room.
    func cache(_ place: Place, in room: Room) {
        guard place.state == .waiting else { return }
        let now = clock.uptime
        state.withLock { state in
            if state.placeCount >= Self.maximumPlaces {
                state.lines = [:]
                state.placeCount = 0
            }
            let line = state.lines[room.id] ?? Line(room, readAt: now)
            state.lines[room.id] = line
            // A place read before the line's last refresh may have changed since, so do not cache it.
            guard room.revision >= line.room.revision else { return }
            if line.places.updateValue(place, forKey: place.id) == nil { state.placeCount += 1 }
        }
    }

    func markChanged(_ room: RoomID) {
        state.withLock { state in
            state.lines[room]?.steps += 1
            state.lines[room]?.isStale = true
        }
    }

    private func find(_ id: PlaceID, of user: UserID, in room: RoomID) -> (outlook: Outlook, isFresh: Bool)? {
        let (now, uptime) = (clock.now, clock.uptime)
        return state.withLock { state in
            guard let line = state.lines[room], let place = line.places[id], place.user == user else { return nil }
            guard !line.room.hasReached(place.serial) else {
                line.places[id] = nil
                state.placeCount -= 1
                return nil
            }
            return (line.room.outlook(of: place, at: now), !line.isStale && uptime - line.readAt <= Self.maximumAge)
        }
    }

    private func refresh(_ id: RoomID) async throws {
        let readAt = clock.uptime
        guard let (steps, revision) = state.withLock({ $0.lines[id].map { ($0.steps, $0.room.revision) } }) else {
            return
        }
        let (room, gone): (Room, [PlaceRow]) = try await database.read { reader in
            let room = try RoomTable.require(id, reader)
            if room.revision == revision { return (room, []) }
            return (room, try PlaceTable.gone(in: id, since: revision, limit: Self.maximumChanges, reader))
        }
        state.withLock { state in
            // Another refresh may have been faster.
            guard let line = state.lines[id], line.room.revision == revision else { return }
            let before = line.places.count
            if gone.count == Self.maximumChanges { line.places = [:] }
            for place in gone.readable { line.places[place.id] = nil }
            state.placeCount -= before - line.places.count
            line.room = room
            line.readAt = readAt
            line.isStale = line.steps != steps
        }
    }
}
