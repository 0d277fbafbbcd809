import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func showHistory(_ request: ShowHistoryRequest, call: Call) async throws -> ShowHistoryReply {
        let room = try RoomID(field: "room_id", request.roomID)
        let id = try PlaceID(field: "place_id", request.placeID)
        let place = try await database.read(before: call.deadline) { reader in
            try PlaceTable.require(id, of: nil, in: room, reader)
        }
        return ShowHistoryReply(
            userID: place.user.bytes, serial: place.serial,
            events: place.history.map { event in
                PlaceEvent(state: PlaceState(event.state), at: event.at.milliseconds, reason: event.reason)
            })
    }
}
