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
    /// Users that the settlement of this batch has admitted.
    private let admitted: [Place]

    /// Calls `admissions` with the users that a committed batch has admitted.
    static func line(on database: Database, admissions: @escaping @Sendable ([Place]) -> Void = { _ in }) -> Line {
        Line { requests, room in
            let batch = try await database.transaction(before: requests.map(\.deadline).max()) { tx in
                try RenewBatch(requests, in: room, tx)
            }
            admissions(batch.admitted)
            return batch
        }
    }

    /// The place of the request with this index.
    func place(_ index: Int) throws -> Place { try places[index].get() }

    private init(_ requests: [Request], in id: RoomID, _ tx: Transaction) throws {
        let ids = Array(Set(requests.map(\.place)))
        var before = try PlaceTable.find(ids, in: id, tx)
        guard !before.isEmpty else { throw QueueRefusal.because(.placeUnknown) }
        var room = try RoomTable.require(id, tx)
        var admitted: [Place] = []
        let found = before.values.readable
        let isSettled = !room.needsCatchingUp(at: tx.now) && !found.contains { $0.isDue(at: tx.now) }
        // A waiting or ended place is refused, and a claim or a renewal changes one row. Neither locks the room.
        if !isSettled, found.contains(where: \.holdsSlot) {
            room = try RoomTable.lock(id, tx)
            // Shift deadlines first: time in which the service was down does not count against users.
            admitted = try Settlement.run(in: &room, tx).admitted
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
        var claimed: [PlaceID] = []
        for place in after.values.readable.sorted(by: { $0.serial < $1.serial }) {
            guard let was = try before[place.id]?.get(), was != place else { continue }
            try PlaceTable.renew(place, was: was, in: id, tx)
            if was.state == .admitted { claimed.append(place.id) }
        }
        if let place = claimed.first { try ClaimTable.add(claimed.count, of: place, in: id, tx) }
        (self.room, self.time, self.admitted) = (room, tx.now, admitted)
    }
}
