import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func revokePlace(_ request: RevokePlaceRequest, call: Call) async throws -> RevokePlaceReply {
        let place = try await step(request.roomID, request.placeID, call) { room, place, now in
            try room.revoke(&place, because: request.reason, now: now)
        }
        return RevokePlaceReply(state: place.state)
    }
}
