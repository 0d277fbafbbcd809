import Database
import Kernel
import QueueDomain
import Threads

/// Corrects the counts of the rooms in use, once after the start.
///
/// A version from before a count does not keep it, and runs beside this one while instances are replaced one after the other. The
/// instance that starts last finds all changes that were not counted. Only their number is added, because the places of a large room
/// are counted for too long to stop its line meanwhile.
final class Recount: Sendable {
    private let database: Database
    private let isDone = Lock(false)

    init(_ database: Database) {
        self.database = database
    }

    func run(in rooms: [Room]) async throws {
        guard !isDone.withLock({ $0 }) else { return }
        var isDone = true
        for id in rooms.map(\.id) {
            let missing = try await database.scan { try ClaimTable.uncounted(in: id, $0) }
            guard let missing, !missing.isZero else { continue }
            let isCorrected = try await database.transaction { tx in
                var room = try RoomTable.lock(id, tx)
                guard try ClaimTable.add(missing, in: id, tx) else { return false }
                room.add(waiting: missing.waiting, ended: missing.ended)
                try RoomTable.save(room, tx)
                return true
            }
            // Otherwise another instance has corrected it since. The next run shows if that was all.
            isDone = isDone && isCorrected
        }
        self.isDone.withLock { [isDone] in $0 = isDone }
    }
}
