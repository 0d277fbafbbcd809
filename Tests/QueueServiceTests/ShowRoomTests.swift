import Database
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

    struct Races {
        @Test(arguments: Engine.available)
        func `the counts need no place, and are the same through every instance`(engine: Engine) async throws {
            let limits = RoomLimits(activeLimit: 6)
            try await Waiting.with(engine, instances: engine.instances, limits: limits) { waiting in
                let count = waiting.service.instances.count
                var places: [QueueAPI.Place] = []
                for number in 0..<8 {
                    let request = UInt64(100 + number)
                    places.append(try await waiting.join(.user(number), request: request, instance: number % count))
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, place) in places.prefix(4).enumerated() {
                        group.addTask {
                            let client = waiting.client(of: .user(number), instance: number % count)
                            _ = try await client.renew(RenewRequest(roomID: waiting.room, placeID: place.placeID))
                        }
                    }
                    try await group.waitForAll()
                }
                // A repeated claim is a renewal, and writes the place again only after some time.
                waiting.service.clock.advance(by: .seconds(1))
                _ = try await waiting.renew(.user(0), places[0])
                #expect(try await waiting.finish(places[0]) == .finished)
                #expect(try await waiting.revoke(places[1], because: "test") == .revoked)
                #expect(try await waiting.leave(.user(4), places[4]).state == .left)
                #expect(try await waiting.leave(.user(7), places[7]).state == .left)
                try await waiting.service.instances[0].database.transaction { tx in
                    try tx.execute("delete from place")
                }
                for instance in 0..<count {
                    let client = waiting.client(of: .operator, instance: instance)
                    let shown = try await client.showRoom(ShowRoomRequest(roomID: waiting.room))
                    #expect(shown.joinedCount == 8 && shown.waitingCount == 1)
                    #expect(shown.admittedCount == 1 && shown.activeCount == 2)
                    #expect(shown.finishedCount == 1 && shown.leftCount == 2)
                    #expect(shown.revokedCount == 1 && shown.lapsedCount == 0 && shown.noShowCount == 0)
                }
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
