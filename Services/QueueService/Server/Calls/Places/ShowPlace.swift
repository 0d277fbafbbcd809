import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func showPlace(_ request: ShowPlaceRequest, call: Call) async throws -> ShowPlaceReply {
        let roomID = try RoomID(field: "room_id", request.roomID)
        let placeID = try PlaceID(field: "place_id", request.placeID)
        let user = try call.user
        if let outlook = try await lines.outlook(of: placeID, of: user, in: roomID) {
            return ShowPlaceReply(place: PlaceView(outlook))
        }
        let (place, room, now) = try await database.read(before: call.deadline) { reader in
            let place = try PlaceTable.require(placeID, of: user, in: roomID, reader)
            return (place, try RoomTable.require(roomID, reader), reader.now)
        }
        lines.cache(place, in: room)
        return ShowPlaceReply(place: PlaceView(Outlook(place, in: room, at: now)))
    }
}
