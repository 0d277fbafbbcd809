import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    private static let usualPage = 100

    func listRooms(_ request: ListRoomsRequest, call: Call) async throws -> ListRoomsReply {
        let size = request.pageSize == 0 ? Self.usualPage : Int(request.pageSize)
        return try await database.read(before: call.deadline) { reader in
            let page = try Page(of: size) { try RoomTable.all(after: request.afterRoomID, limit: $0, reader) }
            return ListRoomsReply(
                rooms: page.items.map { .init($0, at: reader.now) }, hasMore: page.hasMore)
        }
    }
}
