import Database
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func findRoom(_ request: FindRoomRequest, call: Call) async throws -> FindRoomReply {
        let name = request.roomID == nil ? try RoomName(request.name) : nil
        return try await database.read(before: call.deadline) { reader in
            guard let id = try request.roomID ?? name.flatMap({ try RoomTable.find(named: $0.text, reader) }) else {
                throw QueueRefusal.because(.roomUnknown)
            }
            return FindRoomReply(room: .init(try RoomTable.require(id, reader), at: reader.now))
        }
    }
}
