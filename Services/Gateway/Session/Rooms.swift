import ConcertAPI
import Kernel
import QueueAPI
import RPC

/// Waiting rooms, by their names or as dates name them.
extension Invocation {
    private static let patience = Duration.seconds(2)

    /// Empty where none is named.
    func room(named name: String?) async throws(GatewayError) -> [UInt8] {
        guard let name else { return [] }
        return try await call(QueueMethods.findRoom, FindRoomRequest(name: name)).room?.roomID ?? []
    }

    /// The waiting rooms of dates, as far as the queue service says so within `patience`: a list of dates does not
    /// depend on it.
    func rooms(of dates: [ScheduleEntry]) async -> [[UInt8]: RoomSummary] {
        var rooms: [[UInt8]: RoomSummary] = [:]
        let end = clock.uptime + Self.patience
        for id in Set(dates.compactMap { $0.settings?.roomID }) where !id.isEmpty && clock.uptime < end {
            rooms[id] = await room(id)
        }
        return rooms
    }

    /// Nil where nobody says.
    func room(_ id: [UInt8]) async -> RoomSummary? {
        let options = CallOptions(timeout: Self.patience)
        return try? await client(of: .queue).call(QueueMethods.findRoom, FindRoomRequest(roomID: id), options).room
    }
}

extension RoomState {
    /// Whether joining is over for good.
    var takesNobody: Bool { self == .closed || self == .draining }
}
