import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func join(_ request: JoinRequest, call: Call, answer: Answer<JoinReply>) {
        do {
            let roomID = try RoomID(field: "room_id", request.roomID)
            let waiting = JoinBatch.Request(
                place: PlaceID(of: try call.requestID), user: try call.user, deadline: call.deadline)
            joins.add(waiting, to: roomID) { batch, index in
                do {
                    answer.give(JoinReply(place: PlaceView(try batch.get().outlook(index))))
                } catch {
                    answer.fail(error)
                }
            }
        } catch {
            answer.fail(error)
        }
    }
}
