import Database
import Identity
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
        /// A code for the room. Nil without one.
        var code: JoinCode?
    }

    let room: Room
    let time: Timestamp
    private let places: [PlaceRow]
    /// The places that this batch has added to the line, in order.
    let new: [Place]
    /// Users that this batch has admitted: some who waited, and some who joined.
    let admitted: [Place]

    /// Calls `committed` with each batch whose transaction has committed.
    static func line(on database: Database, committed: @escaping @Sendable (JoinBatch) -> Void = { _ in }) -> Line {
        Line(overload: QueueReason.tooManyJoins) { requests, room in
            let batch = try await database.transaction(before: requests.map(\.deadline).max()) { tx in
                try JoinBatch(requests, in: room, tx)
            }
            committed(batch)
            return batch
        }
    }

    /// The place of the request with this index.
    func outlook(_ index: Int) throws -> Outlook { room.outlook(of: try places[index].get(), at: time) }

    private init(_ requests: [Request], in id: RoomID, _ tx: Transaction) throws {
        var room = try RoomTable.lock(id, tx)
        // Waiting users are admitted before joining users.
        let mustSettle = room.isJoinable(at: tx.now) && room.needsSettling(at: tx.now)
        let fromLine = mustSettle ? try Settlement.run(in: &room, tx).admitted : []
        let before = room.lastSerial
        var places: [PlaceRow] = []
        places.reserveCapacity(requests.count)
        var new: [Place] = []
        let banned = room.bannedCount == 0 ? [:] : try BanTable.find(requests.map(\.user), in: id, tx)
        if banned.isEmpty {
            new = try Self.newPlaces(for: requests, in: &room, tx)
            for place in new { places.append(.success(place)) }
        }
        for request in requests.dropFirst(places.count) {
            do {
                let ban = banned[request.user]
                let place = try Self.place(for: request, in: &room, bannedBecause: ban, tx)
                places.append(.success(place))
                // A user who already has a place gets it again.
                if place.serial > new.last?.serial ?? before { new.append(place) }
            } catch let refusal as QueueRefusal {
                places.append(.failure(refusal))
            } catch let error as DatabaseError where error.reason == .damaged {
                // The user's own row cannot be read.
                places.append(.failure(error))
            }
        }
        if room.lastSerial > before { try RoomTable.save(room, tx) }
        (self.room, self.time, self.places, self.new) = (room, tx.now, places, new)
        admitted = fromLine + new.filter { $0.state == .admitted }
    }

    /// Inserts the batch in as few statements as possible, until a user already has a place. The rest are inserted one
    /// by one, because with many repeated joins the failed batches would cost more time.
    private static func newPlaces(for requests: [Request], in room: inout Room, _ tx: Transaction) throws -> [Place] {
        guard room.isJoinable(at: tx.now), !room.needsCode else { return [] }
        var places: [Place] = []
        while places.count < requests.count {
            let next = requests[places.count...].prefix(PlaceTable.insertLimit)
            let before = room
            let many = next.enumerated().map { offset, request in
                before.nextPlace(request.place, of: request.user, after: Int64(offset), now: tx.now)
            }
            var same = many.prefix { $0.state == many[0].state }
            if many[0].state == .waiting { same = same.prefix(Int(min(room.waitingCapacity, Int64(same.count)))) }
            guard !same.isEmpty else { break }
            let group = same.prefix(PlaceTable.insertCount(atMost: same.count))
            guard try PlaceTable.insert(group, in: room.id, tx) else { break }
            room.append(Array(group), now: tx.now)
            places += group
        }
        return places
    }

    private static func place(
        for request: Request, in room: inout Room, bannedBecause ban: String?, _ tx: Transaction
    ) throws -> Place {
        var isFull = false
        if ban == nil, room.isJoinable(at: tx.now), !room.needsCode {
            let place = room.nextPlace(request.place, of: request.user, now: tx.now)
            isFull = place.state == .waiting && room.waitingCapacity == 0
            if !isFull, try PlaceTable.insert([place], in: room.id, tx) {
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
        if let ban { throw QueueRefusal.because(.userBanned, "you cannot join this room again: \(ban)") }
        try room.checkJoining(at: tx.now)
        if room.needsCode { return try placeByCode(for: request, in: &room, tx) }
        if isFull { throw room.full(spread: request.place.spread(at: room.admitted), now: tx.now) }
        throw tx.conflict()
    }

    /// A new place for a user who has none. The use of the code is counted only together with the place.
    private static func placeByCode(for request: Request, in room: inout Room, _ tx: Transaction) throws -> Place {
        guard let code = request.code else { throw QueueRefusal.because(.codeMissing) }
        guard tx.now < code.expiry else {
            throw QueueRefusal.because(
                .codeExpired, "the code expired at \(code.expiry): request another one from the organisers")
        }
        let place = room.nextPlace(request.place, of: request.user, now: tx.now)
        if place.state == .waiting, room.waitingCapacity == 0 {
            throw room.full(spread: request.place.spread(at: room.admitted), now: tx.now)
        }
        guard try CodeTable.use(code, by: request.user, tx) else { throw QueueRefusal.because(.codeUsedUp) }
        guard try PlaceTable.insert([place], in: room.id, tx) else { throw tx.conflict() }
        room.append([place], now: tx.now)
        return place
    }
}
