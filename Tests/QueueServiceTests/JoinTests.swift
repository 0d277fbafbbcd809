import Identity
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct JoinTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `joining takes the next place, and joining again returns it`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                #expect([alice.serial, bob.serial] == [1, 2])
                #expect(alice.state == .admitted && bob.state == .waiting && bob.peopleAhead == 0)
                // The retry of the same call, and another device.
                for request in [11, 12] as [UInt64] {
                    #expect(try await waiting.join(.bob, request: request).placeID == bob.placeID)
                }
                #expect(
                    try await waiting.join(.user(1), request: 13).serial == 3,
                    "a join that found a place used no serial")
            }
        }

        @Test(arguments: Engine.available)
        func `a slot that became free goes to a user who waits, not to one who joins`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                _ = try await waiting.leave(.alice, alice)
                #expect(try await waiting.join(.user(1), request: 12).state == .waiting)
                #expect(try await waiting.show(.bob, bob).state == .admitted)
            }
        }

        @Test(arguments: Engine.available)
        func `the ready time of a user who comes to an empty room begins with the join`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                waiting.service.clock.advance(by: .hours(1))
                let alice = try await waiting.join(.alice, request: 10)
                try await waiting.service.run("settlement")
                #expect(
                    try await waiting.show(.alice, alice).lapsesAt
                        == Timestamp.noon + .hours(1) + .seconds(60))
            }
        }
    }

    struct Pass {
        @Test(arguments: Engine.available)
        func `a user whom the join admits gets a pass at once, which ends with the time to come in`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let request = JoinRequest(roomID: waiting.room)
                let joined = try await waiting.client(of: .alice).join(request, CallOptions(requestID: .numbered(10)))
                #expect(joined.place.state == .admitted && joined.passExpiresAt == Timestamp.noon + .seconds(60))
                #expect(joined.renewAfter == .seconds(30))
                let keys = Passes(waiting.service.keys)
                let pass = try keys.verify(joined.pass, of: .alice, at: .noon)
                #expect(pass.room == waiting.room && pass.place == joined.place.placeID)
                // It is no claim: the slot goes to the next user after the time to come in.
                let bob = try await waiting.client(of: .bob).join(request, CallOptions(requestID: .numbered(11)))
                #expect(bob.place.state == .waiting && bob.pass.isEmpty && bob.passExpiresAt == nil)
                try await waiting.pass(.seconds(61))
                #expect(try await waiting.show(.alice, joined.place).state == .lapsed)
                let late = try await waiting.client(of: .bob).join(request, CallOptions(requestID: .numbered(11)))
                #expect(late.place.state == .admitted && !late.pass.isEmpty, "also to a repeated join")
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `a join needs a user, a request id and a room`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let request = JoinRequest(roomID: waiting.room)
                let alice = waiting.client(of: .alice)
                try await refused("REQUEST_ID_MISSING") { _ = try await alice.join(request) }
                try await refused("ROLE_NOT_ALLOWED") { try await waiting.join(.operator, request: 1) }
                let lost = JoinRequest(roomID: .unknown)
                try await refused("ROOM_UNKNOWN") {
                    _ = try await alice.join(lost, CallOptions(requestID: .numbered(1)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a user inside who joins again keeps the place`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                _ = try await waiting.renew(.alice, place)
                let again = try await waiting.join(.alice, request: 11)
                #expect(again.placeID == place.placeID && again.state == .active)
            }
        }

        @Test(arguments: Engine.available)
        func `a retry after leaving creates no second place`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                #expect(try await waiting.leave(.alice, place).state == .left)
                #expect(try await waiting.join(.alice, request: 10).state == .left)
                #expect(try await waiting.join(.alice, request: 11).serial == 2)
                try await refused("REQUEST_ID_REUSED") { try await waiting.join(.bob, request: 11) }
            }
        }

        @Test(arguments: Engine.available) func `a user keeps the place after joining has ended`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                _ = try await waiting.admin.drainRoom(DrainRoomRequest(roomID: waiting.room))
                #expect(try await waiting.join(.alice, request: 11).placeID == alice.placeID)
                try await refused("ROOM_DRAINING") { try await waiting.join(.bob, request: 12) }
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
                try await refused("ROOM_CLOSED") { try await waiting.join(.bob, request: 12) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `many users, each on two devices at once, get one place each without a gap`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let clients = (0..<60).map { waiting.client(of: .user($0 % 30)) }
                let places = try await withThrowingTaskGroup(of: QueueAPI.Place.self) { group in
                    for (number, client) in clients.enumerated() {
                        group.addTask {
                            let options = CallOptions(requestID: .numbered(UInt64(100 + number)))
                            return try await client.join(JoinRequest(roomID: waiting.room), options).place
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(places.map(\.serial).sorted() == (1...30).flatMap { [$0, $0] })
                #expect(Set(places.map(\.placeID)).count == 30)
            }
        }

        @Test func `500 users join at once through two instances, and the limits hold across them`() async throws {
            try await Waiting.with(.postgreSQL, instances: 2, limits: RoomLimits(activeLimit: 20, ratePerSecond: 200)) {
                waiting in
                let clients = (0..<50).map { waiting.service.client(of: nil, instance: $0 % 2) }
                let serials = try await withThrowingTaskGroup(of: Int64.self) { group in
                    for number in 0..<500 {
                        group.addTask {
                            let options = CallOptions(
                                timeout: .minutes(1), requestID: .numbered(UInt64(1000 + number)),
                                credential: TestCaller.user(number).credential(waiting.service.keys))
                            let reply = try await QueueClient(clients[number % 50]).join(
                                JoinRequest(roomID: waiting.room), options)
                            return reply.place.serial
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(serials.sorted() == Array(1...500))
                // Both instances settle the room at the same time.
                for _ in 0..<20 {
                    waiting.service.clock.advance(by: .milliseconds(100))
                    async let first: Void = waiting.service.instances[0].run("settlement")
                    async let second: Void = waiting.service.instances[1].run("settlement")
                    _ = try await (first, second)
                    let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                    #expect(shown.admittedCount + shown.activeCount <= 20)
                }
                let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(shown.admittedCount == 20 && shown.waitingCount == 480)
            }
        }
    }
}
