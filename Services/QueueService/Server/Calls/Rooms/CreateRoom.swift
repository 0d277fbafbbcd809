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
        let draw = request.drawRound == 0 ? nil : Draw(round: request.drawRound)
        guard request.drawRound >= 0 else {
            throw QueueRefusal.invalid("draw_round", "must be the number of a round, or 0 for no draw")
        }
        let needsCode = request.needsCode
        let secretHash = checkpoints.promisedHash(of: id)
        return try await database.transaction(before: call.deadline) { tx in
            let room = Room(
                id, named: name, limits: limits, times: times, draw: draw, needsCode: needsCode, now: tx.now)
            guard try RoomTable.insert(room, tx) else {
                guard try RoomTable.creationFingerprint(of: id, tx) == room.creationFingerprint else {
                    throw QueueRefusal.requestIDReused
                }
                return CreateRoomReply(room: .init(try RoomTable.require(id, tx), at: tx.now))
            }
            guard try RoomTable.takeName(of: room, tx) else { throw QueueRefusal.because(.nameTaken) }
            if draw != nil { try DrawTable.insert(secretHash, of: id, tx) }
            try ActionTable.append(call, tx)
            return CreateRoomReply(room: .init(room, at: tx.now))
        }
    }
}
