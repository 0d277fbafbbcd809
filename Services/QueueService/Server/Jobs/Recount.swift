import Database
import Kernel
import QueueDomain
import Threads

/// Corrects the counts of the rooms in use, once after the start.
///
/// A version from before a count does not keep it, and runs beside this one while instances are replaced one after the other. The
/// instance that starts last finds all changes that were not counted.
final class Recount: Sendable {
    private let database: Database
    private let isDone = Lock(false)

    init(_ database: Database) {
        self.database = database
    }

    func run(in rooms: [Room]) async throws {
        guard !isDone.withLock({ $0 }) else { return }
        for room in rooms {
            let (counts, now) = try await database.scan { reader in
                (try ClaimTable.recount(in: room.id, reader), try RoomTable.require(room.id, reader))
            }
            // A change between the two reads looks like a wrong count. The transaction excludes it.
            guard let counts, !counts.agrees(with: now) else { continue }
            try await database.transaction { tx in try Self.correct(room.id, tx) }
        }
        isDone.withLock { $0 = true }
    }

    private static func correct(_ id: RoomID, _ tx: Transaction) throws {
        var room = try RoomTable.lock(id, tx)
        guard let counts = try ClaimTable.recount(in: id, tx), !counts.agrees(with: room) else { return }
        room.recount(waiting: counts.waiting, ended: counts.ended)
        try RoomTable.save(room, tx)
        if counts.claims != counts.countedClaims {
            try ClaimTable.add(counts.claims - counts.countedClaims, in: id, tx)
        }
    }
}

extension ClaimTable.Recount {
    fileprivate func agrees(with room: Room) -> Bool {
        room.waiting == waiting && room.ended == ended && claims == countedClaims
    }
}
