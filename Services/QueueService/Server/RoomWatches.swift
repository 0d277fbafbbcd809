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

    /// The watcher of one place, on one stream.
    struct Ticket: Hashable, Sendable {
        fileprivate let room: RoomID
        fileprivate let place: PlaceID
        fileprivate let number: UInt64
    }

    fileprivate struct Watcher {
        var place: Place?
        var told: Outlook?
        var toldAt = Uptime(nanoseconds: 0)
        /// Whether news of its place have been noted since before it was read.
        var isFollowed: Bool
        var continuation: UnsafeContinuation<(Outlook, Room)?, Never>?
    }

    fileprivate struct Watched {
        /// News up to here were told; nil until the first watcher has read how things are.
        var revision: Int64?
        var watchers: [PlaceID: [UInt64: Watcher]] = [:]
    }

    fileprivate struct State {
        var next: UInt64 = 0
        var rooms: [RoomID: Watched] = [:]
    }

    private let database: Database
    private let clock: any Clock
    private let state = Lock(State())

    init(_ database: Database, _ clock: any Clock) {
        self.database = database
        self.clock = clock
    }

    /// To be called before the place is read for the first time, so that nothing between falls through.
    func enter(_ place: PlaceID, in room: RoomID) -> Ticket {
        state.withLock { state in
            state.next += 1
            let isFollowed = state.rooms[room]?.revision != nil
            state.rooms[room, default: Watched()].watchers[place, default: [:]][state.next] = Watcher(
                isFollowed: isFollowed)
            return Ticket(room: room, place: place, number: state.next)
        }
    }

    func exit(_ ticket: Ticket) {
        state.withLock { state in
            state.rooms[ticket.room]?.watchers[ticket.place]?[ticket.number] = nil
            if state.rooms[ticket.room]?.watchers[ticket.place]?.isEmpty == true {
                state.rooms[ticket.room]?.watchers[ticket.place] = nil
            }
            if state.rooms[ticket.room]?.watchers.isEmpty == true { state.rooms[ticket.room] = nil }
        }
    }

    /// The next change after `told`, or nil when the task is cancelled.
    func next(after told: Outlook, in room: Room, _ ticket: Ticket) async -> (Outlook, Room)? {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.rooms[ticket.room]?.wait(ticket, told, at: clock.uptime, room.revision, continuation)
                    return false
                }
                if isOver { continuation.resume(returning: nil) }
            }
        } onCancel: {
            state.withLock { $0.rooms[ticket.room]?.takeContinuation(of: ticket) }?.resume(returning: nil)
        }
    }

    /// Looks at every room in which somebody watches.
    func look() async throws {
        let rooms = state.withLock { state in state.rooms.compactMapValues { $0.revision } }
        for (room, revision) in rooms {
            try await look(at: room, since: revision)
        }
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
            isWhole = news.count < Self.pageSize
            revision = isWhole ? room.revision : news[news.count - 1].revision
            let uptime = clock.uptime
            let due = state.withLock { [isWhole, revision] state in
                state.rooms[id]?.take(news, upTo: revision)
                return isWhole ? state.rooms[id]?.tell(room, at: uptime, now: now) ?? [] : []
            }
            for (continuation, outlook) in due { continuation.resume(returning: (outlook, room)) }
        }
    }
}

extension RoomWatches.Watched {
    fileprivate mutating func wait(
        _ ticket: RoomWatches.Ticket, _ told: Outlook, at uptime: Uptime, _ revision: Int64,
        _ continuation: UnsafeContinuation<(Outlook, Room)?, Never>
    ) {
        guard var watcher = watchers[ticket.place]?[ticket.number] else { return continuation.resume(returning: nil) }
        if !watcher.isFollowed { self.revision = min(self.revision ?? revision, revision) }
        watcher.isFollowed = true
        if told.place.revision >= watcher.place?.revision ?? 0 { watcher.place = told.place }
        watcher.told = told
        watcher.toldAt = uptime
        watcher.continuation = continuation
        watchers[ticket.place]?[ticket.number] = watcher
    }

    fileprivate mutating func takeContinuation(
        of ticket: RoomWatches.Ticket
    ) -> UnsafeContinuation<(Outlook, Room)?, Never>? {
        let continuation = watchers[ticket.place]?[ticket.number]?.continuation
        watchers[ticket.place]?[ticket.number]?.continuation = nil
        return continuation
    }

    /// Notes what has happened to places, where somebody watches them.
    fileprivate mutating func take(_ news: [Place], upTo revision: Int64) {
        self.revision = revision
        for place in news {
            for number in watchers[place.id]?.keys.map({ $0 }) ?? [] { watchers[place.id]?[number]?.place = place }
        }
    }

    /// Those who have something to hear, and have not heard anything for a while.
    fileprivate mutating func tell(
        _ room: Room, at uptime: Uptime, now: Timestamp
    ) -> [(UnsafeContinuation<(Outlook, Room)?, Never>, Outlook)] {
        var due: [(UnsafeContinuation<(Outlook, Room)?, Never>, Outlook)] = []
        for (id, list) in watchers {
            for (number, watcher) in list {
                guard let continuation = watcher.continuation, let place = watcher.place, let told = watcher.told,
                    watcher.toldAt + RoomWatches.leastPause <= uptime
                else { continue }
                let outlook = Outlook(place, in: room, at: now)
                guard outlook.isNews(after: told) else { continue }
                watchers[id]?[number]?.continuation = nil
                due.append((continuation, outlook))
            }
        }
        return due
    }
}
