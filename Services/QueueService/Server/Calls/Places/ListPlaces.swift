import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func listPlaces(_ request: ListPlacesRequest, call: Call) async throws -> ListPlacesReply {
        let user = try call.user
        return try await database.read(before: call.deadline) { reader in
            let page = try Self.places(of: user, after: request.after, request.pageSize, reader)
            return ListPlacesReply(places: page.places, hasMore: page.hasMore)
        }
    }

    func findPlaces(_ request: FindPlacesRequest, call: Call) async throws -> FindPlacesReply {
        guard (request.roomID == nil) != (request.userID == nil) else {
            throw QueueRefusal.invalid("user_id", "must be set if room_id is not, and empty if it is")
        }
        return try await database.read(before: call.deadline) { reader in
            let page =
                if let room = request.roomID {
                    try Self.places(in: room, after: request.after, request.pageSize, reader)
                } else {
                    try Self.places(of: request.userID, after: request.after, request.pageSize, reader)
                }
            return FindPlacesReply(places: page.places, hasMore: page.hasMore)
        }
    }

    private static let usualPageSize = 50
    private static let roomPageSize = 200

    private static func places(
        in id: RoomID, after key: PlaceKey?, _ size: UInt32, _ reader: Reader
    ) throws -> (places: [QueueAPI.Place], hasMore: Bool) {
        let room = try RoomTable.require(id, reader)
        let last = try key.map { try PlaceTable.require($0.placeID, of: nil, in: id, reader).serial }
        let page = try Page(of: size, usual: usualPageSize) {
            try PlaceTable.all(in: id, after: last ?? 0, limit: $0, reader)
        }
        return (page.items.readable.map { .init(room.outlook(of: $0, at: reader.now)) }, page.hasMore)
    }

    /// Newest first. Leaves out rows that cannot be read.
    private static func places(
        of user: UserID?, after key: PlaceKey?, _ size: UInt32, _ reader: Reader
    ) throws -> (places: [QueueAPI.Place], hasMore: Bool) {
        guard let user else { return ([], false) }
        let last = try key.map { key in
            (room: key.roomID, place: try PlaceTable.require(key.placeID, of: user, in: key.roomID, reader))
        }
        // Live places are only in rooms that may need a settlement, of which there are few.
        var rooms = Dictionary(uniqueKeysWithValues: try unsettledRooms(reader).map { ($0.id, $0) })
        let live = try PlaceTable.live(of: user, in: Array(rooms.keys), reader)
        let page = try Page(of: size, usual: usualPageSize) { limit in
            let past = try PlaceTable.past(of: user, after: last, limit: limit, reader)
            let found = (live + past).compactMap { room, row in (try? row.get()).map { (room: room, place: $0) } }
            return Array(found.filter { last == nil || precedes(last!, $0) }.sorted(by: precedes).prefix(limit))
        }
        let places = try page.items.map { item -> QueueAPI.Place in
            let room = try rooms[item.room] ?? RoomTable.require(item.room, reader)
            rooms[item.room] = room
            return .init(room.outlook(of: item.place, at: reader.now))
        }
        return (places, page.hasMore)
    }

    private static func unsettledRooms(_ reader: Reader) throws -> [Room] {
        var rooms: [Room] = []
        while true {
            let page = try RoomTable.unsettled(after: rooms.last?.id, limit: roomPageSize, reader)
            rooms += page
            guard page.count == roomPageSize else { return rooms }
        }
    }

    /// True if `a` is listed before `b`.
    private static func precedes(_ a: (room: RoomID, place: Place), _ b: (room: RoomID, place: Place)) -> Bool {
        (a.place.joinedAt, a.room, a.place.serial) > (b.place.joinedAt, b.room, b.place.serial)
    }
}
