import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    private static let usualPage = 100

    func listRooms(_ request: ListRoomsRequest, call: Call) async throws -> ListRoomsReply {
        let after = request.afterRoomID.isEmpty ? nil : try RoomID(field: "after_room_id", request.afterRoomID)
        let size = request.pageSize == 0 ? Self.usualPage : Int(request.pageSize)
        return try await database.read(before: call.deadline) { reader in
            let page = try Page(of: size) { try RoomTable.all(after: after, limit: $0, reader) }
            return ListRoomsReply(
                rooms: page.items.map { RoomSummary($0, at: reader.now) }, hasMore: page.hasMore)
        }
    }
}
