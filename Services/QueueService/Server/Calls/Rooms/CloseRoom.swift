import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func closeRoom(_ request: CloseRoomRequest, call: Call) async throws -> CloseRoomReply {
        CloseRoomReply(room: try await change(request.roomID, call) { room, _ in room.close() })
    }
}
