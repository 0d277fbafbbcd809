import Database
import Kernel
import QueueDomain
import Threads

/// The rooms that may need a settlement.
///
/// A query lists them. With distributed tables, it fails while one server is away. Then each known room is read by its key, so that
/// the rooms on the other servers are found: those of the last list, and those of the callers since then. An instance that starts
/// in the meantime has no list, and finds the rooms of its callers.
final class RoomsInUse: Sendable {
    private static let pageSize = 200
    /// Maximum of known rooms that no list had.
    private static let maximumNoted = 10_000

    /// All rooms, at one time.
    struct List: Sendable {
        let rooms: [Room]
        let now: Timestamp
        /// The server that was read (`Reader`). Empty if it is not known.
        var serverRun = ""
        /// The error because of which `rooms` has only some of the known rooms.
        let failure: (any Error)?
    }

    private let database: Database
    private let known = Lock<Set<RoomID>>([])

    init(_ database: Database) {
        self.database = database
    }

    /// Adds the room of a caller.
    func note(_ room: RoomID) {
        known.withLock { known in if known.count < Self.maximumNoted { known.insert(room) } }
    }

    /// Throws if no room can be read.
    func list() async throws -> List {
        do {
            let list = try await all()
            known.withLock { $0 = Set(list.rooms.map(\.id)) }
            return list
        } catch let failure as DatabaseError {
            let rooms = known.withLock { Array($0) }
            guard !rooms.isEmpty else { throw failure }
            return try await list(of: rooms, amid: failure)
        }
    }

    private func all() async throws -> List {
        var rooms: [Room] = []
        while true {
            let (page, now, server) = try await database.query { [last = rooms.last?.id] in
                (try RoomTable.unsettled(after: last, limit: Self.pageSize, $0), $0.now, $0.serverRun)
            }
            rooms += page
            if page.count < Self.pageSize {
                return List(rooms: rooms, now: now, serverRun: server, failure: nil)
            }
        }
    }

    /// Reads a page of rooms at once, because each one that cannot be read takes all retries.
    private func list(of known: [RoomID], amid failure: DatabaseError) async throws -> List {
        var found: [(room: Room, now: Timestamp)] = []
        for start in stride(from: 0, to: known.count, by: Self.pageSize) {
            found += await withTaskGroup(of: (Room, Timestamp)?.self) { group in
                for id in known[start...].prefix(Self.pageSize) {
                    group.addTask { [database] in
                        try? await database.query { (try RoomTable.require(id, $0), $0.now) }
                    }
                }
                return await group.reduce(into: []) { found, row in if let row { found.append(row) } }
            }
        }
        guard let now = found.map(\.now).min() else { throw failure }
        return List(rooms: found.map(\.room), now: now, failure: failure)
    }
}
