import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func openRoom(_ request: OpenRoomRequest, call: Call) async throws -> OpenRoomReply {
        OpenRoomReply(room: try await change(request.roomID, call) { room, now in try room.open(now: now) })
    }
}
