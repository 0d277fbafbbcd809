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

    /// Nil if the queue service does not answer in time.
    func room(_ id: RoomID) async -> Room? {
        let options = CallOptions(timeout: Self.timeout)
        return try? await caller.connections.client(of: .queue)
            .call(QueueMethods.findRoom, FindRoomRequest(roomID: id), options).room
    }

    /// The waiting rooms of dates by their ids. Omits rooms that the queue service does not return within `timeout`, so
    /// that dates can be listed without that service.
    package func rooms(of dates: [ConcertDate]) async -> [RoomID: Room] {
        var rooms: [RoomID: Room] = [:]
        let end = caller.clock.uptime + Self.timeout
        for id in Set(dates.compactMap(\.room)) where caller.clock.uptime < end {
            rooms[id] = await room(id)
        }
        return rooms
    }
}

extension RoomState {
    /// True if the room accepts no new places.
    package var isClosedToJoins: Bool { self == .closed || self == .draining }
}
