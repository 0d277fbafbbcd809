import Database
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func showPlace(_ request: ShowPlaceRequest, call: Call) async throws -> ShowPlaceReply {
        let (roomID, placeID) = (request.roomID, request.placeID)
        let user = try call.user
        if let outlook = try await lines.outlook(of: placeID, of: user, in: roomID) {
            return ShowPlaceReply(place: .init(outlook))
        }
        let (place, room, now) = try await database.read(before: call.deadline) { reader in
            let place = try PlaceTable.require(placeID, of: user, in: roomID, reader)
            return (place, try RoomTable.require(roomID, reader), reader.now)
        }
        lines.cache(place, in: room)
        roomsInUse.note(room.id)
        return ShowPlaceReply(place: .init(room.outlook(of: place, at: now)))
    }
}
