import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func join(_ request: JoinRequest, call: Call) async throws -> JoinReply {
        let roomID = try RoomID(field: "room_id", request.roomID)
        let ask = JoinLine.Ask(
            place: PlaceID(of: try call.requestID), user: try call.user, deadline: call.deadline)
        let joined = try await joins.join(ask, in: roomID)
        return JoinReply(place: PlaceView(try joined.outlook))
    }
}
