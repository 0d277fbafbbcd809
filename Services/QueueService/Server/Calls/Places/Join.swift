import Kernel
import QueueAPI
import RPC
import Service

extension QueueServer {
    func join(_ request: JoinRequest, call: Call, answer: Answer<JoinReply>) {
        do {
            let waiting = JoinBatch.Request(
                place: PlaceID(of: try call.requestID), user: try call.user, deadline: call.deadline)
            joins.add(waiting, to: request.roomID) { batch, index in
                do {
                    answer.give(JoinReply(place: .init(try batch.get().outlook(index))))
                } catch {
                    answer.fail(error)
                }
            }
        } catch {
            answer.fail(error)
        }
    }
}
