import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ShowRoomTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `an operator sees counts, rates and waits`(engine: Engine) async throws
        {
            try await Waiting.with(engine, limits: RoomLimits(activeLimit: 2)) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                _ = try await waiting.join(.bob, request: 11)
                let carol = try await waiting.join(.user(1), request: 12)
                _ = try await waiting.join(.user(2), request: 13)
                _ = try await waiting.renew(.alice, alice)
                try await waiting.pass(.seconds(60))
                _ = try await waiting.leave(.user(1), carol)
                let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(
                    shown.joinedCount == 4 && shown.activeCount == 1 && shown.lapsedCount == 1 && shown.leftCount == 1)
                #expect(shown.waitingCount == 1 && shown.admittedCount == 0 && shown.noShowCount == 1)
                #expect(shown.waitP50 == .milliseconds(0) && shown.waitP90 == .milliseconds(60_000))
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `an unknown room is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                try await refused("ROOM_UNKNOWN") {
                    _ = try await waiting.admin.showRoom(ShowRoomRequest(roomID: .unknown))
                }
            }
        }
    }
}
