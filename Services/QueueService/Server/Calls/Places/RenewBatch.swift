import Database
import Kernel
import QueueDomain
import Service

/// Renewals in one room in one transaction. It locks the room only if something is due.
final class RenewBatch: Sendable {
    typealias Line = Batcher<RoomID, Request, RenewBatch>

    struct Request: Sendable {
        let place: PlaceID
        let user: UserID
        let deadline: Uptime
    }

    let room: Room
    let time: Timestamp
    private let places: [PlaceRow]

    static func line(on database: Database) -> Line {
        Line { requests, room in
            try await database.transaction(before: requests.map(\.deadline).max()) { tx in
                try RenewBatch(requests, in: room, tx)
            }
        }
    }

    /// The place of the request with this index.
    func place(_ index: Int) throws -> Place { try places[index].get() }

    private init(_ requests: [Request], in id: RoomID, _ tx: Transaction) throws {
        let ids = Array(Set(requests.map(\.place)))
        var before = try PlaceTable.find(ids, in: id, tx)
        guard !before.isEmpty else { throw QueueRefusal.because(.placeUnknown) }
        var room = try RoomTable.require(id, tx)
        let found = before.values.readable
        let isSettled = !room.needsCatchingUp(at: tx.now) && !found.contains { $0.isDue(at: tx.now) }
        // A waiting or ended place is refused, and a claim or a renewal changes one row. Neither locks the room.
        if !isSettled, found.contains(where: \.holdsSlot) {
            room = try RoomTable.lock(id, tx)
            // Shift deadlines first: time in which the service was down does not count against users.
            try Settlement.run(in: &room, tx)
            before = try PlaceTable.find(ids, in: id, tx)
        }
        var after = before
        places = requests.map { [room] request in
            Result {
                guard var place = try after[request.place]?.get(), place.user == request.user else {
                    throw QueueRefusal.because(.placeUnknown)
                }
                try room.claim(&place, now: tx.now)
                after[place.id] = .success(place)
                return place
            }
        }
        for place in after.values.readable.sorted(by: { $0.serial < $1.serial }) {
            guard let was = try before[place.id]?.get(), was != place else { continue }
            try PlaceTable.renew(place, was: was, in: id, tx)
        }
        (self.room, self.time) = (room, tx.now)
    }
}
