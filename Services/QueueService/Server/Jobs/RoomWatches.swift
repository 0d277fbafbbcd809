import Database
import Kernel
import QueueDomain
import Threads

/// Notifies the watchers of places. One query per room serves all watchers. If the room has changed, a second query
/// reads the places that ended without a purchase. Claims and purchases are missing there. So each watched place is
/// read once a second after its admission, by its serial.
final class RoomWatches: Sendable {
    static let interval = Duration.milliseconds(250)
    /// The minimum pause between two notifications of one watcher.
    static let minimumPause = Duration.seconds(1)
    /// Maximum of places per query. The next page follows.
    private static let pageSize = 500
    /// The pause between two reads of a place that is watched after its admission.
    fileprivate static let readingPause = Duration.seconds(1)

    /// The state that a watcher receives. A class, because thousands of tasks keep one while they wait.
    final class Snapshot: Sendable {
        let outlook: Outlook
        /// The revision of the room at which it was read.
        fileprivate let roomRevision: Int64

        init(_ place: Place, in room: Room, at now: Timestamp) {
            outlook = room.outlook(of: place, at: now)
            roomRevision = room.revision
        }
    }

    /// The watcher of one place, on one stream.
    final class Watcher: @unchecked Sendable {
        // Sound because every access to mutable state holds the lock.

        fileprivate let room: RoomID
        fileprivate let place: PlaceID
        /// The place after its last known change.
        fileprivate var latest: Place?
        fileprivate var last: Snapshot?
        fileprivate var notifiedAt = Uptime(nanoseconds: 0)
        /// The last read of the place after its admission. Nil before the first one.
        fileprivate var readAt: Uptime?
        /// True if the room recorded all changes of the place since the watcher read it.
        fileprivate var isFollowed: Bool
        fileprivate var continuation: UnsafeContinuation<Snapshot?, Never>?

        fileprivate init(_ place: PlaceID, in room: RoomID, isFollowed: Bool) {
            self.place = place
            self.room = room
            self.isFollowed = isFollowed
        }

        fileprivate func takeContinuation() -> UnsafeContinuation<Snapshot?, Never>? {
            defer { continuation = nil }
            return continuation
        }
    }

    fileprivate struct Watched {
        /// The revision up to which changes were delivered. Nil until the first watcher has read its place.
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

    /// Registers a watcher. Call it before the first read of the place, so that no change is missed.
    func add(_ place: PlaceID, in room: RoomID) -> Watcher {
        rooms.withLock { rooms in
            let watcher = Watcher(place, in: room, isFollowed: rooms[room]?.revision != nil)
            rooms[room, default: Watched()].watchers[place, default: []].append(watcher)
            return watcher
        }
    }

    func remove(_ watcher: Watcher) {
        let (room, place) = (watcher.room, watcher.place)
        rooms.withLock { rooms in
            rooms[room]?.watchers[place]?.removeAll { $0 === watcher }
            if rooms[room]?.watchers[place]?.isEmpty == true { rooms[room]?.watchers[place] = nil }
            if rooms[room]?.watchers.isEmpty == true { rooms[room] = nil }
        }
    }

    /// Waits for the next state after `last`. Nil if the task is cancelled.
    func next(after last: Snapshot, _ watcher: Watcher) async -> Snapshot? {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isOver = rooms.withLock { rooms in
                    guard !Task.isCancelled, rooms[watcher.room] != nil else { return true }
                    rooms[watcher.room]?.wait(watcher, last, at: clock.uptime, continuation)
                    return false
                }
                if isOver { continuation.resume(returning: nil) }
            }
        } onCancel: {
            rooms.withLock { _ in watcher.takeContinuation() }?.resume(returning: nil)
        }
    }

    /// Polls every room that has watchers, all at once, because a server that is away may answer late.
    func poll() async throws {
        let watched = rooms.withLock { rooms in rooms.compactMapValues { $0.revision } }
        let firstError = await withTaskGroup(of: (any Error)?.self) { group in
            for (room, revision) in watched {
                group.addTask { [self] in
                    do { try await poll(at: room, since: revision) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let firstError { throw firstError }
    }

    private func poll(at id: RoomID, since revision: Int64) async throws {
        var revision = revision
        var damage: (any Error)?
        while true {
            let (room, ended, now) = try await database.read(attempts: .polled) { [revision] reader in
                let room = try RoomTable.require(id, reader)
                let isNew = room.revision > revision
                let ended = isNew ? try PlaceTable.ended(in: id, since: revision, limit: Self.pageSize, reader) : []
                return (room, ended, reader.now)
            }
            let (since, places) = (revision, ended.readable)
            let isWhole = ended.count < Self.pageSize
            revision = isWhole ? room.revision : places.last?.revision ?? room.revision
            damage = damage ?? ended.damage
            rooms.withLock { [revision] rooms in rooms[id]?.apply(places, since: since, upTo: revision) }
            guard isWhole else { continue }
            damage = try await readAdmitted(in: room) ?? damage
            let due = rooms.withLock { rooms in rooms[id]?.notifications(room, at: clock.uptime, now: now) ?? [] }
            for (continuation, snapshot) in due { continuation.resume(returning: snapshot) }
            if let damage { throw damage }
            return
        }
    }

    /// Reads the places that are watched after their admission. Returns the first error of a row that cannot be read.
    private func readAdmitted(in room: Room) async throws -> (any Error)? {
        let uptime = clock.uptime
        let serials = rooms.withLock { rooms in rooms[room.id]?.admitted(in: room, toReadAt: uptime) ?? [] }
        var damage: (any Error)?
        for start in stride(from: 0, to: serials.count, by: Self.pageSize) {
            let page = Array(serials[start...].prefix(Self.pageSize))
            let places = try await database.read { reader in
                try PlaceTable.find(serials: page, in: room.id, reader)
            }
            damage = damage ?? places.damage
            rooms.withLock { rooms in rooms[room.id]?.apply(places.readable) }
        }
        return damage
    }
}

extension RoomWatches.Watched {
    fileprivate mutating func wait(
        _ watcher: RoomWatches.Watcher, _ last: RoomWatches.Snapshot, at uptime: Uptime,
        _ continuation: UnsafeContinuation<RoomWatches.Snapshot?, Never>
    ) {
        if !watcher.isFollowed { revision = min(revision ?? last.roomRevision, last.roomRevision) }
        watcher.isFollowed = true
        if watcher.latest?.isOlder(than: last.outlook.place) ?? true { watcher.latest = last.outlook.place }
        watcher.last = last
        watcher.notifiedAt = uptime
        watcher.continuation = continuation
    }

    /// Records ended places up to `revision`. If a new watcher has meanwhile read an older room, the next poll starts
    /// from that revision.
    fileprivate mutating func apply(_ ended: [Place], since: Int64, upTo revision: Int64) {
        if self.revision == since { self.revision = revision }
        apply(ended)
    }

    /// Records places for their watchers, unless a watcher has read a newer state.
    fileprivate func apply(_ places: [Place]) {
        for place in places {
            for watcher in watchers[place.id] ?? [] where watcher.latest?.isOlder(than: place) ?? true {
                watcher.latest = place
            }
        }
    }

    /// The serials of live places that are admitted or active, and were not read within `readingPause`.
    fileprivate func admitted(in room: Room, toReadAt uptime: Uptime) -> [Int64] {
        var serials: Set<Int64> = []
        for watcher in watchers.values.joined() {
            guard let place = watcher.latest, place.isLive, room.hasReached(place.serial),
                watcher.readAt.map({ $0 + RoomWatches.readingPause <= uptime }) ?? true
            else { continue }
            watcher.readAt = uptime
            serials.insert(place.serial)
        }
        return serials.sorted()
    }

    /// The watchers with a change whose minimum pause has passed, with their new state.
    fileprivate func notifications(
        _ room: Room, at uptime: Uptime, now: Timestamp
    ) -> [(UnsafeContinuation<RoomWatches.Snapshot?, Never>, RoomWatches.Snapshot)] {
        var due: [(UnsafeContinuation<RoomWatches.Snapshot?, Never>, RoomWatches.Snapshot)] = []
        for watcher in watchers.values.joined() {
            guard let latest = watcher.latest, let last = watcher.last,
                watcher.notifiedAt + RoomWatches.minimumPause <= uptime,
                room.outlook(of: latest, at: now).differs(from: last.outlook),
                let continuation = watcher.takeContinuation()
            else { continue }
            due.append((continuation, RoomWatches.Snapshot(latest, in: room, at: now)))
        }
        return due
    }
}
