import Database
import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

/// Answers the calls of `onsale.queue.v1.Queue`; each method in a file of its own.
struct QueueServer: QueueHandlers {
    let database: Database
    let passes: Passes
    let joins: JoinLine
    let watches: RoomWatches
    let lines: WaitingLines
    let clock: any Clock

    /// What an operator does to a room: one step of it.
    func change(
        _ room: [UInt8], _ call: Call, _ body: @escaping @Sendable (inout Room, Timestamp) throws -> Void
    ) async throws -> RoomSummary {
        let id = try RoomID(field: "room_id", room)
        defer { lines.changed(id) }
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomStore.lock(id, tx)
            try body(&room, tx.now)
            try RoomStore.save(room, tx)
            return RoomSummary(room, at: tx.now)
        }
    }

    /// What happens to a place from outside: one step of its room. `user` is whose it must be; nil for those who may act
    /// on anybody's.
    func step(
        _ room: [UInt8], _ place: [UInt8], of user: UserID? = nil, _ call: Call,
        _ body: @escaping @Sendable (inout Room, inout Place, Timestamp) throws -> Void
    ) async throws -> PlaceView {
        let (roomID, placeID) = (try RoomID(field: "room_id", room), try PlaceID(field: "place_id", place))
        defer { lines.changed(roomID) }
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomStore.lock(roomID, tx)
            var place = try PlaceStore.place(placeID, of: user, in: roomID, tx)
            let revision = place.revision
            try body(&room, &place, tx.now)
            if place.revision != revision {
                try PlaceStore.save(place, in: roomID, tx)
                try RoomStore.save(room, tx)
            }
            return PlaceView(Outlook(place, in: room, at: tx.now))
        }
    }
}

extension PlaceStore {
    /// What is not theirs looks as if it did not exist.
    static func place(_ id: PlaceID, of user: UserID?, in room: RoomID, _ reader: Reader) throws -> Place {
        guard let place = try place(id, in: room, reader), user == nil || place.user == user else {
            throw QueueRefusal.placeNotFound
        }
        return place
    }
}
