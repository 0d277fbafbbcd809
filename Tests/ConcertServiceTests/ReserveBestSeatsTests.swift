import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// The service chooses the best seats.
extension ReserveSeatsTests {
    struct BestSeats {
        @Test(arguments: Engine.available)
        func `the best seats are together near the middle of a row and leave no single seat`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                let calls = house.calls(of: .alice)
                let reply = try await calls.reserveSeats(house.best(4, "B"), CallOptions(requestID: .numbered(10)))
                #expect(reply.reservation.seats == ["B-1-4", "B-1-5", "B-1-6", "B-1-7"])
                let again = try await calls.reserveSeats(house.best(4, "B"), CallOptions(requestID: .numbered(10)))
                #expect(again == reply)
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await calls.reserveSeats(house.best(3, "B"), CallOptions(requestID: .numbered(10)))
                }
                let bob = house.calls(of: .bob)
                let three = try await bob.reserveSeats(house.best(3, "B"), CallOptions(requestID: .numbered(11)))
                #expect(
                    three.reservation.seats == ["B-1-1", "B-1-2", "B-1-3"]
                        || three.reservation.seats == ["B-1-10", "B-1-8", "B-1-9"])
                await expectRefusal("NO_SEATS_TOGETHER") {
                    try await house.calls(of: .user(1)).reserveSeats(
                        house.best(4, "B"), CallOptions(requestID: .numbered(12)))
                }
                await expectRefusal("GRADE_UNKNOWN") {
                    try await bob.reserveSeats(house.best(1, "C"), CallOptions(requestID: .numbered(13)))
                }
            }
        }

        @Test(arguments: Engine.available)
        func `without free seats, a date that is cancelled or no longer on sale is refused as such`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                _ = try await house.finishCancellation("fog", number: 30)
                house.clock.advance(by: .milliseconds(250))
                let failure = await expectRefusal("DATE_CANCELLED") {
                    try await house.calls(of: .bob).reserveSeats(
                        house.best(1, "B"), CallOptions(requestID: .numbered(40)))
                }
                #expect(failure?.message.contains("fog") == true)
            }
            try await House.with(engine) { house in
                for number in 0..<10 as Range<UInt64> {
                    _ = try await house.calls(of: .user(Int(number))).reserveSeats(
                        house.best(1, "B"), CallOptions(requestID: .numbered(10 + number)))
                }
                house.clock.advance(by: .days(9))
                await expectRefusal("SALE_OVER") {
                    try await house.calls(of: .bob).reserveSeats(
                        house.best(1, "B"), CallOptions(requestID: .numbered(40)))
                }
            }
        }

        @Test(arguments: Engine.available)
        func `the best seats are found down to the last one, also on one cached map`(engine: Engine) async throws {
            try await House.with(engine) { house in
                var seats: Set<String> = []
                for number in 0..<10 {
                    let reply = try await house.calls(of: .user(number)).reserveSeats(
                        house.best(1, "B"), CallOptions(requestID: .numbered(UInt64(10 + number))))
                    seats.formUnion(reply.reservation.seats)
                }
                #expect(seats.count == 10)
                // A seat that was freed recently can be chosen again.
                _ = try await house.calls(of: .user(3)).releaseReservation(
                    ReleaseReservationRequest(
                        concertID: house.concert, reservationID: .numbered(13)))
                house.clock.advance(by: .milliseconds(250))
                _ = try await house.calls(of: .alice).reserveSeats(
                    house.best(1, "B"), CallOptions(requestID: .numbered(20)))
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated request for the best seats gets the last seats that it holds`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.seatsPerUser = 10
            } _: { house in
                let calls = house.calls(of: .alice)
                let reply = try await calls.reserveSeats(house.best(10, "B"), CallOptions(requestID: .numbered(10)))
                house.clock.advance(by: .seconds(1))
                let again = try await calls.reserveSeats(house.best(10, "B"), CallOptions(requestID: .numbered(10)))
                #expect(again == reply)
            }
        }
    }

    struct LateRetries {
        @Test(arguments: Engine.available)
        func `a repeated request finds its reservation after the pass has expired`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.roomID = RoomID.hall
            } _: { house in
                let request = house.request(["A-1-1"], pass: house.pass(of: .alice, until: .noon + .minutes(2)))
                let first = try await house.calls(of: .alice).reserveSeats(
                    request, CallOptions(requestID: .numbered(10)))
                house.clock.advance(by: .minutes(3))
                let again = try await house.calls(of: .alice).reserveSeats(
                    request, CallOptions(requestID: .numbered(10)))
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
                            concertID: house.concert, reservationID: .numbered(100 + number)))
                    _ = try await house.reserve("A-1-1", as: .alice, number: 101 + number)
                }
                let list = try await calls.listReservations(ListReservationsRequest(concertID: house.concert))
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
}
