import Database
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func watchPlace(_ request: WatchPlaceRequest, call: Call, items: ItemWriter<WatchPlaceItem>) async throws {
        let user = try call.user
        let watcher = watches.add(request.placeID, in: request.roomID)
        defer { watches.remove(watcher) }
        var snapshot = try await database.read(before: call.deadline) { reader in
            let place = try PlaceTable.require(request.placeID, of: user, in: request.roomID, reader)
            return RoomWatches.Snapshot(place, in: try RoomTable.require(request.roomID, reader), at: reader.now)
        }
        roomsInUse.note(request.roomID)
        while true {
            try await items.send(WatchPlaceItem(place: .init(snapshot.outlook)))
            guard snapshot.outlook.place.isLive, let next = await watches.next(after: snapshot, watcher) else { return }
            snapshot = next
        }
    }
}
