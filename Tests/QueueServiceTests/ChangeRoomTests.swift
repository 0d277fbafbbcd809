import Database
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ChangeRoomTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `an operator pauses, opens, drains and closes a room`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let (admin, room) = (waiting.admin, waiting.room)
                let paused = try await admin.pauseRoom(PauseRoomRequest(roomID: room)).room
                let open = try await admin.openRoom(OpenRoomRequest(roomID: room)).room
                let draining = try await admin.drainRoom(DrainRoomRequest(roomID: room)).room
                let closed = try await admin.closeRoom(CloseRoomRequest(roomID: room)).room
                #expect([paused, open, draining, closed].map { $0.state } == [.paused, .open, .draining, .closed])
            }
        }

        @Test(arguments: Engine.available)
        func `limits change while users wait`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let places = try await [waiting.join(.alice, request: 10), waiting.join(.bob, request: 11)]
                #expect(places.map(\.state) == [.admitted, .waiting])
                let wider = ConfigureRoomRequest(roomID: waiting.room, limits: RoomLimits(activeLimit: 2))
                #expect(try await waiting.admin.configureRoom(wider).room.limits.activeLimit == 2)
                try await waiting.service.run("settlement")
                #expect(try await waiting.show(.bob, places[1]).state == .admitted)
            }
        }

        @Test(arguments: Engine.available) func `a closed room notifies every user and revokes the rows`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                _ = try await waiting.renew(.alice, alice)
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
                for (caller, place) in [(TestCaller.alice, alice), (.bob, bob)] {
                    let shown = try await waiting.show(caller, place)
                    #expect(
                        shown.state == .revoked && shown.roomState == .closed && shown.reason == "the room was closed")
                }
                try await refused("PLACE_REVOKED") { _ = try await waiting.renew(.alice, alice) }
                try await waiting.service.run("settlement")
                let room = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(room.revokedCount == 2 && room.activeCount == 0 && room.waitingCount == 0)
            }
        }

        @Test(arguments: Engine.available)
        func `a room that is closed with no user inside ends the waiting places`(engine: Engine) async throws {
            let noon = Timestamp.noon
            try await Waiting.with(engine, times: RoomTimes(joinsAt: noon, opensAt: noon + .seconds(10))) { waiting in
                try await waiting.join(.alice, request: 10)
                try await waiting.join(.bob, request: 11)
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
                waiting.service.clock.advance(by: .seconds(1))
                try await waiting.service.run("settlement")
                let states = try await waiting.service.instances[0].database.read { reader in
                    try reader.rows("select state, ended_at from place") { row in
                        (try row.int64(0), try row.timestamp(1))
                    }
                }
                #expect(states.count == 2 && states.allSatisfy { $0 == (6, noon + .seconds(1)) })
            }
        }

        @Test(arguments: Engine.available)
        func `a drained room without users is closed`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                _ = try await waiting.admin.drainRoom(DrainRoomRequest(roomID: waiting.room))
                try await waiting.service.run("settlement")
                let found = try await waiting.admin.findRoom(FindRoomRequest(roomID: waiting.room))
                #expect(found.room.state == .closed)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `limits out of range are refused, and so are times of a room that has opened`(engine: Engine) async throws
        {
            try await Waiting.with(engine) { waiting in
                let tooWide = ConfigureRoomRequest(roomID: waiting.room, limits: RoomLimits(activeLimit: 1_000_001))
                let failure = await #expect(throws: RPCFailure.self) {
                    try await waiting.admin.configureRoom(tooWide)
                }
                #expect(failure?.reason == "INVALID_FIELD" && failure?.code == .invalidArgument)
                let violation = FieldViolation(
                    field: "limits.active_limit", rule: "must be 1 to 1000000, or 0 for no limit", got: "1000001")
                #expect(failure?.violation == violation)
                let later = ConfigureRoomRequest(roomID: waiting.room, times: RoomTimes(opensAt: .noon))
                try await refused("ROOM_HAS_OPENED") { _ = try await waiting.admin.configureRoom(later) }
            }
        }

        @Test(arguments: Engine.available)
        func `a closed room is refused, and so is an unknown one`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let admin = waiting.admin
                _ = try await admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
                let configure = ConfigureRoomRequest(roomID: waiting.room, limits: RoomLimits(activeLimit: 2))
                try await refused("ROOM_CLOSED") { _ = try await admin.configureRoom(configure) }
                for (room, reason) in [(waiting.room, "ROOM_CLOSED"), (.unknown, "ROOM_UNKNOWN")] {
                    try await refused(reason) { _ = try await admin.openRoom(OpenRoomRequest(roomID: room)) }
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a scheduled room can be neither paused nor drained`(engine: Engine) async throws {
            let noon = Timestamp.noon
            let times = RoomTimes(joinsAt: noon + .seconds(1), opensAt: noon + .seconds(2))
            try await Waiting.with(engine, times: times) { waiting in
                let (pause, drain) = (PauseRoomRequest(roomID: waiting.room), DrainRoomRequest(roomID: waiting.room))
                try await refused("ROOM_SCHEDULED") { _ = try await waiting.admin.pauseRoom(pause) }
                try await refused("ROOM_SCHEDULED") { _ = try await waiting.admin.drainRoom(drain) }
                try await refused("ROOM_NOT_OPEN") { try await waiting.join(.alice, request: 10) }
                waiting.service.clock.advance(by: .seconds(1))
                #expect(try await waiting.admin.pauseRoom(pause).room.state == .paused)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated change gets the same answer`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let (admin, room) = (waiting.admin, waiting.room)
                let limits = RoomLimits(activeLimit: 3)
                for _ in 1...2 {
                    let configured = try await admin.configureRoom(ConfigureRoomRequest(roomID: room, limits: limits))
                        .room
                    #expect(configured.limits.activeLimit == 3)
                }
                for _ in 1...2 {
                    #expect(try await admin.pauseRoom(PauseRoomRequest(roomID: room)).room.state == .paused)
                }
                for _ in 1...2 { #expect(try await admin.openRoom(OpenRoomRequest(roomID: room)).room.state == .open) }
                for _ in 1...2 {
                    #expect(try await admin.drainRoom(DrainRoomRequest(roomID: room)).room.state == .draining)
                }
                for _ in 1...2 {
                    #expect(try await admin.closeRoom(CloseRoomRequest(roomID: room)).room.state == .closed)
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates take effect once`(engine: Engine) async throws {
            try await Waiting.with(engine, instances: engine.instances) { waiting in
                let room = waiting.room
                let limits = RoomLimits(activeLimit: 3, ratePerSecond: 5)
                let configured = try await waiting.sameAnswer {
                    try await $0.configureRoom(ConfigureRoomRequest(roomID: room, limits: limits)).room
                }
                #expect(configured.limits.ratePerSecond == 5)
                let paused = try await waiting.sameAnswer {
                    try await $0.pauseRoom(PauseRoomRequest(roomID: room)).room
                }
                let open = try await waiting.sameAnswer { try await $0.openRoom(OpenRoomRequest(roomID: room)).room }
                let draining = try await waiting.sameAnswer {
                    try await $0.drainRoom(DrainRoomRequest(roomID: room)).room
                }
                let closed = try await waiting.sameAnswer {
                    try await $0.closeRoom(CloseRoomRequest(roomID: room)).room
                }
                #expect([paused, open, draining, closed].map { $0.state } == [.paused, .open, .draining, .closed])
            }
        }
    }
}
