import Kernel
import QueueAPI
import QueueService
import RPC
import TestSupport
import Testing

/// Outages and clocks of several instances.
@Suite struct TimeTests {
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
            let hour = Int64(3_600_000)
            #expect(after.0.lapsesAt == before.0.lapsesAt + hour && after.0.endsAt == before.0.endsAt + hour)
            #expect(after.1.lapsesAt == before.1.lapsesAt + hour)
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
                #expect(shown.lapsesAt == (now + .minutes(5)).milliseconds)
                #expect(shown.endsAt == (now + .minutes(15)).milliseconds)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a pass lives two minutes from now, also where the clock was set back`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.renew(.alice, alice)
            waiting.service.clock.step(to: .noon - .hours(1))
            let renewed = try await waiting.renew(.alice, alice)
            #expect(renewed.passExpiresAt == (Timestamp.noon - .hours(1) + .minutes(2)).milliseconds)
            #expect(renewed.renewAfterMs == 60_000)
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `ShowPlace reflects changes of another instance after 250 ms`(engine: Engine) async throws {
        try await Waiting.with(engine, instances: 2) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            #expect(try await waiting.show(.bob, bob).state == .waiting)
            let gone = LeaveRequest(roomID: waiting.room, placeID: alice.placeID)
            _ = try await waiting.client(of: .alice, instance: 1).leave(gone)
            try await waiting.service.run("settlement")
            #expect(try await waiting.show(.bob, bob, instance: 1).state == .admitted)
            waiting.service.clock.advance(by: .milliseconds(251))
            #expect(try await waiting.show(.bob, bob).state == .admitted)
        }
    }

    @Test(arguments: Engine.available)
    func `ShowPlace reflects changes of its own instance immediately`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            #expect(try await waiting.show(.bob, bob).roomState == .open)
            _ = try await waiting.admin.pauseRoom(PauseRoomRequest(roomID: waiting.room))
            #expect(try await waiting.show(.bob, bob).roomState == .paused)
            _ = try await waiting.leave(.bob, bob)
            #expect(try await waiting.show(.bob, bob).state == .left)
        }
    }

    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `two instances together never exceed the rate in any second`(engine: Engine) async throws {
        let rate = 20
        let limits = RoomLimits(ratePerSecond: UInt32(rate))
        try await Waiting.with(engine, instances: 2, limits: limits) { waiting in
            var places: [PlaceView] = []
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
            var times: [Int64] = []
            for place in places {
                let request = ShowHistoryRequest(roomID: waiting.room, placeID: place.placeID)
                let events = try await waiting.admin.showHistory(request).events
                times += events.filter { $0.state == .admitted }.map(\.at)
            }
            times.sort()
            #expect(times.count > 2 * rate)
            for (index, time) in times.enumerated() {
                #expect(times[index...].prefix { $0 < time + 1000 }.count <= rate)
            }
        }
    }
}
