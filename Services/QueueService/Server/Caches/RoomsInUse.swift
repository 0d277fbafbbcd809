import Database
import Kernel
import QueueDomain
import Threads

/// The rooms that may need a settlement.
///
/// A query lists them. With distributed tables, it fails while one server is away. Then each known room is read by its key: those of
/// the last list, and those of the callers since then. An instance that starts in the meantime has no list, and finds the rooms of its
/// callers. A room whose server is away is not read again before `recover` has found it, so that the other rooms do not wait for it.
final class RoomsInUse: Sendable {
    /// The pause between two attempts to read what could not be read.
    static let recoveryInterval = Duration.seconds(1)
    private static let pageSize = 200
    /// Maximum of known rooms that no list had.
    private static let maximumNoted = 10_000

    /// All rooms, at one time.
    struct List: Sendable {
        let rooms: [Room]
        let now: Timestamp
        /// The server that was read (`Reader`). Empty if it is not known.
        var serverRun = ""
        /// False if `rooms` has only those of the known rooms that could be read.
        let isComplete: Bool
    }

    private struct State {
        var known: Set<RoomID> = []
        /// Known rooms that could not be read.
        var away: Set<RoomID> = []
        var isListFailing = false

        var reachable: Set<RoomID> { known.subtracting(away) }
    }

    private let database: Database
    private let state = Lock(State())

    init(_ database: Database) {
        self.database = database
    }

    /// Adds the room of a caller.
    func note(_ room: RoomID) {
        state.withLock { state in if state.known.count < Self.maximumNoted { state.known.insert(room) } }
    }

    /// Throws if no room can be read.
    func list() async throws -> List {
        let (isFailing, reachable) = state.withLock { ($0.isListFailing, $0.reachable) }
        if isFailing, let list = await read(reachable) { return list }
        do {
            return try await all(attempts: reachable.isEmpty ? .full : .polled)
        } catch let failure as DatabaseError {
            state.withLock { $0.isListFailing = true }
            guard !isFailing, let list = await read(reachable) else { throw failure }
            return list
        }
    }

    /// Reads what could not be read. Throws while a list fails.
    func recover() async throws {
        guard state.withLock({ $0.isListFailing }) else { return }
        do { _ = try await all(attempts: .polled) } catch {
            _ = await read(state.withLock { $0.away })
            throw error
        }
    }

    private func all(attempts: Attempts) async throws -> List {
        var rooms: [Room] = []
        while true {
            let (page, now, server) = try await database.query(attempts: attempts) { [last = rooms.last?.id] in
                (try RoomTable.unsettled(after: last, limit: Self.pageSize, $0), $0.now, $0.serverRun)
            }
            rooms += page
            guard page.count < Self.pageSize else { continue }
            state.withLock { [rooms] in $0 = State(known: Set(rooms.map(\.id))) }
            return List(rooms: rooms, now: now, serverRun: server, isComplete: true)
        }
    }

    /// Reads a page of rooms at once, and notes which of them are away. Returns nil if no room can be read.
    private func read(_ ids: Set<RoomID>) async -> List? {
        let ids = Array(ids)
        var found: [(room: Room, now: Timestamp)] = []
        for start in stride(from: 0, to: ids.count, by: Self.pageSize) {
            found += await withTaskGroup(of: (Room, Timestamp)?.self) { group in
                for id in ids[start...].prefix(Self.pageSize) { group.addTask { await self.read(id) } }
                return await group.reduce(into: []) { found, row in if let row { found.append(row) } }
            }
        }
        guard let now = found.map(\.now).min() else { return nil }
        return List(rooms: found.map(\.room), now: now, isComplete: false)
    }

    private func read(_ id: RoomID) async -> (Room, Timestamp)? {
        do {
            let found = try await database.query(attempts: .polled) { (try RoomTable.require(id, $0), $0.now) }
            state.withLock { _ = $0.away.remove(id) }
            return found
        } catch {
            state.withLock { state in
                // No other error says that the room exists.
                if error is DatabaseError { state.away.insert(id) } else { state.known.remove(id) }
            }
            return nil
        }
    }
}
