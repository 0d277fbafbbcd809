import ConcertAPI
import Kernel
import QueueAPI
import RPC

/// Waiting rooms, by name or by id.
extension Invocation {
    private static let roomTimeout = Duration.seconds(2)

    /// The id of a room. Empty without a name.
    func room(named name: String?) async throws(GatewayError) -> [UInt8] {
        guard let name else { return [] }
        return try await call(QueueMethods.findRoom, FindRoomRequest(name: name)).room?.roomID ?? []
    }

    /// The waiting rooms of dates. Omits those that the queue service does not return within `roomTimeout`, because the
    /// list of dates must not depend on the queue service.
    func rooms(of dates: [ScheduleEntry]) async -> [[UInt8]: RoomSummary] {
        var rooms: [[UInt8]: RoomSummary] = [:]
        let end = clock.uptime + Self.roomTimeout
        for id in Set(dates.compactMap { $0.settings?.roomID }) where !id.isEmpty && clock.uptime < end {
            rooms[id] = await room(id)
        }
        return rooms
    }

    /// Nil if the queue service does not answer in time.
    func room(_ id: [UInt8]) async -> RoomSummary? {
        let options = CallOptions(timeout: Self.roomTimeout)
        return try? await client(of: .queue).call(QueueMethods.findRoom, FindRoomRequest(roomID: id), options).room
    }
}

extension RoomState {
    /// True if the room accepts no new places.
    var isClosedToJoins: Bool { self == .closed || self == .draining }
}
