import Database
import QueueAPI
import RPC

extension QueueServer {
    func listRooms(_ request: ListRoomsRequest, call: Call) async throws -> ListRoomsReply {
        try await database.read(before: call.deadline) { reader in
            let page = try Page(of: request.pageSize) {
                try RoomTable.all(after: request.afterRoomID, limit: $0, reader)
            }
            return ListRoomsReply(
                rooms: page.items.map { .init($0, at: reader.now) }, hasMore: page.hasMore)
        }
    }
}
