import Database
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func findRoom(_ request: FindRoomRequest, call: Call) async throws -> FindRoomReply {
        let name = try RoomName(request.name)
        return try await database.read(before: call.deadline) { reader in
            guard let id = try RoomStore.named(name.text, reader) else { throw QueueRefusal.roomNotFound }
            return FindRoomReply(room: RoomSummary(try RoomStore.room(id, reader), at: reader.now))
        }
    }
}
