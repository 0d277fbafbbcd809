import ConcertAPI
import Database
import Kernel
import RPC
import Service
import TestSupport
import Testing

@Suite struct WatchEventsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a sale is one event, and holds have none`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.reserve("A-2-1", as: .bob, number: 50)
                let released = try await house.reserve("A-2-2", as: .bob, number: 51)
                _ = try await house.release(released, as: .bob)
                house.clock.advance(by: .seconds(1))
                let sold = try await house.sold("A-1-2", "A-1-1")
                house.clock.advance(by: .minutes(10))
                try await house.service.run("sweep")
                let expected = SaleEvent(
                    serial: 1, kind: .sale, at: .noon + .seconds(1), version: 1, concertID: house.concert,
                    scheduleID: house.schedule, reservationID: sold.reservationID, userID: .alice,
                    paymentID: .numbered(11), amount: 9000, currency: "EUR", seats: ["A-1-1", "A-1-2"])
                #expect(try await house.service.events() == [expected])
                #expect(try await house.service.events(after: 1).isEmpty)
            }
        }

        @Test(arguments: Engine.available)
        func `an only writer numbers an event itself, and a server leaves it to the job`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.sold("A-1-1")
                let isNumbered = try await house.service.instances[0].database.read { reader in
                    try reader.exists("select serial from event")
                }
                #expect(isNumbered == (engine != .postgreSQL))
                #expect(try await house.service.events().map(\.serial) == [1])
            }
        }

        @Test(arguments: Engine.available)
        func `a return follows its sale, and names refund, seats and reason`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let sold = try await house.sold("A-1-1", "A-1-2")
                house.clock.advance(by: .seconds(1))
                _ = try await house.cancel(sold, as: .alice, number: 30, reason: "ill")
                _ = try await house.cancel(sold, as: .alice, number: 30, reason: "ill")
                let events = try await house.service.events()
                #expect(events.map(\.kind) == [.sale, .return])
                #expect(events[1].version > events[0].version && events[1].at == .noon + .seconds(1))
                #expect(events[1].reservationID == sold.reservationID && events[1].refundID == .numbered(30))
                #expect(events[1].seats == ["A-1-1", "A-1-2"] && events[1].amount == 9000 && events[1].reason == "ill")
            }
        }

        @Test(arguments: Engine.available)
        func `a follower receives new events while it follows`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let received = Recorder<UInt64>()
                let client = EventsClient(house.service.client(of: .service))
                let following = Task {
                    for try await event in client.watchEvents(WatchEventsRequest()) { received.add(event.serial) }
                }
                for number in 1...3 as ClosedRange<UInt64> {
                    _ = try await house.sold("A-1-\(number)", number: number * 10)
                    try await house.service.run("events")
                    try await eventually("the follower has event \(number)") {
                        house.clock.advance(by: .milliseconds(100))
                        return received.all == Array(1...number)
                    }
                }
                following.cancel()
            }
        }

        @Test(arguments: Engine.available)
        func `an event is kept for seven days, and serials continue after it`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.sold("A-1-1")
                try await house.service.run("events")
                house.clock.advance(by: .days(7) - .milliseconds(1))
                try await house.service.run("old events")
                #expect(try await house.service.events().map(\.serial) == [1])
                house.clock.advance(by: .milliseconds(1))
                try await house.service.run("old events")
                #expect(try await house.service.events().isEmpty)
                // Its follower has handled it.
                #expect(try await house.service.events(after: 1).isEmpty)
                try await house.service.instances[0].database.transaction { tx in
                    try EventTable.append([.test(version: 2)], tx)
                }
                #expect(try await house.service.events(after: 1).map(\.serial) == [2])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a serial whose next events were deleted, and one that does not exist`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for number in 1...2 as ClosedRange<UInt64> {
                    _ = try await house.sold("A-1-\(number)", number: number * 10)
                }
                try await house.service.run("events")
                for (serial, reason) in [(3, "SERIAL_UNKNOWN"), (.max, "SERIAL_UNKNOWN")] as [(UInt64, String)] {
                    let failure = await #expect(throws: RPCFailure.self) {
                        try await house.service.events(after: serial)
                    }
                    #expect(failure?.reason == reason)
                }
                house.clock.advance(by: .days(7))
                try await house.service.run("old events")
                let failure = await #expect(throws: RPCFailure.self) { try await house.service.events(after: 1) }
                #expect(failure?.reason == "EVENTS_DELETED")
            }
        }

        @Test func `users, and operators without the duty read`() async throws {
            try await House.with(.memory) { house in
                for caller in [TestCaller.alice, .operator(with: .sales), .operator(with: .gate)] {
                    let client = EventsClient(house.service.client(of: caller))
                    let failure = await #expect(throws: RPCFailure.self) {
                        for try await _ in client.watchEvents(WatchEventsRequest(stopsAtEnd: true)) {}
                    }
                    #expect(failure?.code == .permissionDenied)
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated confirmation is no second event`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let reservation = try await house.reserve("A-1-1", as: .alice, number: 10)
                for _ in 0..<2 { _ = try await house.confirm(reservation, payment: 11) }
                try await house.service.run("events")
                _ = try await house.confirm(reservation, payment: 11)
                #expect(try await house.confirm(reservation, payment: 12).reason == .alreadySold)
                #expect(try await house.service.events().count == 1)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `instances that sell and number at once leave no gap and repeat nothing`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let databases = house.service.instances.map(\.database)
                let subjects = 20
                let versions = 10 as UInt64
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for subject in 1...UInt64(subjects) {
                        group.addTask {
                            for version in 1...versions {
                                try await databases[Int(subject) % databases.count].transaction { tx in
                                    try EventTable.append([.test(of: subject, version: version)], tx)
                                }
                            }
                        }
                    }
                    for instance in house.service.instances {
                        group.addTask { for _ in 0..<20 { try await instance.run("events") } }
                    }
                    try await group.waitForAll()
                }
                let events = try await house.service.events()
                #expect(events.map(\.serial) == Array(1...UInt64(subjects) * versions))
                for subject in 1...UInt64(subjects) {
                    let own = events.filter { $0.reservationID == .numbered(subject) }
                    #expect(own.map(\.version) == Array(1...versions))
                }
            }
        }

        /// The id of a reservation is the request id, which the buyer chooses.
        @Test(arguments: Engine.available)
        func `a reservation can have the id of one of another concert, or of a date`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let moved = SaleEvent(
                    kind: .dateMoved, at: .noon, version: 1, concertID: .numbered(9), scheduleID: .numbered(1))
                for event in [.test(version: 1), .test(in: 8, version: 1), moved] {
                    try await house.service.instances[0].database.transaction { tx in
                        try EventTable.append([event], tx)
                    }
                }
                #expect(try await house.service.events().map(\.serial) == [1, 2, 3])
            }
        }
    }
}

extension SaleEvent {
    fileprivate static func test(of subject: UInt64 = 1, in concert: UInt64 = 9, version: UInt64) -> SaleEvent {
        SaleEvent(
            kind: .sale, at: .noon, version: version, concertID: .numbered(concert), reservationID: .numbered(subject))
    }
}
