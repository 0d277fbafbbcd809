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
        return try await database.read(before: call.deadline) { reader in
            let place = try PlaceStore.place(placeID, of: user, in: roomID, reader)
            let room = try RoomStore.room(roomID, reader)
            return ShowPlaceReply(place: PlaceView(Outlook(place, in: room, at: reader.now), in: room))
        }
    }
}
