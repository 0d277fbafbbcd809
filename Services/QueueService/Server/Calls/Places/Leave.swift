import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func leave(_ request: LeaveRequest, call: Call) async throws -> LeaveReply {
        let user = try call.user
        return LeaveReply(
            place: try await step(request.roomID, request.placeID, of: user, call) { room, place, now in
                room.leave(&place, now: now)
            })
    }
}
