import Database
import Kernel
import QueueDomain

/// What happens in rooms by itself: slots fall due, and the next ones are let in.
struct Settlement: Sendable {
    /// The pause between two looks: short enough that a rate is used up to its burst.
    static let interval = Duration.milliseconds(40)
    private static let pageSize = 200
    /// Settlements of one room in a row; what is left then waits for the next look.
    private static let maximumRounds = 20

    let database: Database

    /// Looks at all rooms, and settles those that need it. Where one fails the others are settled all the same.
    func run() async throws {
        var last: RoomID?
        var firstError: (any Error)?
        repeat {
            let (rooms, now) = try await database.read { [last] reader in
                (try RoomStore.unsettled(after: last, limit: Self.pageSize, reader), reader.now)
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
            let isDone = try await database.transaction { tx in
                var room = try RoomStore.lock(id, tx)
                // Another instance may have done it meanwhile.
                guard room.needsSettling(at: tx.now) else { return true }
                return try Self.run(in: &room, tx).count < Room.maximumSteps
            }
            if isDone { return }
        }
    }

    /// Settles a room that this transaction has locked, saves it, and returns the places that have changed.
    static func run(in room: inout Room, _ tx: Transaction) throws -> [Place] {
        let shift = room.catchUp(now: tx.now)
        if shift != .zero { try PlaceStore.shiftDeadlines(in: room.id, by: shift, tx) }
        let changed: [Place]
        if room.decided == .closed {
            changed = room.sendHome(try PlaceStore.live(in: room.id, limit: Room.maximumSteps, tx), now: tx.now)
        } else {
            let due = try PlaceStore.due(in: room.id, at: tx.now, limit: Room.maximumSteps, tx)
            let count = room.admissible(afterFreeing: due.count, at: tx.now)
            let waiting = try PlaceStore.waiting(in: room.id, after: room.admitted, limit: count + 1, tx)
            changed = room.settle(due: due, waiting: waiting, now: tx.now)
        }
        for place in changed { try PlaceStore.save(place, in: room.id, tx) }
        try RoomStore.save(room, tx)
        return changed
    }
}
