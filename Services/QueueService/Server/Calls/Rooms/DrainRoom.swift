import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func drainRoom(_ request: DrainRoomRequest, call: Call) async throws -> DrainRoomReply {
        DrainRoomReply(room: try await change(request.roomID, call) { room, now in try room.drain(now: now) })
    }
}
