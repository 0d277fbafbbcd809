import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ShowHistoryTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `an operator sees the steps of a place with their times`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                try await waiting.pass(.seconds(2))
                _ = try await waiting.renew(.alice, alice)
                try await waiting.pass(.seconds(2))
                _ = try await waiting.revoke(alice, because: "touts")
                let request = ShowHistoryRequest(roomID: waiting.room, placeID: alice.placeID)
                let history = try await waiting.admin.showHistory(request)
                #expect(history.userID == UserID.alice && history.serial == 1)
                #expect(history.events.map(\.state) == [.waiting, .admitted, .active, .revoked])
                #expect(history.events.map { ($0.at - .noon).milliseconds } == [0, 0, 2000, 4000])
                #expect(history.events.last?.reason == "touts")
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `an unknown place is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let lost = ShowHistoryRequest(roomID: waiting.room, placeID: .unknown)
                try await refused("PLACE_UNKNOWN") { _ = try await waiting.admin.showHistory(lost) }
            }
        }
    }
}
