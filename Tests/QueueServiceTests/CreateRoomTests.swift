import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct CreateRoomTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a room is scheduled, with its limits and the defaults`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let room = try await waiting.create("other", RoomLimits(activeLimit: 5, ratePerSecond: 7))
                #expect(room.limits.activeLimit == 5 && room.limits.ratePerSecond == 7)
                #expect(room.limits.ready == .milliseconds(60_000) && room.limits.idle == .milliseconds(300_000))
                #expect(room.limits.hardLimit == .milliseconds(900_000) && room.state == .scheduled)
            }
        }

        @Test(arguments: Engine.available)
        func `a new room gets the name of a closed one, which keeps its id`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let old = try await waiting.create("spring", request: 31)
                try await refused("NAME_TAKEN") { try await waiting.create("spring", request: 32) }
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: old.roomID))
                let new = try await waiting.create("spring", request: 32)
                #expect(new.roomID != old.roomID && new.state == .scheduled)
                #expect(try await waiting.admin.findRoom(FindRoomRequest(name: "spring")).room == new)
                let closed = try await waiting.admin.findRoom(FindRoomRequest(roomID: old.roomID)).room
                #expect(closed.name == "spring" && closed.state == .closed)
                #expect(try await waiting.create("spring", request: 31) == closed)
                try await refused("NAME_TAKEN") { try await waiting.create("spring", request: 33) }
            }
        }

        @Test func `names of one and of 64 characters are accepted`() async throws {
            try await Waiting.with(.memory) { waiting in
                for (number, name) in ["a", "sale-2026", String(repeating: "a", count: 64)].enumerated() {
                    let room = try await waiting.create(name, request: UInt64(20 + number))
                    #expect(room.name == name)
                }
            }
        }
    }

    struct Refuses {
        @Test(arguments: ["", "1st", "Sale", "a_b", "a b", String(repeating: "a", count: 65), "ü"])
        func `an invalid name is refused`(name: String) async throws {
            try await Waiting.with(.memory) { waiting in
                try await refused("INVALID_FIELD") { try await waiting.create(name) }
            }
        }

        @Test(arguments: Engine.available) func `a value out of range is refused with its field`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let bad = [
                    CreateRoomRequest(name: "No Name"),
                    CreateRoomRequest(name: "x", limits: RoomLimits(activeLimit: 2_000_000)),
                    CreateRoomRequest(name: "x", limits: RoomLimits(idle: .milliseconds(10))),
                    CreateRoomRequest(name: "x", times: RoomTimes(joinsAt: .noon, opensAt: .noon - .seconds(1))),
                ]
                for (request, field) in zip(bad, ["name", "limits.active_limit", "limits.idle_ms", "times.opens_at"]) {
                    let failure = await #expect(throws: RPCFailure.self) {
                        _ = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(9)))
                    }
                    #expect(failure?.code == .invalidArgument && failure?.message.hasPrefix(field) == true)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a taken name is refused, and so is a request without id`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                try await refused("NAME_TAKEN") { try await waiting.create("sale") }
                try await refused("REQUEST_ID_MISSING") {
                    _ = try await waiting.admin.createRoom(CreateRoomRequest(name: "other"))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its room as it is now, another one with its id is refused`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let limits = RoomLimits(activeLimit: 5)
                let first = try await waiting.create("other", limits)
                #expect(try await waiting.create("other", limits) == first)
                try await refused("REQUEST_ID_REUSED") { try await waiting.create("third", limits) }
                let wider = RoomLimits(activeLimit: 6)
                try await refused("REQUEST_ID_REUSED") { try await waiting.create("other", wider) }
                _ = try await waiting.admin.configureRoom(ConfigureRoomRequest(roomID: first.roomID, limits: wider))
                #expect(try await waiting.create("other", limits).limits.activeLimit == 6)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates create one room`(engine: Engine) async throws {
            try await Waiting.with(engine, instances: engine.instances) { waiting in
                let room = try await waiting.sameAnswer {
                    let request = CreateRoomRequest(name: "rush", limits: RoomLimits(activeLimit: 3))
                    return try await $0.createRoom(request, CallOptions(requestID: .numbered(2))).room
                }
                #expect(room.limits.activeLimit == 3)
            }
        }

        @Test(arguments: Engine.available) func `of two simultaneous rooms with one name, one is created`(
            engine: Engine
        )
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 10..<20 as Range<UInt64> {
                        let admin = waiting.admin
                        group.addTask {
                            let request = CreateRoomRequest(name: "rush")
                            return (try? await admin.createRoom(request, CallOptions(requestID: .numbered(number))))
                                != nil
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(made == 1)
                #expect(try await waiting.admin.listRooms(ListRoomsRequest()).rooms.count == 2)
            }
        }
    }
}
