import Database
import Kernel
import QueueDomain
import RPC
import Service

/// Ends of places of one room in one transaction, because they all write the room's row. Each reply contains the room
/// after the whole batch.
final class EndBatch: Sendable {
    typealias Line = Batcher<RoomID, Request, EndBatch>

    struct Request: Sendable {
        let place: PlaceID
        /// The place must belong to this user. Nil allows every place.
        let user: UserID?
        let deadline: Uptime
        /// For the log of actions, if an operator makes it.
        var call: Call?
        let end: @Sendable (inout Room, inout Place, Timestamp) throws(QueueRefusal) -> Void
    }

    private let room: Room
    private let time: Timestamp
    private let places: [PlaceRow]

    static func line(on database: Database) -> Line {
        Line { requests, room in
            try await database.transaction(before: requests.map(\.deadline).max()) { tx in
                try EndBatch(requests, in: room, tx)
            }
        }
    }

    /// The place of the request with this index.
    func outlook(_ index: Int) throws -> Outlook { room.outlook(of: try places[index].get(), at: time) }

    private init(_ requests: [Request], in id: RoomID, _ tx: Transaction) throws {
        var room = try RoomTable.lock(id, tx)
        let revision = room.revision
        let before = try PlaceTable.find(Array(Set(requests.map(\.place))), in: id, tx)
        var after = before
        var changes: [Call] = []
        places = requests.map { request in
            Result {
                guard var place = try after[request.place]?.get(), request.user == nil || place.user == request.user
                else { throw QueueRefusal.because(.placeUnknown) }
                let old = place
                try request.end(&room, &place, tx.now)
                after[place.id] = .success(place)
                if place != old, let call = request.call { changes.append(call) }
                return place
            }
        }
        try PlaceTable.save(after.values.readable, were: before.values.readable, in: id, tx)
        if room.revision != revision { try RoomTable.save(room, tx) }
        for call in changes { try ActionTable.append(call, tx) }
        (self.room, self.time) = (room, tx.now)
    }
}
