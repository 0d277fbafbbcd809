import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ListRoomsTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `pages list each room once`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                for number in 2...5 as ClosedRange<UInt64> {
                    let request = CreateRoomRequest(name: "sale-\(number)")
                    _ = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(number)))
                }
                var names: [String] = []
                var request = ListRoomsRequest(pageSize: 2)
                var reply = try await waiting.admin.listRooms(request)
                while true {
                    names += reply.rooms.map(\.name)
                    guard reply.hasMore, let last = reply.rooms.last else { break }
                    request.afterRoomID = last.roomID
                    reply = try await waiting.admin.listRooms(request)
                }
                #expect(names == ["sale", "sale-2", "sale-3", "sale-4", "sale-5"])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `a page that is too long is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                try await refused("INVALID_FIELD") {
                    _ = try await waiting.admin.listRooms(ListRoomsRequest(pageSize: 501))
                }
            }
        }
    }
}
