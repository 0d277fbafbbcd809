import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func watchPlace(
        _ request: WatchPlaceRequest, call: Call, items: ItemWriter<WatchPlaceItem>
    ) async throws {
        let roomID = try RoomID(field: "room_id", request.roomID)
        let placeID = try PlaceID(field: "place_id", request.placeID)
        let user = try call.user
        let ticket = watches.enter(placeID, in: roomID)
        defer { watches.exit(ticket) }
        var (outlook, room) = try await database.read(before: call.deadline) { reader in
            let place = try PlaceStore.place(placeID, of: user, in: roomID, reader)
            let room = try RoomStore.room(roomID, reader)
            return (Outlook(place, in: room, at: reader.now), room)
        }
        while true {
            try await items.send(WatchPlaceItem(place: PlaceView(outlook)))
            guard outlook.place.isLive, let next = await watches.next(after: outlook, in: room, ticket) else { return }
            (outlook, room) = next
        }
    }
}
