import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func configureRoom(_ request: ConfigureRoomRequest, call: Call) async throws -> ConfigureRoomReply {
        let limits = try request.limits.map { limits throws(QueueRefusal) in try Room.Limits(limits) }
        let times = try request.times.map { times throws(QueueRefusal) in try Room.Times(times) }
        return ConfigureRoomReply(
            room: try await change(request.roomID, call) { room, now in
                try room.configure(limits: limits, times: times, now: now)
            })
    }
}
