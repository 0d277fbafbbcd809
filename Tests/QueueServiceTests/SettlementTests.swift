import Database
import Kernel
import QueueAPI
import QueueService
import RPC
import TestSupport
import Testing

/// The job that settles rooms: opening, outages, and several instances.
@Suite struct SettlementTests {
    @Test(arguments: Engine.available)
    func `time without settlements costs no user the slot`(engine: Engine) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 2)) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            _ = try await waiting.renew(.alice, alice)
            let before = (try await waiting.show(.alice, alice), try await waiting.show(.bob, bob))
            waiting.service.clock.advance(by: .hours(1))
            try await waiting.service.run("settlement")
            let after = (try await waiting.show(.alice, alice), try await waiting.show(.bob, bob))
            #expect(after.0.state == .active && after.1.state == .admitted)
            let hour = Duration.hours(1)
            #expect(
                after.0.lapsesAt == before.0.lapsesAt.map { $0 + hour }
                    && after.0.endsAt == before.0.endsAt.map { $0 + hour })
            #expect(after.1.lapsesAt == before.1.lapsesAt.map { $0 + hour })
            try await waiting.pass(.seconds(61))
            #expect(try await waiting.show(.bob, bob).state == .lapsed)
        }
    }

    @Test(arguments: Engine.available)
    func `time without settlements moves no deadline set after it`(engine: Engine) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 2)) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            _ = try await waiting.renew(.alice, alice)
            waiting.service.clock.advance(by: .seconds(6))
            // Alice renews and bob claims before any settlement.
            _ = try await waiting.renew(.alice, alice)
            _ = try await waiting.renew(.bob, bob)
            try await waiting.service.run("settlement")
            let now = Timestamp.noon + .seconds(6)
            for (caller, place) in [(TestCaller.alice, alice), (.bob, bob)] {
                let shown = try await waiting.show(caller, place)
                #expect(shown.lapsesAt == (now + .minutes(5)))
                #expect(shown.endsAt == (now + .minutes(15)))
            }
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `two instances together never exceed the rate in any second`(engine: Engine) async throws {
        let rate = 20
        let limits = RoomLimits(ratePerSecond: UInt32(rate))
        try await Waiting.with(engine, instances: 2, limits: limits) { waiting in
            var places: [QueueAPI.Place] = []
            for number in 0..<60 {
                places.append(
                    try await waiting.join(.user(number), request: UInt64(100 + number), instance: number % 2))
            }
            // Both instances settle the room, at the same moments.
            for _ in 0..<60 {
                waiting.service.clock.advance(by: .milliseconds(50))
                async let one: Void = waiting.service.instances[0].run("settlement")
                async let two: Void = waiting.service.instances[1].run("settlement")
                _ = try await (one, two)
            }
            var times: [Timestamp] = []
            for place in places {
                let request = ShowHistoryRequest(roomID: waiting.room, placeID: place.placeID)
                let events = try await waiting.admin.showHistory(request).events
                times += events.filter { $0.state == .admitted }.map(\.at)
            }
            times.sort()
            #expect(times.count > 2 * rate)
            for (index, time) in times.enumerated() {
                #expect(times[index...].prefix { $0 < time + .seconds(1) }.count <= rate)
            }
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `an instance settles the room that an ended one has settled`(engine: Engine) async throws {
        try await Waiting.with(engine, instances: 2) { waiting in
            var places: [QueueAPI.Place] = []
            for number in 0..<3 {
                places.append(try await waiting.join(.user(number), request: UInt64(100 + number)))
            }
            for _ in 0..<50 {
                waiting.service.clock.advance(by: .milliseconds(100))
                for instance in waiting.service.instances { try await instance.run("settlement") }
            }
            // From now on the first instance does nothing. Users who do not come in lose their turn.
            for _ in 0..<400 {
                waiting.service.clock.advance(by: .milliseconds(500))
                try await waiting.service.instances[1].run("settlement")
            }
            for (number, place) in places.enumerated() {
                #expect(try await waiting.show(.user(number), place, instance: 1).state != .waiting)
            }
        }
    }

    @Test(arguments: Engine.available) func `a room opens at its time`(engine: Engine) async throws {
        let noon = Timestamp.noon
        try await Waiting.with(
            engine, times: RoomTimes(joinsAt: noon + .milliseconds(5000), opensAt: noon + .milliseconds(10_000))
        ) { waiting in
            try await refused("ROOM_NOT_OPEN") { try await waiting.join(.alice, request: 10) }
            try await waiting.pass(.seconds(5))
            let place = try await waiting.join(.alice, request: 10)
            #expect(
                place.state == .waiting && place.roomState == .preQueue && place.opensAt == noon + .milliseconds(10_000)
            )
            try await waiting.pass(.seconds(5))
            let shown = try await waiting.show(.alice, place)
            #expect(shown.state == .admitted && shown.roomState == .open)
        }
    }

    @Test(arguments: Engine.available)
    func `a room that cannot be settled does not delay the others`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let place = alice.placeID
            let request = CreateRoomRequest(
                name: "other", limits: RoomLimits(activeLimit: 1),
                times: RoomTimes(joinsAt: Timestamp(milliseconds: 1), opensAt: .noon + .seconds(1)))
            let other = try await waiting.admin.createRoom(request, CallOptions(requestID: .numbered(2))).room
            let next = Waiting(service: waiting.service, room: other.roomID)
            let bob = try await next.join(.bob, request: 11)
            try await waiting.service.instances[0].database.transaction { tx in
                try tx.execute("update place set state = 99, lapses_at = 1 where place_id = $1", place)
            }
            waiting.service.clock.advance(by: .seconds(1))
            await #expect(throws: DatabaseError.self) { try await waiting.service.run("settlement") }
            #expect(try await next.show(.bob, bob).state == .admitted)
        }
    }
}
