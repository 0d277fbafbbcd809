import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func createRoom(_ request: CreateRoomRequest, call: Call) async throws -> CreateRoomReply {
        let id = RoomID(of: try call.requestID)
        let name = try RoomName(request.name)
        let limits = try Room.Limits(request.limits ?? RoomLimits())
        let times = try Room.Times(request.times ?? RoomTimes())
        return try await database.transaction(before: call.deadline) { tx in
            let room = Room(id, named: name, limits: limits, times: times, now: tx.now)
            guard try RoomTable.insert(room, tx) else {
                guard try RoomTable.creationFingerprint(of: id, tx) == room.creationFingerprint else {
                    throw QueueRefusal.requestIDReused
                }
                return CreateRoomReply(room: .init(try RoomTable.require(id, tx), at: tx.now))
            }
            guard try RoomTable.takeName(of: room, tx) else { throw QueueRefusal.because(.nameTaken) }
            try ActionTable.append(call, tx)
            return CreateRoomReply(room: .init(room, at: tx.now))
        }
    }
}
