import ConcertAPI
import Database
import Kernel
import Messages
import RPC
import TestSupport
import Testing

@Suite struct ReserveSeatsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `seats are held for five minutes at the current price`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let reservation = try await house.reserve("A-1-4", "A-1-3", as: .alice, number: 10)
                #expect(reservation.state == .held)
                #expect(reservation.reservationID == .numbered(10))
                #expect(reservation.seats == ["A-1-3", "A-1-4"])
                #expect(reservation.amount == 9000)
                #expect(reservation.currency == "EUR")
                #expect(reservation.deadline == Timestamp.noon.later(.minutes(5)))
                let map = try await house.map()
                #expect(map.held == [2, 3])
            }
        }

        @Test(arguments: Engine.available)
        func `a hold ends at its deadline, not before and not after it`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5) - .milliseconds(1))
                await expectRefusal("SEAT_HELD") { try await house.reserve("A-1-1", as: .bob, number: 11) }
                house.clock.advance(by: .milliseconds(1))
                #expect(try await house.reserve("A-1-1", as: .bob, number: 12).state == .held)
                #expect(try await house.show(mine, as: .alice).state == .expired)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `either all seats are held or none, and a refusal names the taken seats`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let sold = try await house.reserve("A-1-1", as: .alice, number: 10)
                _ = try await house.confirm(sold, payment: 11)
                _ = try await house.reserve("A-1-2", as: .alice, number: 12)
                for _ in 1...2 {
                    let held = await expectRefusal("SEAT_HELD") {
                        try await house.reserve("A-1-3", "A-1-2", as: .bob, number: 13)
                    }
                    #expect(held?.message == "seat A-1-2 is held")
                }
                let both = await expectRefusal("SEATS_TAKEN") {
                    try await house.reserve("A-1-1", "A-1-2", "A-1-3", as: .bob, number: 14)
                }
                let taken = try TakenSeats(decoding: both?.details.first?.value ?? [])
                #expect(
                    taken.seats == [TakenSeat(seat: "A-1-1", state: .sold), TakenSeat(seat: "A-1-2", state: .held)])
                await expectRefusal("SEAT_SOLD") { try await house.reserve("A-1-1", as: .bob, number: 15) }
                #expect(try await house.reserve("A-1-3", as: .bob, number: 16).state == .held)
            }
        }

        @Test(arguments: Engine.available)
        func `held and sold seats count towards the limit of a user`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let sold = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
                _ = try await house.confirm(sold, payment: 11)
                _ = try await house.reserve("A-1-3", as: .alice, number: 12)
                let failure = await expectRefusal("TOO_MANY_SEATS") {
                    try await house.reserve("A-1-4", "A-1-5", as: .alice, number: 13)
                }
                #expect(
                    failure?.message
                        == "a user can have 4 seats of this date; you have 3 and requested 2: request fewer, or release some"
                )
                #expect(try await house.reserve("A-1-4", as: .alice, number: 14).state == .held)
                house.clock.advance(by: .minutes(5))
                #expect(try await house.reserve("A-1-5", "A-1-6", as: .alice, number: 15).state == .held)
                await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-7", as: .alice, number: 16) }
            }
        }

        @Test(arguments: Engine.available)
        func `a user can have sixty-four reservations that did not expire`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for number in 0..<64 as Range<UInt64> {
                    let reservation = try await house.reserve("A-1-1", as: .alice, number: 1000 + number)
                    _ = try await house.confirm(reservation, payment: 2000 + number)
                    _ = try await house.cancel(reservation, as: .alice, number: 3000 + number)
                }
                for _ in 1...2 {
                    let failure = await expectRefusal("TOO_MANY_RESERVATIONS") {
                        try await house.reserve("A-1-1", as: .alice, number: 2000)
                    }
                    #expect(
                        failure?.message.hasPrefix("a user can have 64 held, sold and returned reservations") == true)
                }
                #expect(try await house.map().held.isEmpty)
                #expect(try await house.reserve("A-1-1", as: .bob, number: 2001).state == .held)
            }
        }

        @Test(arguments: Engine.available)
        func `seats can be reserved only during the sale`(engine: Engine) async throws {
            try await House.with(engine) { settings in
                settings.saleOpensAt = Timestamp.noon.later(.minutes(1))
            } _: { house in
                await expectRefusal("SALE_NOT_OPEN") { try await house.reserve("A-1-1", as: .alice, number: 10) }
                house.clock.advance(by: .minutes(1))
                _ = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(59) - .milliseconds(1))
                _ = try await house.reserve("A-1-2", as: .alice, number: 11)
                house.clock.advance(by: .milliseconds(1))
                await expectRefusal("SALE_OVER") { try await house.reserve("A-1-3", as: .alice, number: 12) }
            }
        }

        @Test func `invalid requests are refused`() async throws {
            try await House.with(.memory) { house in
                for (names, part) in [
                    ([String](), "at least one"), (["A-1-1", "A-1-1"], "twice"), (["A--1"], "“A--1”"),
                    (["A-1-0"], "“A-1-0”"),
                ] {
                    let failure = await expectRefusal("INVALID_FIELD") {
                        try await house.calls(of: .alice).reserveSeats(
                            house.request(names), CallOptions(requestID: .numbered(10)))
                    }
                    #expect(failure?.message.contains(part) == true)
                }
                await expectRefusal("SEAT_UNKNOWN") { try await house.reserve("A-9-1", as: .alice, number: 11) }
                await expectRefusal("INVALID_FIELD") {
                    try await house.calls(of: .alice).reserveSeats(
                        ReserveSeatsRequest(concertID: house.concert, scheduleID: house.schedule),
                        CallOptions(requestID: .numbered(12)))
                }
                var request = house.request(["A-1-1"])
                request.scheduleID = .numbered(99)
                await expectRefusal("SCHEDULE_UNKNOWN") {
                    try await house.calls(of: .alice).reserveSeats(request, CallOptions(requestID: .numbered(13)))
                }
                await expectRefusal("REQUEST_ID_MISSING") {
                    try await house.calls(of: .alice).reserveSeats(house.request(["A-1-1"]))
                }
                await expectRefusal("CREDENTIAL_MISSING") {
                    try await house.calls(of: nil).reserveSeats(
                        house.request(["A-1-1"]), CallOptions(requestID: .numbered(14)))
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a date with a room needs a valid pass of that room and user`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.roomID = RoomID.hall
            } _: { house in
                let soon = Timestamp.noon + .minutes(2)
                let calls = house.calls(of: .alice)
                func reserve(_ pass: [UInt8], number: UInt64) async throws -> ReserveSeatsReply {
                    try await calls.reserveSeats(
                        house.request(["A-1-1"], pass: pass), CallOptions(requestID: .numbered(number)))
                }
                await expectRefusal("PASS_MISSING") { try await reserve([], number: 10) }
                await expectRefusal("PASS_REFUSED") { try await reserve(house.pass(of: .bob, until: soon), number: 10) }
                await expectRefusal("PASS_OF_ANOTHER_ROOM") {
                    try await reserve(house.pass(of: .alice, room: .elsewhere, until: soon), number: 10)
                }
                var forged = house.pass(of: .alice, until: soon)
                forged[60] ^= 1
                await expectRefusal("PASS_REFUSED") { try await reserve(forged, number: 10) }
                let pass = house.pass(of: .alice, until: soon)
                let reservation = try await reserve(pass, number: 10).reservation
                house.clock.advance(by: .minutes(2))
                await expectRefusal("PASS_REFUSED") { try await reserve(pass, number: 11) }
                let decision = try await house.confirm(reservation, payment: 12)
                #expect(decision.roomID == RoomID.hall)
                #expect(decision.placeID == PlaceID.first)
            }
        }

        @Test(arguments: Engine.available)
        func `a pass reserves nothing after a sale under its place, but repeats its reservations`(
            engine: Engine
        ) async throws {
            try await House.with(engine) {
                $0.roomID = RoomID.hall
            } _: { house in
                let pass = house.pass(of: .alice, until: .noon + .minutes(2))
                func reserve(_ seat: String, number: UInt64) async throws -> ConcertAPI.Reservation {
                    try await house.calls(of: .alice).reserveSeats(
                        house.request([seat], pass: pass), CallOptions(requestID: .numbered(number))
                    ).reservation
                }
                let (first, second) = (
                    try await reserve("A-1-1", number: 10), try await reserve("A-1-2", number: 11)
                )
                _ = try await house.confirm(first, payment: 12)
                await expectRefusal("PASS_USED") { try await reserve("A-1-3", number: 13) }
                #expect(try await reserve("A-1-1", number: 10).reservationID == first.reservationID)
                #expect(try await house.confirm(second, payment: 14).outcome == .confirmed)
                _ = try await house.cancel(first, as: .operator, number: 15)
                await expectRefusal("PASS_USED") { try await reserve("A-1-3", number: 16) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets the same reply, and another request with its id is refused`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                let first = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(1))
                #expect(try await house.reserve("A-1-1", as: .alice, number: 10) == first)
                await expectRefusal("REQUEST_ID_REUSED") { try await house.reserve("A-1-2", as: .alice, number: 10) }
                await expectRefusal("REQUEST_ID_REUSED") { try await house.reserve("A-1-2", as: .bob, number: 10) }
                let list = try await house.calls(of: .alice).listReservations(
                    ListReservationsRequest(concertID: house.concert))
                #expect(list.reservations == [first])
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated request gets its reservation after another user has taken the seat`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                let first = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5))
                _ = try await house.reserve("A-1-1", as: .bob, number: 11)
                let again = try await house.reserve("A-1-1", as: .alice, number: 10)
                #expect(again.reservationID == first.reservationID)
                #expect(try await house.show(again, as: .alice).state == .expired)
                #expect(try await house.show(again, as: .alice).endedAt == first.deadline)
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated request for a dropped reservation does not change the list`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for number in 0..<70 as Range<UInt64> {
                    let reservation = try await house.reserve("A-1-1", as: .alice, number: 1000 + number)
                    let release = ReleaseReservationRequest(
                        concertID: house.concert, reservationID: reservation.reservationID)
                    _ = try await house.calls(of: .alice).releaseReservation(release)
                }
                let database = house.service.instances[0].database
                let list = {
                    try await database.read { try $0.rows("select reservations from buyer") { try $0.text(0) } }
                }
                let before = try await list()
                for number in 0..<5 as Range<UInt64> {
                    let again = try await house.reserve("A-1-1", as: .alice, number: 1000 + number)
                    #expect(again.reservationID == .numbered(1000 + number))
                }
                #expect(try await list() == before)
            }
        }
    }
}
