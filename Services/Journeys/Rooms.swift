import Kernel
import QueueAPI
import RPC

/// Finds waiting rooms by name or by id.
package struct Rooms: Sendable {
    private static let timeout = Duration.seconds(2)

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    package func all() async throws -> [Room] {
        try await caller.allPages { last in
            let page = try await caller.call(QueueMethods.listRooms, ListRoomsRequest(afterRoomID: last?.roomID))
            return (page.rooms, page.hasMore)
        }
    }

    package func room(named name: String) async throws -> Room {
        try await caller.call(QueueMethods.findRoom, FindRoomRequest(name: name)).room
    }

    /// The places of a room by serial, or those of a user in all rooms, newest first.
    package func places(in room: RoomID? = nil, of user: UserID? = nil, limit: Int) async throws -> [Place] {
        try await caller.allPages(upTo: limit) { last in
            let request = FindPlacesRequest(roomID: room, userID: user, after: last.map { PlaceKey($0) })
            let page = try await caller.call(QueueMethods.findPlaces, request)
            return (page.places, page.hasMore)
        }
    }

    /// The caller's places in all rooms, newest first.
    package func ownPlaces(limit: Int) async throws -> [Place] {
        try await caller.allPages(upTo: limit) { last in
            let request = ListPlacesRequest(after: last.map { PlaceKey($0) })
            let page = try await caller.call(QueueMethods.listPlaces, request)
            return (page.places, page.hasMore)
        }
    }

    /// The rooms of places by their ids, without those that the queue service does not return in time.
    package func rooms(of places: [Place]) async -> [RoomID: Room] { await rooms(Set(places.map(\.roomID))) }

    /// Nil if the queue service does not answer in time.
    package func room(_ id: RoomID) async -> Room? {
        let options = CallOptions(timeout: Self.timeout)
        return try? await caller.connections.client(of: .queue)
            .call(QueueMethods.findRoom, FindRoomRequest(roomID: id), options).room
    }

    /// The waiting rooms of dates by their ids. Omits rooms that the queue service does not return within `timeout`, so
    /// that dates can be listed without that service.
    package func rooms(of dates: [ConcertDate]) async -> [RoomID: Room] {
        await rooms(Set(dates.flatMap(\.rooms)))
    }

    private func rooms(_ ids: Set<RoomID>) async -> [RoomID: Room] {
        var rooms: [RoomID: Room] = [:]
        let end = caller.clock.uptime + Self.timeout
        for id in ids where caller.clock.uptime < end {
            rooms[id] = await room(id)
        }
        return rooms
    }
}

extension PlaceKey {
    fileprivate init(_ place: Place) { self.init(roomID: place.roomID, placeID: place.placeID) }
}

extension RoomState {
    /// True if the room accepts no new places.
    package var isClosedToJoins: Bool { self == .closed || self == .draining }
}
