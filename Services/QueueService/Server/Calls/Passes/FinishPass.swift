import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func finishPass(_ request: FinishPassRequest, call: Call) async throws -> FinishPassReply {
        let place = try await step(request.roomID, request.placeID, call) { room, place, now in
            try room.finish(&place, now: now)
        }
        return FinishPassReply(state: place.state)
    }
}
