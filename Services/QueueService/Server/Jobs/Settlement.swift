import Database
import Kernel
import QueueDomain

/// The job that settles rooms: places lapse, and the next ones are admitted.
struct Settlement: Sendable {
    /// The pause between two polls, short enough to use the whole rate.
    static let interval = Duration.milliseconds(40)
    private static let pageSize = 200
    /// Maximum of consecutive settlements of one room. The next poll continues.
    private static let maximumRounds = 20

    let database: Database

    /// Polls all rooms and settles those that need it. A failing room does not stop the others.
    func run() async throws {
        var last: RoomID?
        var firstError: (any Error)?
        repeat {
            let (rooms, now) = try await database.read { [last] reader in
                (try RoomTable.unsettled(after: last, limit: Self.pageSize, reader), reader.now)
            }
            for room in rooms where room.needsSettling(at: now) {
                do { try await settle(room.id) } catch { firstError = firstError ?? error }
            }
            last = rooms.count == Self.pageSize ? rooms.last?.id : nil
        } while last != nil
        if let firstError { throw firstError }
    }

    private func settle(_ id: RoomID) async throws {
        for _ in 0..<Self.maximumRounds {
            let (isDone, damage) = try await database.transaction { tx -> (Bool, (any Error)?) in
                var room = try RoomTable.lock(id, tx)
                // Another instance may have settled the room meanwhile.
                guard room.needsSettling(at: tx.now) else { return (true, nil) }
                let (changed, damage) = try Self.run(in: &room, tx)
                return (changed.count < Room.maximumSteps, damage)
            }
            if let damage { throw damage }
            if isDone { return }
        }
    }

    /// Settles and saves a room that this transaction has locked. Returns the changed places, and the first error of a row
    /// that cannot be read. Such a place keeps its slot, or is passed over, so that it does not stop the line.
    @discardableResult
    static func run(in room: inout Room, _ tx: Transaction) throws -> (changed: [Place], damage: (any Error)?) {
        let shift = room.catchUp(now: tx.now)
        if shift != .zero { try PlaceTable.shiftDeadlines(in: room.id, by: shift, tx) }
        let (before, changed): ([PlaceRow], [Place])
        if room.decided == .closed {
            before = try PlaceTable.live(in: room.id, limit: Room.maximumSteps, tx)
            changed = room.revokeAll(before.readable, now: tx.now)
        } else {
            let due = try PlaceTable.due(in: room.id, at: tx.now, limit: Room.maximumSteps, tx)
            let count = room.admissible(afterFreeing: due.readable.count, at: tx.now)
            let waiting = try PlaceTable.waiting(in: room.id, after: room.admitted, limit: count + 1, tx)
            before = due + waiting
            changed = room.settle(due: due.readable, waiting: waiting.readable, now: tx.now)
        }
        try PlaceTable.save(changed, were: before.readable, in: room.id, tx)
        try RoomTable.save(room, tx)
        return (changed, before.damage)
    }
}
