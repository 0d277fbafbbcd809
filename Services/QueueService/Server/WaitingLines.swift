import Database
import Kernel
import QueueDomain
import Threads

/// Places that wait, in memory, so that a crowd that asks again and again does not reach the database.
///
/// What is here is at most `maximumAge` old: a line that is older is brought up to date by one look at its room, and at the
/// news of places if there are any. What a caller of this instance has changed is seen at once; those whom a settlement lets in
/// see it with the next look.
final class WaitingLines: Sendable {
    static let maximumAge = Duration.milliseconds(250)
    /// In all rooms together. When there is no more room, a line begins anew.
    static let maximumPlaces = 200_000
    /// With more news than this it is not worth the while to go through them.
    private static let maximumNews = 500

    /// A class, for a look must not copy all that it passes.
    private final class Line {
        var room: Room
        var places: [PlaceID: Place] = [:]
        var readAt: Uptime
        /// Grows with each step that is made here.
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

    /// What there is to tell about a place, where it is known here to wait.
    func outlook(of place: PlaceID, of user: UserID, in room: RoomID) async throws -> Outlook? {
        guard let (outlook, isFresh) = find(place, of: user, in: room) else { return nil }
        if isFresh { return outlook }
        try await bringUpToDate(room)
        return find(place, of: user, in: room)?.outlook
    }

    /// Keeps a place that was read with its room.
    func keep(_ place: Place, in room: Room) {
        guard place.state == .waiting else { return }
        let now = clock.uptime
        state.withLock { state in
            if state.placeCount >= Self.maximumPlaces {
                state.lines = [:]
                state.placeCount = 0
            }
            let line = state.lines[room.id] ?? Line(room, readAt: now)
            state.lines[room.id] = line
            // Read before the line's last look, it may have changed since without another one noticing.
            guard room.revision >= line.room.revision else { return }
            if line.places.updateValue(place, forKey: place.id) == nil { state.placeCount += 1 }
        }
    }

    /// A step was made in a room.
    func changed(_ room: RoomID) {
        state.withLock { state in
            state.lines[room]?.steps += 1
            state.lines[room]?.isStale = true
        }
    }

    private func find(_ id: PlaceID, of user: UserID, in room: RoomID) -> (outlook: Outlook, isFresh: Bool)? {
        let (now, uptime) = (clock.now, clock.uptime)
        return state.withLock { state in
            guard let line = state.lines[room], let place = line.places[id], place.user == user else { return nil }
            return (Outlook(place, in: line.room, at: now), !line.isStale && uptime - line.readAt <= Self.maximumAge)
        }
    }

    private func bringUpToDate(_ id: RoomID) async throws {
        let readAt = clock.uptime
        guard let (steps, revision) = state.withLock({ $0.lines[id].map { ($0.steps, $0.room.revision) } }) else {
            return
        }
        let (room, news): (Room, [Place]) = try await database.read { reader in
            let room = try RoomStore.room(id, reader)
            if room.revision == revision { return (room, []) }
            return (room, try PlaceStore.news(in: id, since: revision, limit: Self.maximumNews, reader))
        }
        state.withLock { state in
            // Another look may have come first.
            guard let line = state.lines[id], line.room.revision == revision else { return }
            let before = line.places.count
            if news.count == Self.maximumNews { line.places = [:] }
            for place in news { line.places[place.id] = nil }
            state.placeCount -= before - line.places.count
            line.room = room
            line.readAt = readAt
            line.isStale = line.steps != steps
        }
    }
}
