import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

/// Ends of a place: by its user, by a service, or by an operator. Each is one step of the room.
extension QueueServer {
    func leave(_ request: LeaveRequest, call: Call) async throws -> LeaveReply {
        LeaveReply(
            place: try await end(request.placeID, of: try call.user, in: request.roomID, call) { room, place, now in
                room.leave(&place, now: now)
            })
    }

    func finishPass(_ request: FinishPassRequest, call: Call) async throws -> FinishPassReply {
        let place = try await end(request.placeID, in: request.roomID, call) { room, place, now in
            try room.finish(&place, now: now)
        }
        return FinishPassReply(state: place.state)
    }

    func revokePlace(_ request: RevokePlaceRequest, call: Call) async throws -> RevokePlaceReply {
        let place = try await end(request.placeID, in: request.roomID, call) { room, place, now in
            room.revoke(&place, because: request.reason, now: now)
        }
        return RevokePlaceReply(state: place.state)
    }

    /// The place must belong to `user`. Nil allows every place.
    private func end(
        _ id: [UInt8], of user: UserID? = nil, in room: [UInt8], _ call: Call,
        _ body: @escaping @Sendable (inout Room, inout Place, Timestamp) throws -> Void
    ) async throws -> PlaceView {
        let (roomID, id) = (try RoomID(field: "room_id", room), try PlaceID(field: "place_id", id))
        defer { lines.markChanged(roomID) }
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomTable.lock(roomID, tx)
            var place = try PlaceTable.require(id, of: user, in: roomID, tx)
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
