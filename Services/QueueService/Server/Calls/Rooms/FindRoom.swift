import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func findRoom(_ request: FindRoomRequest, call: Call) async throws -> FindRoomReply {
        let known = request.roomID.isEmpty ? nil : try RoomID(field: "room_id", request.roomID)
        let name = known == nil ? try RoomName(request.name) : nil
        return try await database.read(before: call.deadline) { reader in
            guard let id = try known ?? name.flatMap({ try RoomTable.find(named: $0.text, reader) }) else {
                throw QueueRefusal.roomUnknown
            }
            return FindRoomReply(room: RoomSummary(try RoomTable.require(id, reader), at: reader.now))
        }
    }
}
