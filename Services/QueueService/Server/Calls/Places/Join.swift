import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func join(_ request: JoinRequest, call: Call, answer: Answer<JoinReply>) {
        do {
            let roomID = try RoomID(field: "room_id", request.roomID)
            let waiting = JoinLine.Request(
                place: PlaceID(of: try call.requestID), user: try call.user, deadline: call.deadline)
            joins.join(waiting, in: roomID) { joined in
                do {
                    answer.give(JoinReply(place: PlaceView(try joined.get().outlook)))
                } catch {
                    answer.fail(error)
                }
            }
        } catch {
            answer.fail(error)
        }
    }
}
