import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// Repeated requests: simultaneous ones, and later ones that would be refused as new requests.
@Suite struct RetryTests {
    /// Sends one request simultaneously to two instances if the engine supports two. Returns both replies.
    private func twice<Reply: Sendable>(
        _ house: House, _ call: @escaping @Sendable (ConcertClient) async throws -> Reply
    ) async throws -> (Reply, Reply) {
        let calls = (0..<2).map { house.calls(of: .operator, instance: $0 % house.service.instances.count) }
        async let one = call(calls[0])
        async let two = call(calls[1])
        return try await (one, two)
    }

    private func withHouse(_ engine: Engine, _ body: (House) async throws -> Void) async throws {
        try await House.with(engine, instances: engine == .postgreSQL ? 2 : 1, body)
    }

    @Test(arguments: Engine.available)
    func `simultaneous duplicates create one concert and one date`(engine: Engine) async throws {
        try await withHouse(engine) { house in
            for number in 0..<20 as Range<UInt64> {
                var concert = CreateConcertRequest.moonTour
                concert.name = "tour-\(number)"
                let concerts = try await twice(house) { [concert] in
                    try await $0.createConcert(concert, CallOptions(requestID: .numbered(100 + number)))
                }
                #expect(concerts.0 == concerts.1)
                var settings = ScheduleSettings.tonight
                settings.name = "night-\(number)"
                let add = AddScheduleRequest(concertID: house.concert.bytes, settings: settings)
                let dates = try await twice(house) {
                    try await $0.addSchedule(add, CallOptions(requestID: .numbered(200 + number)))
                }
                #expect(dates.0 == dates.1)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `of two simultaneous concerts with one request id, one is created`(engine: Engine) async throws {
        try await withHouse(engine) { house in
            let calls = (0..<2).map { house.calls(of: .operator, instance: $0 % house.service.instances.count) }
            for number in 0..<20 as Range<UInt64> {
                let reasons = await withTaskGroup(of: String.self) { group in
                    for (index, calls) in calls.enumerated() {
                        group.addTask {
                            var request = CreateConcertRequest.moonTour
                            request.name = "tour-\(number)-\(index)"
                            do {
                                _ = try await calls.createConcert(
                                    request, CallOptions(requestID: .numbered(100 + number)))
                                return "created"
                            } catch {
                                return (error as? RPCFailure)?.reason ?? "\(error)"
                            }
                        }
                    }
                    return await group.reduce(into: [String]()) { $0.append($1) }.sorted()
                }
                #expect(reasons == ["REQUEST_ID_REUSED", "created"])
            }
        }
    }

    @Test(arguments: Engine.available)
    func `simultaneous duplicates rename a date once`(engine: Engine) async throws {
        try await withHouse(engine) { house in
            var settings = ScheduleSettings.tonight
            for number in 0..<20 as Range<UInt64> {
                settings.name = "night-\(number)"
                let change = ConfigureScheduleRequest(
                    concertID: house.concert.bytes, scheduleID: house.schedule.bytes, settings: settings,
                    version: number + 1)
                let answers = try await twice(house) {
                    try await $0.configureSchedule(change, CallOptions(requestID: .numbered(100 + number)))
                }
                #expect(answers.0 == answers.1)
                #expect(answers.0.schedule?.version == number + 2)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `simultaneous duplicates block, unblock and release seats once`(engine: Engine) async throws {
        try await withHouse(engine) { house in
            let (concert, schedule) = (house.concert.bytes, house.schedule.bytes)
            let seats = [SeatRange.row("A", "1", 1...10), .row("A", "2", 1...10)]
            let block = BlockSeatsRequest(concertID: concert, scheduleID: schedule, seats: seats, reason: "camera")
            let blocked = try await twice(house) {
                try await $0.blockSeats(block, CallOptions(requestID: .numbered(100)))
            }
            #expect(blocked.0 == blocked.1)
            #expect(blocked.0.counts == SeatChangeCounts(added: 0, changed: 20, kept: 0))
            let unblock = UnblockSeatsRequest(concertID: concert, scheduleID: schedule, seats: seats)
            let unblocked = try await twice(house) {
                try await $0.unblockSeats(unblock, CallOptions(requestID: .numbered(101)))
            }
            #expect(unblocked.0 == unblocked.1)
            #expect(unblocked.0.counts == SeatChangeCounts(added: 0, changed: 20, kept: 0))
            let held = try await house.reserve("A-1-1", as: .alice, number: 102)
            let alice = TestCaller.alice.credential(house.service.keys)
            let released = try await twice(house) {
                try await $0.releaseReservation(
                    ReleaseReservationRequest(concertID: concert, reservationID: held.reservationID),
                    CallOptions(credential: alice))
            }
            #expect(released.0 == released.1)
            #expect(released.0.reservation?.state == .released)
            #expect(try await house.map().held.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a repeated request finds its reservation after the pass has expired`(engine: Engine) async throws {
        try await House.with(engine) {
            $0.roomID = RoomID.hall.bytes
        } _: { house in
            let request = house.request(["A-1-1"], pass: house.pass(of: .alice, until: .noon + .minutes(2)))
            let first = try await house.calls(of: .alice).reserveSeats(request, CallOptions(requestID: .numbered(10)))
            house.clock.advance(by: .minutes(3))
            let again = try await house.calls(of: .alice).reserveSeats(request, CallOptions(requestID: .numbered(10)))
            #expect(again == first)
            await expectRefusal("PASS_REFUSED") {
                try await house.calls(of: .bob).reserveSeats(request, CallOptions(requestID: .numbered(10)))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a repeated request finds a reservation that the user's list has dropped`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .alice)
            let first = try await house.reserve("A-1-1", as: .alice, number: 100)
            for number in 0..<64 as Range<UInt64> {
                _ = try await calls.releaseReservation(
                    ReleaseReservationRequest(
                        concertID: house.concert.bytes, reservationID: RequestID.numbered(100 + number).bytes))
                _ = try await house.reserve("A-1-1", as: .alice, number: 101 + number)
            }
            let list = try await calls.listReservations(ListReservationsRequest(concertID: house.concert.bytes))
            #expect(!list.reservations.map(\.reservationID).contains(first.reservationID))
            // First its seat is taken, then it is free.
            #expect(try await house.reserve("A-1-1", as: .alice, number: 100).reservationID == first.reservationID)
            house.clock.advance(by: .minutes(5))
            #expect(try await house.reserve("A-1-1", as: .alice, number: 100).reservationID == first.reservationID)
            await expectRefusal("REQUEST_ID_REUSED") { try await house.reserve("A-1-1", as: .bob, number: 100) }
            await expectRefusal("REQUEST_ID_REUSED") { try await house.reserve("A-1-2", as: .alice, number: 100) }
            #expect(try await house.history(of: "A-1-1").state == .free)
        }
    }
}
