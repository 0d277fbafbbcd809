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
        let watcher = watches.add(placeID, in: roomID)
        defer { watches.remove(watcher) }
        var snapshot = try await database.read(before: call.deadline) { reader in
            let place = try PlaceTable.require(placeID, of: user, in: roomID, reader)
            return RoomWatches.Snapshot(place, in: try RoomTable.require(roomID, reader), at: reader.now)
        }
        while true {
            try await items.send(WatchPlaceItem(place: PlaceView(snapshot.outlook)))
            guard snapshot.outlook.place.isLive, let next = await watches.next(after: snapshot, watcher) else { return }
            snapshot = next
        }
    }
}
