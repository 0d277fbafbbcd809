import Database
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func showHistory(_ request: ShowHistoryRequest, call: Call) async throws -> ShowHistoryReply {
        let (place, room) = try await database.read(before: call.deadline) { reader in
            let place = try PlaceTable.require(request.placeID, of: nil, in: request.roomID, reader)
            return (place, try RoomTable.require(request.roomID, reader))
        }
        return ShowHistoryReply(
            userID: place.user, serial: room.number(of: place.serial),
            events: place.history.map { PlaceEvent(state: PlaceState($0.state), at: $0.at, reason: $0.reason) })
    }
}
