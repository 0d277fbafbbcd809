import Database
import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service
import TestSupport
import Testing

@testable import QueueService

extension Waiting {
    fileprivate func alicesPass() async throws -> (bytes: [UInt8], place: QueueAPI.Place) {
        let place = try await join(.alice, request: 10)
        return (try await renew(.alice, place).pass, place)
    }
}

@Suite struct RenewTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the first renewal claims the slot, each returns a pass, and silence ends the place`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                let first = try await waiting.renew(.alice, alice)
                #expect(first.place.state == .active && first.renewAfter == .milliseconds(60_000))
                try await waiting.pass(.minutes(4))
                let second = try await waiting.renew(.alice, alice)
                #expect(second.passExpiresAt - first.passExpiresAt == .minutes(4) && second.pass != first.pass)
                try await waiting.pass(.minutes(5))
                try await refused("PLACE_LAPSED") { _ = try await waiting.renew(.alice, alice) }
                let shown = try await waiting.show(.alice, alice)
                #expect(shown.state == .lapsed && shown.reason == "silent for too long")
                #expect(try await waiting.show(.bob, bob).state == .admitted)
            }
        }

        @Test func `a pass names room, place and user, and expires after two minutes`() async throws {
            try await Waiting.with(.memory) { waiting in
                let (bytes, place) = try await waiting.alicesPass()
                let passes = Passes(waiting.service.keys)
                let pass = try passes.verify(bytes, of: .alice, at: .noon)
                #expect(pass.room == waiting.room && pass.place == place.placeID)
                #expect(pass.expiry == .noon + .minutes(2))
                #expect(throws: TokenError.expired(at: pass.expiry)) {
                    try passes.verify(bytes, of: .alice, at: .noon + .minutes(2))
                }
            }
        }

        @Test func `a pass that is forged, of another user, or signed with another key is refused`() async throws {
            try await Waiting.with(.memory) { waiting in
                let (bytes, _) = try await waiting.alicesPass()
                let passes = Passes(waiting.service.keys)
                #expect(throws: TokenError.ofAnotherUser) { try passes.verify(bytes, of: .bob, at: .noon) }
                for index in bytes.indices {
                    var forged = bytes
                    forged[index] ^= 1
                    #expect(throws: TokenError.self) { try passes.verify(forged, of: .alice, at: .noon) }
                }
                #expect(throws: TokenError.self) { try Passes(.random()).verify(bytes, of: .alice, at: .noon) }
            }
        }

        @Test func `passes of two rooms differ in the room`() async throws {
            try await Waiting.with(.memory) { waiting in
                let (bytes, _) = try await waiting.alicesPass()
                let request = CreateRoomRequest(name: "other")
                let room = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(50))).room
                    .roomID
                _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: room))
                let other = Waiting(service: waiting.service, room: room)
                let place = try await other.join(.alice, request: 51)
                let otherBytes = try await other.renew(.alice, place).pass
                let passes = Passes(waiting.service.keys)
                #expect(try passes.verify(bytes, of: .alice, at: .noon).room == waiting.room)
                #expect(try passes.verify(otherBytes, of: .alice, at: .noon).room == room)
            }
        }

        @Test func `a pass never outlives the hard limit`() async throws {
            let limits = RoomLimits(activeLimit: 1, idle: .milliseconds(60_000), hardLimit: .milliseconds(90_000))
            try await Waiting.with(.memory, limits: limits) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                #expect(try await waiting.renew(.alice, place).passExpiresAt == (.noon + .seconds(90)))
            }
        }

        @Test func `passes of an old key stay valid until they expire`() async throws {
            var keys = KeyFile.random()
            let old = Passes(keys).sign(
                Pass(
                    room: RoomID(high: 1, low: 1), place: PlaceID(high: 1, low: 1), user: .alice,
                    expiry: .noon + .minutes(2)))
            let before = keys.ids(of: .auth)
            try keys.promote(keys.stage(.auth), of: .auth)
            try await TestService.with(.queue, on: .memory, keys: keys) { service in
                let admin = QueueClient(service.client(of: .operator))
                let room = try await admin.createRoom(
                    CreateRoomRequest(name: "sale"), CallOptions(requestID: .numbered(1))
                )
                .room
                _ = try await admin.openRoom(OpenRoomRequest(roomID: room.roomID))
                let waiting = Waiting(service: service, room: room.roomID)
                let (new, _) = try await waiting.alicesPass()
                let passes = Passes(keys)
                _ = try passes.verify(old, of: .alice, at: .noon + .seconds(119))
                _ = try passes.verify(new, of: .alice, at: .noon)
                var without = keys
                try without.drop(before[0], of: .auth)
                _ = try Passes(without).verify(new, of: .alice, at: .noon)
                #expect(throws: TokenError.unknownKey(before[0])) {
                    try Passes(without).verify(old, of: .alice, at: .noon)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a pass lives two minutes from now, also after the clock was set back`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                _ = try await waiting.renew(.alice, alice)
                waiting.service.clock.step(to: .noon - .hours(1))
                let renewed = try await waiting.renew(.alice, alice)
                #expect(renewed.passExpiresAt == (Timestamp.noon - .hours(1) + .minutes(2)))
                #expect(renewed.renewAfter == .milliseconds(60_000))
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a waiting place is refused, and so is a place of another user`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                try await refused("PLACE_WAITING") { _ = try await waiting.renew(.bob, bob) }
                try await refused("PLACE_UNKNOWN") { _ = try await waiting.renew(.bob, alice) }
            }
        }

        @Test(arguments: Engine.available)
        func `an unknown place is refused, and so is a place of an unknown room`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                for request in [
                    RenewRequest(roomID: waiting.room, placeID: .unknown),
                    RenewRequest(roomID: .unknown, placeID: alice.placeID),
                ] {
                    let client = waiting.client(of: .alice)
                    try await refused("PLACE_UNKNOWN") { _ = try await client.renew(request) }
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated renewal returns the same pass`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let first = try await waiting.renew(.alice, alice)
                let again = try await waiting.renew(.alice, alice)
                #expect(again.pass == first.pass && again.place.state == .active)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available) func `two simultaneous renewals both return a pass`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let states = try await withThrowingTaskGroup(of: PlaceState?.self) { group in
                    for _ in 0..<8 { group.addTask { try await waiting.renew(.alice, alice).place.state } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(states == Array(repeating: .active, count: 8))
                #expect(try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room)).activeCount == 1)
            }
        }

        @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
        func `an answered renewal stays valid, even if the room was about to lapse the place`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine, instances: 2) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                _ = try await waiting.renew(.alice, alice)
                let id = waiting.room
                let place = alice.placeID
                // The clock of one instance is past the deadline, the other one's is not.
                let late = Timestamp.noon + .minutes(5)
                try await between(waiting.service.instances[0].database) { tx, stop in
                    var room = try RoomTable.lock(id, tx)
                    let due = try PlaceTable.due(in: id, at: late, limit: 10, tx)
                    stop()
                    for place in room.settle(due: due.readable, waiting: [], now: late) {
                        try PlaceTable.save(place, was: .active, in: id, tx)
                    }
                    try RoomTable.save(room, tx)
                } others: {
                    let request = RenewRequest(roomID: waiting.room, placeID: alice.placeID)
                    waiting.service.clock.advance(by: .seconds(4))
                    _ = try await waiting.client(of: .alice, instance: 1).renew(request)
                }
                let shown = try await waiting.show(.alice, alice)
                #expect(shown.state == .active)
                #expect(shown.lapsesAt == (late + .seconds(4)))
                let kept = try await waiting.service.instances[0].database.read {
                    try PlaceTable.find(place, in: id, $0)
                }
                #expect(kept?.state == .active)
            }
        }

        @Test func `a renewal that was read before the deadlines moved runs again`() async throws {
            let limits = RoomLimits(activeLimit: 1, idle: .milliseconds(60_000), hardLimit: .milliseconds(90_000))
            try await Waiting.with(.postgreSQL, instances: 2, limits: limits) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                _ = try await waiting.renew(.alice, alice)
                try await waiting.pass(.seconds(50))
                let id = waiting.room
                let renewal = RenewRequest(roomID: waiting.room, placeID: alice.placeID)
                try await HeldRows.with(waiting.service.instances[0].database) { tx in
                    try PlaceTable.shiftDeadlines(in: id, by: .hours(1), tx)
                } while: { rows in
                    async let renewed = waiting.client(of: .alice, instance: 1).renew(renewal)
                    try await rows.waiting(1)
                    rows.release()
                    let reply = try await renewed
                    #expect(reply.place.endsAt == (.noon + .hours(1) + .seconds(90)))
                    #expect(reply.place.lapsesAt == (.noon + .seconds(110)))
                    #expect(reply.passExpiresAt == (.noon + .seconds(170)))
                }
                #expect(try await waiting.show(.alice, alice).lapsesAt == (.noon + .seconds(110)))
            }
        }

        @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
        func `waiting and ended places are answered while the room is busy`(engine: Engine) async throws {
            try await Waiting.with(engine, instances: 2) { waiting in
                try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                let gone = try await waiting.join(.user(1), request: 12)
                _ = try await waiting.leave(.user(1), gone)
                let id = waiting.room
                try await between(waiting.service.instances[0].database) { tx, stop in
                    _ = try RoomTable.lock(id, tx)
                    stop()
                } others: {
                    for (caller, place, reason) in [
                        (TestCaller.bob, bob, "PLACE_WAITING"), (.user(1), gone, "PLACE_LEFT"),
                    ] {
                        let request = RenewRequest(roomID: waiting.room, placeID: place.placeID)
                        let client = waiting.client(of: caller, instance: 1)
                        try await refused(reason) { _ = try await client.renew(request) }
                    }
                }
            }
        }
    }
}
