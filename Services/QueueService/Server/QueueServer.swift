import Database
import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

/// The server of `onsale.queue.v1.Queue`. Each method has its own file.
struct QueueServer: QueueHandlers {
    let database: Database
    let passes: Passes
    let joins: JoinLine
    let watches: RoomWatches
    let lines: WaitingLines
    let clock: any Clock

    /// Applies an operator's change to a room as one step.
    func change(
        _ room: [UInt8], _ call: Call, _ body: @escaping @Sendable (inout Room, Timestamp) throws -> Void
    ) async throws -> RoomSummary {
        let id = try RoomID(field: "room_id", room)
        defer { lines.markChanged(id) }
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomTable.lock(id, tx)
            try body(&room, tx.now)
            try RoomTable.save(room, tx)
            return RoomSummary(room, at: tx.now)
        }
    }

    /// Applies a change to a place as one step of its room. The place must belong to `user`. Nil allows every place.
    func step(
        _ room: [UInt8], _ place: [UInt8], of user: UserID? = nil, _ call: Call,
        _ body: @escaping @Sendable (inout Room, inout Place, Timestamp) throws -> Void
    ) async throws -> PlaceView {
        let (roomID, placeID) = (try RoomID(field: "room_id", room), try PlaceID(field: "place_id", place))
        defer { lines.markChanged(roomID) }
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomTable.lock(roomID, tx)
            var place = try PlaceTable.place(placeID, of: user, in: roomID, tx)
            let revision = place.revision
            try body(&room, &place, tx.now)
            if place.revision != revision {
                try PlaceTable.save(place, in: roomID, tx)
                try RoomTable.save(room, tx)
            }
            return PlaceView(Outlook(place, in: room, at: tx.now))
        }
    }
}

extension PlaceTable {
    /// The place, if it belongs to `user`. A place of another user is reported as not found.
    static func place(_ id: PlaceID, of user: UserID?, in room: RoomID, _ reader: Reader) throws -> Place {
        guard let place = try place(id, in: room, reader), user == nil || place.user == user else {
            throw QueueRefusal.placeNotFound
        }
        return place
    }
}
