import Database
import Kernel
import QueueAPI
import QueueDomain
import Service

/// Joins of one room in one transaction, because they all write the room's row. Each reply contains the room after the
/// whole batch.
final class JoinBatch: Sendable {
    typealias Line = Batcher<RoomID, Request, JoinBatch>

    struct Request: Sendable {
        let place: PlaceID
        let user: UserID
        let deadline: Uptime
    }

    private let room: Room
    private let time: Timestamp
    private let places: [PlaceRow]

    static func line(on database: Database) -> Line {
        Line(overload: QueueReason.tooManyJoins) { requests, room in
            try await database.transaction(before: requests.map(\.deadline).max()) { tx in
                try JoinBatch(requests, in: room, tx)
            }
        }
    }

    /// The place of the request with this index.
    func outlook(_ index: Int) throws -> Outlook { Outlook(try places[index].get(), in: room, at: time) }

    private init(_ requests: [Request], in id: RoomID, _ tx: Transaction) throws {
        var room = try RoomTable.lock(id, tx)
        // Waiting users are admitted before joining users.
        if room.isJoinable(at: tx.now), room.needsSettling(at: tx.now) { try Settlement.run(in: &room, tx) }
        let before = room.lastSerial
        var places: [PlaceRow] = []
        places.reserveCapacity(requests.count)
        for place in try Self.newPlaces(for: requests, in: &room, tx) { places.append(.success(place)) }
        for request in requests.dropFirst(places.count) {
            do {
                places.append(.success(try Self.place(for: request, in: &room, tx)))
            } catch let refusal as QueueRefusal {
                places.append(.failure(refusal))
            } catch let error as DatabaseError where error.reason == .damaged {
                // The user's own row cannot be read.
                places.append(.failure(error))
            }
        }
        if room.lastSerial > before { try RoomTable.save(room, tx) }
        (self.room, self.time, self.places) = (room, tx.now, places)
    }

    /// Inserts the batch in as few statements as possible, until a user already has a place. The rest are inserted one
    /// by one, because with many repeated joins the failed batches would cost more time.
    private static func newPlaces(for requests: [Request], in room: inout Room, _ tx: Transaction) throws -> [Place] {
        guard room.isJoinable(at: tx.now) else { return [] }
        var places: [Place] = []
        while places.count < requests.count {
            let next = requests[places.count...].prefix(PlaceTable.insertLimit)
            let many = next.enumerated().map { offset, request in
                room.nextPlace(request.place, of: request.user, after: Int64(offset), now: tx.now)
            }
            let same = many.prefix { $0.state == many[0].state }
            let group = same.prefix(PlaceTable.insertCount(atMost: same.count))
            guard try PlaceTable.insert(group, in: room.id, tx) else { break }
            room.append(Array(group), now: tx.now)
            places += group
        }
        return places
    }

    private static func place(for request: Request, in room: inout Room, _ tx: Transaction) throws -> Place {
        if room.isJoinable(at: tx.now) {
            let place = room.nextPlace(request.place, of: request.user, now: tx.now)
            if try PlaceTable.insert([place], in: room.id, tx) {
                room.append([place], now: tx.now)
                return place
            }
        }
        // A user keeps a live place even after joining has ended.
        if let place = try PlaceTable.findLive(of: request.user, in: room.id, tx) { return place }
        if let earlier = try PlaceTable.find(request.place, in: room.id, tx) {
            guard earlier.user == request.user else { throw QueueRefusal.requestIDReused }
            return earlier
        }
        try room.checkJoining(at: tx.now)
        throw tx.conflict()
    }
}
