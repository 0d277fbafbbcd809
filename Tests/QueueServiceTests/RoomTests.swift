import Database
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct RoomTests {
    @Test(arguments: Engine.available)
    func `repeated CreateRoom creates one room`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let request = CreateRoomRequest(name: "other", limits: RoomLimits(activeLimit: 5, ratePerSecond: 7))
            let first = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(2))).room!
            #expect(first.limits?.activeLimit == 5 && first.limits?.ratePerSecond == 7)
            #expect(first.limits?.readyMs == 60_000 && first.limits?.idleMs == 300_000)
            #expect(first.limits?.hardLimitMs == 900_000 && first.state == .scheduled)
            let again = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(2))).room
            #expect(again == first)
            try await refused("NAME_TAKEN") {
                _ = try await waiting.admin.createRoom(request, .init(requestID: .numbered(3)))
            }
            let renamed = CreateRoomRequest(name: "third")
            try await refused("REQUEST_ID_TAKEN") {
                _ = try await waiting.admin.createRoom(renamed, .init(requestID: .numbered(2)))
            }
            let wider = CreateRoomRequest(name: "other", limits: RoomLimits(activeLimit: 6, ratePerSecond: 7))
            try await refused("REQUEST_ID_TAKEN") {
                _ = try await waiting.admin.createRoom(wider, .init(requestID: .numbered(2)))
            }
            let configure = ConfigureRoomRequest(roomID: first.roomID, limits: wider.limits)
            _ = try await waiting.admin.configureRoom(configure)
            let changed = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(2))).room
            #expect(changed?.limits?.activeLimit == 6)
            try await refused("REQUEST_ID_MISSING") { _ = try await waiting.admin.createRoom(renamed) }
        }
    }

    @Test(arguments: Engine.available) func `of two simultaneous rooms with one name, one is created`(engine: Engine)
        async throws
    {
        try await Waiting.with(engine) { waiting in
            let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 10..<20 as Range<UInt64> {
                    let admin = waiting.admin
                    group.addTask {
                        let request = CreateRoomRequest(name: "rush")
                        return (try? await admin.createRoom(request, CallOptions(requestID: .numbered(number)))) != nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(made == 1)
            #expect(try await waiting.admin.listRooms(ListRoomsRequest()).rooms.count == 2)
        }
    }

    @Test(arguments: Engine.available) func `a value out of range is refused with its field`(engine: Engine)
        async throws
    {
        try await Waiting.with(engine) { waiting in
            let bad = [
                CreateRoomRequest(name: "No Name"),
                CreateRoomRequest(name: "x", limits: RoomLimits(activeLimit: 2_000_000)),
                CreateRoomRequest(name: "x", limits: RoomLimits(idleMs: 10)),
                CreateRoomRequest(name: "x", times: RoomTimes(joinsAt: 20, opensAt: 10)),
            ]
            for (request, field) in zip(bad, ["name", "limits.active_limit", "limits.idle_ms", "times.opens_at"]) {
                let failure = await #expect(throws: RPCFailure.self) {
                    _ = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(9)))
                }
                #expect(failure?.code == .invalidArgument && failure?.message.hasPrefix(field) == true)
            }
        }
    }

    @Test(arguments: Engine.available) func `only operators run a room`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let room = waiting.room
            #expect(try await waiting.admin.pauseRoom(PauseRoomRequest(roomID: room)).room?.state == .paused)
            #expect(try await waiting.admin.openRoom(OpenRoomRequest(roomID: room)).room?.state == .open)
            #expect(try await waiting.admin.drainRoom(DrainRoomRequest(roomID: room)).room?.state == .draining)
            #expect(try await waiting.admin.closeRoom(CloseRoomRequest(roomID: room)).room?.state == .closed)
            #expect(try await waiting.admin.closeRoom(CloseRoomRequest(roomID: room)).room?.state == .closed)
            let configure = ConfigureRoomRequest(roomID: room, limits: RoomLimits(activeLimit: 2))
            try await refused("ROOM_CLOSED") { _ = try await waiting.admin.configureRoom(configure) }
            try await refused("ROOM_CLOSED") { _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: room)) }
            for caller in [TestCaller.alice, .service] {
                let client = waiting.client(of: caller)
                try await refused("ROLE_NOT_ALLOWED") { _ = try await client.pauseRoom(PauseRoomRequest(roomID: room)) }
            }
            try await refused("ROOM_NOT_FOUND") {
                _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: nobodysID))
            }
            try await refused("ROOM_NOT_FOUND") {
                _ = try await waiting.admin.showRoom(ShowRoomRequest(roomID: nobodysID))
            }
            try await refused("ID_INVALID") { _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: [1])) }
        }
    }

    @Test(arguments: Engine.available)
    func `an operator call sent twice at once takes effect once`(engine: Engine) async throws {
        try await Waiting.with(engine, instances: engine == .postgreSQL ? 2 : 1) { waiting in
            let instances = waiting.service.instances.count
            let calls = (0..<8).map { waiting.client(of: .operator, instance: $0 % instances) }
            let limits = RoomLimits(activeLimit: 3, ratePerSecond: 5)
            let room = waiting.room
            /// The answer that all get.
            func all(
                _ call: @escaping @Sendable (QueueClient) async throws -> RoomSummary?
            ) async throws -> RoomSummary? {
                let answers = try await withThrowingTaskGroup(of: RoomSummary?.self) { group in
                    for client in calls { group.addTask { try await call(client) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0 == answers[0] })
                return answers[0]
            }
            let made = try await all {
                let request = CreateRoomRequest(name: "rush", limits: limits)
                return try await $0.createRoom(request, CallOptions(requestID: .numbered(2))).room
            }
            #expect(made?.limits?.activeLimit == 3)
            let configured = try await all {
                try await $0.configureRoom(ConfigureRoomRequest(roomID: room, limits: limits)).room
            }
            #expect(configured?.limits?.ratePerSecond == 5)
            let paused = try await all { try await $0.pauseRoom(PauseRoomRequest(roomID: room)).room }
            let open = try await all { try await $0.openRoom(OpenRoomRequest(roomID: room)).room }
            let draining = try await all { try await $0.drainRoom(DrainRoomRequest(roomID: room)).room }
            let closed = try await all { try await $0.closeRoom(CloseRoomRequest(roomID: room)).room }
            #expect([paused, open, draining, closed].map { $0?.state } == [.paused, .open, .draining, .closed])
        }
    }

    @Test(arguments: Engine.available)
    func `a scheduled room can be neither paused nor drained`(engine: Engine) async throws {
        let noon = Timestamp.noon.milliseconds
        try await Waiting.with(engine, times: RoomTimes(joinsAt: noon + 1000, opensAt: noon + 2000)) { waiting in
            let (pause, drain) = (PauseRoomRequest(roomID: waiting.room), DrainRoomRequest(roomID: waiting.room))
            try await refused("ROOM_SCHEDULED") { _ = try await waiting.admin.pauseRoom(pause) }
            try await refused("ROOM_SCHEDULED") { _ = try await waiting.admin.drainRoom(drain) }
            try await refused("ROOM_NOT_OPEN") { try await waiting.join(.alice, request: 10) }
            waiting.service.clock.advance(by: .seconds(1))
            #expect(try await waiting.admin.pauseRoom(pause).room?.state == .paused)
        }
    }

    @Test(arguments: Engine.available)
    func `limits change while users wait, times only before the room opens`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let places = try await [waiting.join(.alice, request: 10), waiting.join(.bob, request: 11)]
            #expect(places.map(\.state) == [.admitted, .waiting])
            let wider = ConfigureRoomRequest(roomID: waiting.room, limits: RoomLimits(activeLimit: 2))
            #expect(try await waiting.admin.configureRoom(wider).room?.limits?.activeLimit == 2)
            try await waiting.service.run("settlement")
            #expect(try await waiting.show(.bob, places[1]).state == .admitted)
            let tooWide = ConfigureRoomRequest(roomID: waiting.room, limits: RoomLimits(activeLimit: 1_000_001))
            try await refused("OUT_OF_RANGE") { _ = try await waiting.admin.configureRoom(tooWide) }
            let later = ConfigureRoomRequest(roomID: waiting.room, times: RoomTimes(opensAt: 99))
            try await refused("ROOM_HAS_OPENED") { _ = try await waiting.admin.configureRoom(later) }
        }
    }

    @Test(arguments: Engine.available)
    func `a room that is closed with nobody inside ends the places of those who wait`(engine: Engine) async throws {
        let noon = Timestamp.noon.milliseconds
        try await Waiting.with(engine, times: RoomTimes(joinsAt: noon, opensAt: noon + 10_000)) { waiting in
            try await waiting.join(.alice, request: 10)
            try await waiting.join(.bob, request: 11)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            waiting.service.clock.advance(by: .seconds(1))
            try await waiting.service.run("settlement")
            let states = try await waiting.service.instances[0].database.read { reader in
                try reader.rows("select state, ended_at from place") { row in
                    [try row.int64(0), try row.timestamp(1).milliseconds]
                }
            }
            #expect(states == [[6, noon + 1000], [6, noon + 1000]])
        }
    }

    @Test(arguments: Engine.available)
    func `a room that is drained with nobody in it is closed`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            _ = try await waiting.admin.drainRoom(DrainRoomRequest(roomID: waiting.room))
            try await waiting.service.run("settlement")
            let found = try await waiting.admin.findRoom(FindRoomRequest(roomID: waiting.room))
            #expect(found.room?.state == .closed)
        }
    }

    @Test(arguments: Engine.available) func `anyone finds a room by its name`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let anybody = QueueClient(waiting.service.client(of: nil))
            #expect(try await anybody.findRoom(FindRoomRequest(name: "sale")).room?.roomID == waiting.room)
            try await refused("ROOM_NOT_FOUND") { _ = try await anybody.findRoom(FindRoomRequest(name: "sole")) }
            let byID = try await anybody.findRoom(FindRoomRequest(roomID: waiting.room))
            #expect(byID.room?.name == "sale")
            try await refused("ROOM_NOT_FOUND") {
                _ = try await anybody.findRoom(FindRoomRequest(roomID: Array(repeating: 7, count: 16)))
            }
        }
    }

    @Test(arguments: Engine.available) func `rooms are listed in pages`(engine: Engine) async throws {
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
            try await refused("OUT_OF_RANGE") { _ = try await waiting.admin.listRooms(ListRoomsRequest(pageSize: 501)) }
        }
    }

    @Test(arguments: Engine.available) func `ShowRoom returns counts, rates and waits`(engine: Engine) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 2)) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.join(.bob, request: 11)
            let carol = try await waiting.join(.user(1), request: 12)
            _ = try await waiting.join(.user(2), request: 13)
            _ = try await waiting.renew(.alice, alice)
            try await waiting.pass(.seconds(60))
            _ = try await waiting.leave(.user(1), carol)
            let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
            #expect(shown.joinedCount == 4 && shown.activeCount == 1 && shown.lapsedCount == 1 && shown.leftCount == 1)
            #expect(shown.waitingCount == 1 && shown.admittedCount == 0 && shown.noShowCount == 1)
            #expect(shown.waitP50Ms == 0 && shown.waitP90Ms == 60_000)
        }
    }

    @Test(arguments: Engine.available) func `a room opens at its time`(engine: Engine) async throws {
        let noon = Timestamp.noon.milliseconds
        try await Waiting.with(engine, times: RoomTimes(joinsAt: noon + 5000, opensAt: noon + 10_000)) { waiting in
            try await refused("ROOM_NOT_OPEN") { try await waiting.join(.alice, request: 10) }
            try await waiting.pass(.seconds(5))
            let place = try await waiting.join(.alice, request: 10)
            #expect(place.state == .waiting && place.roomState == .preQueue && place.opensAt == noon + 10_000)
            try await waiting.pass(.seconds(5))
            let shown = try await waiting.show(.alice, place)
            #expect(shown.state == .admitted && shown.roomState == .open)
        }
    }
}
