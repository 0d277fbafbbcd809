import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct FindRoomTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `every caller finds a room by its name or id`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let anyone = QueueClient(waiting.service.client(of: nil))
                let byName = try await anyone.findRoom(FindRoomRequest(name: "sale")).room
                let byID = try await anyone.findRoom(FindRoomRequest(roomID: waiting.room)).room
                #expect(byName.roomID == waiting.room && byID == byName)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `an unknown name or id is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let anyone = QueueClient(waiting.service.client(of: nil))
                for request in [FindRoomRequest(name: "sole"), FindRoomRequest(roomID: .unknown)] {
                    try await refused("ROOM_UNKNOWN") { _ = try await anyone.findRoom(request) }
                }
            }
        }
    }
}
