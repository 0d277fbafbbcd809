import Database
import Kernel
import QueueDomain
import Threads

/// Tells the watchers of places what changes: one look at a room for all who watch in it, and none at their places unless
/// something has happened to one.
final class RoomWatches: Sendable {
    static let interval = Duration.milliseconds(250)
    /// Nobody is told more often than this.
    static let leastPause = Duration.seconds(1)
    /// News read at once; more is read in the next page.
    private static let pageSize = 500

    /// What a watcher is told. A class, for each of many thousands of tasks keeps it while it waits for the next one.
    final class Sight: Sendable {
        let outlook: Outlook
        /// The last step of its room that is in it.
        fileprivate let roomRevision: Int64

        init(_ place: Place, in room: Room, at now: Timestamp) {
            outlook = Outlook(place, in: room, at: now)
            roomRevision = room.revision
        }
    }

    /// The watcher of one place, on one stream.
    final class Watcher: @unchecked Sendable {
        // Sound because: what changes is touched with the lock held.

        fileprivate let room: RoomID
        fileprivate let place: PlaceID
        /// Its place as of the last news.
        fileprivate var latest: Place?
        fileprivate var told: Sight?
        fileprivate var toldAt = Uptime(nanoseconds: 0)
        /// Whether news of its place have been noted since before it was read.
        fileprivate var isFollowed: Bool
        fileprivate var continuation: UnsafeContinuation<Sight?, Never>?

        fileprivate init(_ place: PlaceID, in room: RoomID, isFollowed: Bool) {
            self.place = place
            self.room = room
            self.isFollowed = isFollowed
        }

        fileprivate func takeContinuation() -> UnsafeContinuation<Sight?, Never>? {
            defer { continuation = nil }
            return continuation
        }
    }

    fileprivate struct Watched {
        /// News up to here were told; nil until the first watcher has read how things are.
        var revision: Int64?
        var watchers: [PlaceID: [Watcher]] = [:]
    }

    private let database: Database
    private let clock: any Clock
    private let rooms = Lock<[RoomID: Watched]>([:])

    init(_ database: Database, _ clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    /// To be called before the place is read for the first time, so that nothing between falls through.
    func enter(_ place: PlaceID, in room: RoomID) -> Watcher {
        rooms.withLock { rooms in
            let watcher = Watcher(place, in: room, isFollowed: rooms[room]?.revision != nil)
            rooms[room, default: Watched()].watchers[place, default: []].append(watcher)
            return watcher
        }
    }

    func exit(_ watcher: Watcher) {
        let (room, place) = (watcher.room, watcher.place)
        rooms.withLock { rooms in
            rooms[room]?.watchers[place]?.removeAll { $0 === watcher }
            if rooms[room]?.watchers[place]?.isEmpty == true { rooms[room]?.watchers[place] = nil }
            if rooms[room]?.watchers.isEmpty == true { rooms[room] = nil }
        }
    }

    /// What there is to hear after `told`, or nil when the task is cancelled.
    func next(after told: Sight, _ watcher: Watcher) async -> Sight? {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isOver = rooms.withLock { rooms in
                    guard !Task.isCancelled, rooms[watcher.room] != nil else { return true }
                    rooms[watcher.room]?.wait(watcher, told, at: clock.uptime, continuation)
                    return false
                }
                if isOver { continuation.resume(returning: nil) }
            }
        } onCancel: {
            rooms.withLock { _ in watcher.takeContinuation() }?.resume(returning: nil)
        }
    }

    /// Looks at every room in which somebody watches.
    func look() async throws {
        let watched = rooms.withLock { rooms in rooms.compactMapValues { $0.revision } }
        for (room, revision) in watched { try await look(at: room, since: revision) }
    }

    private func look(at id: RoomID, since revision: Int64) async throws {
        var revision = revision
        var isWhole = false
        while !isWhole {
            let (room, news, now) = try await database.read { [revision] reader in
                let room = try RoomStore.room(id, reader)
                let isNew = room.revision > revision
                let news = isNew ? try PlaceStore.news(in: id, since: revision, limit: Self.pageSize, reader) : []
                return (room, news, reader.now)
            }
            let since = revision
            isWhole = news.count < Self.pageSize
            revision = isWhole ? room.revision : news[news.count - 1].revision
            let uptime = clock.uptime
            let due = rooms.withLock { [isWhole, revision] rooms in
                rooms[id]?.take(news, since: since, upTo: revision)
                return isWhole ? rooms[id]?.tell(room, at: uptime, now: now) ?? [] : []
            }
            for (continuation, sight) in due { continuation.resume(returning: sight) }
        }
    }
}

extension RoomWatches.Watched {
    fileprivate mutating func wait(
        _ watcher: RoomWatches.Watcher, _ told: RoomWatches.Sight, at uptime: Uptime,
        _ continuation: UnsafeContinuation<RoomWatches.Sight?, Never>
    ) {
        if !watcher.isFollowed { revision = min(revision ?? told.roomRevision, told.roomRevision) }
        watcher.isFollowed = true
        if told.outlook.place.revision >= watcher.latest?.revision ?? 0 { watcher.latest = told.outlook.place }
        watcher.told = told
        watcher.toldAt = uptime
        watcher.continuation = continuation
    }

    /// Notes what has happened to places, where somebody watches them. Whoever has begun to wait meanwhile may have read an
    /// older room, and has it looked at again from there.
    fileprivate mutating func take(_ news: [Place], since: Int64, upTo revision: Int64) {
        if self.revision == since { self.revision = revision }
        for place in news {
            for watcher in watchers[place.id] ?? [] where watcher.latest?.revision ?? 0 <= place.revision {
                watcher.latest = place
            }
        }
    }

    /// Those who have something to hear, and have not heard anything for a while.
    fileprivate func tell(
        _ room: Room, at uptime: Uptime, now: Timestamp
    ) -> [(UnsafeContinuation<RoomWatches.Sight?, Never>, RoomWatches.Sight)] {
        var due: [(UnsafeContinuation<RoomWatches.Sight?, Never>, RoomWatches.Sight)] = []
        for watcher in watchers.values.joined() {
            guard let latest = watcher.latest, let told = watcher.told,
                watcher.toldAt + RoomWatches.leastPause <= uptime,
                Outlook(latest, in: room, at: now).isNews(after: told.outlook),
                let continuation = watcher.takeContinuation()
            else { continue }
            due.append((continuation, RoomWatches.Sight(latest, in: room, at: now)))
        }
        return due
    }
}
