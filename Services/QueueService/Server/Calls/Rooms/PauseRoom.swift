import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func pauseRoom(_ request: PauseRoomRequest, call: Call) async throws -> PauseRoomReply {
        PauseRoomReply(room: try await change(request.roomID, call) { room, now in try room.pause(now: now) })
    }
}
