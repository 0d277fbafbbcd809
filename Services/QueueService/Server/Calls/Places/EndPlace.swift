import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

/// Ends of a place: by its user, by a service, or by an operator. Each is one step of the room.
extension QueueServer {
    func leave(_ request: LeaveRequest, call: Call) async throws -> LeaveReply {
        let user = try call.user
        return LeaveReply(
            place: try await end(request.placeID, of: user, in: request.roomID, call) { room, place, now in
                room.leave(&place, now: now)
            })
    }

    func finishPass(_ request: FinishPassRequest, call: Call) async throws -> FinishPassReply {
        let place = try await end(request.placeID, in: request.roomID, call) {
            room, place, now throws(QueueRefusal) in try room.finish(&place, now: now)
        }
        return FinishPassReply(state: place.state)
    }

    func revokePlace(_ request: RevokePlaceRequest, call: Call) async throws -> RevokePlaceReply {
        if request.ban { return try await ban(request, call) }
        let place = try await end(request.placeID, in: request.roomID, call) { room, place, now in
            room.revoke(&place, because: request.reason, now: now)
        }
        return RevokePlaceReply(state: place.state)
    }

    /// The place must belong to `user`. Nil allows every place.
    private func end(
        _ id: PlaceID, of user: UserID? = nil, in roomID: RoomID, _ call: Call,
        _ body: @escaping @Sendable (inout Room, inout Place, Timestamp) throws(QueueRefusal) -> Void
    ) async throws -> QueueAPI.Place {
        defer { lines.markChanged(roomID) }
        let request = EndBatch.Request(place: id, user: user, deadline: call.deadline, call: call, end: body)
        let (batch, index) = try await ends.outcome(of: request, in: roomID)
        return .init(try batch.outlook(index))
    }
}
