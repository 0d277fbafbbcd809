import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import TestSupport
import Testing

@testable import QueueService

@Suite struct SetWaitingLimitTests {
    /// Joins as user `number`. Returns nil if the room is full.
    private static func join(_ waiting: Waiting, _ number: Int) async throws -> QueueAPI.Place? {
        do {
            return try await waiting.join(.user(number), request: UInt64(100 + number))
        } catch let failure as RPCFailure where failure.reason == "ROOM_FULL" {
            return nil
        }
    }

    private static func limit(_ waiting: Waiting, to limit: UInt32) async throws -> QueueAPI.Room {
        let request = SetWaitingLimitRequest(roomID: waiting.room, waitingLimit: limit)
        return try await waiting.admin.setWaitingLimit(request).room
    }

    struct Accepts {
        @Test(arguments: Engine.available)
        func `as many users wait as the limit allows, and a place that becomes free goes to the next one`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                #expect(try await limit(waiting, to: 2).waitingLimit == 2)
                // The first one is admitted and does not wait.
                var places: [QueueAPI.Place] = []
                for number in 0..<3 { places.append(try #require(try await join(waiting, number))) }
                #expect(places.map(\.state) == [.admitted, .waiting, .waiting])
                #expect(try await join(waiting, 3) == nil)
                // A user who waits gives up.
                _ = try await waiting.leave(.user(2), places[2])
                #expect(try await join(waiting, 3)?.serial == 4, "a refused join used no serial")
                #expect(try await join(waiting, 4) == nil)
                // A user is admitted.
                _ = try await waiting.leave(.user(0), places[0])
                try await waiting.service.run("settlement")
                #expect(try await join(waiting, 4)?.state == .waiting)
                #expect(try await join(waiting, 5) == nil)
                // A user is revoked.
                let last = try #require(try await join(waiting, 4))
                #expect(try await waiting.revoke(last, because: "test") == .revoked)
                #expect(try await join(waiting, 5) != nil)
                #expect(try await join(waiting, 6) == nil)
                #expect(try await limit(waiting, to: 0).waitingLimit == 0)
                #expect(try await join(waiting, 6) != nil)
            }
        }

        @Test(arguments: Engine.available)
        func `a limit below the number of users who wait ends no place`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                for number in 0..<4 { _ = try await join(waiting, number) }
                _ = try await limit(waiting, to: 1)
                let place = try #require(try await join(waiting, 3), "users in the line keep their places")
                #expect(place.state == .waiting)
                #expect(try await join(waiting, 4) == nil)
            }
        }

        @Test(arguments: Engine.available)
        func `a client of an earlier version that configures the room keeps the limit and the message`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                _ = try await limit(waiting, to: 7)
                _ = try await waiting.admin.setRoomMessage(
                    SetRoomMessageRequest(roomID: waiting.room, message: "Hello"))
                // As be9f464 sends it: all limits, and no other field.
                let request = ConfigureRoomRequest(
                    roomID: waiting.room,
                    limits: RoomLimits(
                        activeLimit: 5, ratePerSecond: 0, ready: .minutes(1), idle: .minutes(5),
                        hardLimit: .minutes(15)))
                let room = try await waiting.admin.configureRoom(request).room
                #expect(room.limits.activeLimit == 5 && room.waitingLimit == 7 && room.message == "Hello")
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a full room says when to try again, at different times for different users`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                _ = try await limit(waiting, to: 1)
                for number in 0..<2 { _ = try await join(waiting, number) }
                var waits: Set<Duration> = []
                for number in 2..<10 {
                    let failure = await #expect(throws: RPCFailure.self) {
                        try await waiting.join(.user(number), request: UInt64(100 + number))
                    }
                    #expect(failure?.reason == "ROOM_FULL" && failure?.code == .resourceExhausted)
                    let wait = try #require(failure?.retryAfter)
                    #expect(wait >= .milliseconds(500) && wait <= .seconds(60))
                    waits.insert(wait)
                }
                #expect(waits.count > 1)
            }
        }

        @Test(arguments: Engine.available)
        func `a limit out of range, an unknown room and a closed one are refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                try await refused("INVALID_FIELD") { _ = try await limit(waiting, to: 10_000_001) }
                try await refused("ROOM_UNKNOWN") {
                    _ = try await waiting.admin.setWaitingLimit(SetWaitingLimitRequest(roomID: .unknown))
                }
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
                try await refused("ROOM_CLOSED") { _ = try await limit(waiting, to: 1) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated join finds the place in a full room`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                _ = try await limit(waiting, to: 1)
                for number in 0..<2 { _ = try await join(waiting, number) }
                let place = try #require(try await join(waiting, 1))
                #expect(place.serial == 2)
                _ = try await waiting.leave(.user(1), place)
                _ = try #require(try await join(waiting, 3))
                #expect(try await join(waiting, 1)?.state == .left, "the answer to the first request")
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `users who join at once through every instance never exceed the limit`(engine: Engine) async throws {
            try await Waiting.with(engine, instances: engine.instances) { waiting in
                _ = try await limit(waiting, to: 20)
                let count = waiting.service.instances.count
                let states = try await withThrowingTaskGroup(of: PlaceState?.self) { group in
                    for number in 0..<60 {
                        group.addTask {
                            do {
                                return try await waiting.join(
                                    .user(number), request: UInt64(100 + number), instance: number % count
                                ).state
                            } catch let failure as RPCFailure where failure.reason == "ROOM_FULL" {
                                return nil
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(states.count { $0 == .waiting } == 20 && states.count { $0 == .admitted } == 1)
                let stored = try await waiting.service.instances[0].database.read { reader in
                    try RoomTable.require(waiting.room, reader).waiting
                }
                #expect(stored == 20)
            }
        }
    }
}
