import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct FindReservationsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `each condition leaves the reservations that meet it`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let sold = try await house.sold("A-1-1", "A-1-2", number: 10)
                let held = try await house.reserve("A-1-3", as: .bob, number: 20)
                let released = try await house.release(
                    try await house.reserve("A-1-4", as: .bob, number: 21), as: .bob)
                let ticket = try #require(try await house.tickets(of: .alice).first)
                let code = try await house.show(ticket).code
                let cases: [((inout FindReservationsRequest) -> Void, [ConcertAPI.Reservation])] = [
                    ({ _ in }, [sold, held, released]),
                    ({ $0.reservationID = held.reservationID }, [held]),
                    ({ $0.userID = TestCaller.bob.user }, [held, released]),
                    ({ $0.userID = UserID(high: 9, low: 9) }, []),
                    ({ ($0.scheduleID, $0.seat) = (house.schedule, "A-1-2") }, [sold]),
                    ({ ($0.scheduleID, $0.seat) = (house.schedule, "A-1-4") }, []),
                    ({ $0.ticketID = ticket.ticketID }, [sold]), ({ $0.ticketCode = code }, [sold]),
                    ({ $0.paymentID = .numbered(11) }, [sold]), ({ $0.paymentID = .numbered(99) }, []),
                    ({ $0.state = .held }, [held]), ({ $0.state = .expired }, []),
                    ({ $0.scheduleID = house.schedule }, [sold, held, released]),
                    ({ ($0.userID, $0.state) = (TestCaller.bob.user, .released) }, [released]),
                    ({ ($0.userID, $0.ticketID) = (TestCaller.bob.user, ticket.ticketID) }, []),
                ]
                for (index, (change, expected)) in cases.enumerated() {
                    var request = FindReservationsRequest(concertID: house.concert)
                    change(&request)
                    let reply = try await house.calls(of: .operator).findReservations(request)
                    #expect(reply.reservations.map(\.reservationID) == expected.map(\.reservationID), "case \(index)")
                    #expect(!reply.hasMore)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a hold past its deadline is found as expired, and its seat is free`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let held = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5))
                let expired = FindReservationsRequest(concertID: house.concert, state: .expired)
                let found = try await house.calls(of: .operator).findReservations(expired).reservations
                #expect(found.map(\.reservationID) == [held.reservationID])
                #expect(found.first?.userID == TestCaller.alice.user && found.first?.updatedAt == held.deadline)
                let ofSeat = FindReservationsRequest(
                    concertID: house.concert, seat: "A-1-1", scheduleID: house.schedule)
                #expect(try await house.calls(of: .operator).findReservations(ofSeat).reservations.isEmpty)
            }
        }

        @Test(arguments: Engine.available)
        func `the payment of an aborted purchase leads to its reservation`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let held = try await house.reserve("A-1-1", as: .alice, number: 10)
                _ = try await house.abort(held, payment: 11)
                let request = FindReservationsRequest(concertID: house.concert, paymentID: .numbered(11))
                let found = try await house.calls(of: .operator).findReservations(request).reservations
                #expect(found.map(\.reservationID) == [held.reservationID])
            }
        }

        @Test(arguments: Engine.available, [0, 1, 7] as [UInt32])
        func `pages have each matching reservation once, with and without a filter`(
            engine: Engine, size: UInt32
        ) async throws {
            try await House.with(engine) { house in
                for number in 1...10 as ClosedRange<UInt64> {
                    _ = try await house.reserve("A-1-\(number)", as: .user(Int(number)), number: 100 + number)
                }
                var third = ConcertAPI.Reservation(id: .numbered(103))
                (third.amount, third.currency) = (4500, "EUR")
                _ = try await house.confirm(third, payment: 50, user: .user(3))
                for (state, expected) in [(ReservationState.unspecified, 10), (.held, 9), (.sold, 1), (.returned, 0)] {
                    var request = FindReservationsRequest(concertID: house.concert, state: state, pageSize: size)
                    var found: [ReservationID] = []
                    while true {
                        let page = try await house.calls(of: .operator).findReservations(request)
                        #expect(size == 0 || page.reservations.count <= Int(size))
                        found += page.reservations.map(\.reservationID)
                        guard page.hasMore, let last = page.lastReservationID else { break }
                        request.after = last
                    }
                    #expect(found.count == expected && found == Set(found).sorted())
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a user with a page of reservations has no endless list`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for number in 1...2 as ClosedRange<UInt64> {
                    _ = try await house.reserve("A-1-\(number)", as: .alice, number: 100 + number)
                }
                var request = FindReservationsRequest(
                    concertID: house.concert, userID: TestCaller.alice.user, pageSize: 2)
                let first = try await house.calls(of: .operator).findReservations(request)
                #expect(first.reservations.count == 2)
                request.after = first.lastReservationID
                let second = try await house.calls(of: .operator).findReservations(request)
                #expect(second.reservations.isEmpty && !second.hasMore)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an unknown concert, date, seat and ticket is refused with its reason`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-1")
                let cases: [((inout FindReservationsRequest) -> Void, String)] = [
                    ({ $0.concertID = .numbered(99) }, "CONCERT_UNKNOWN"),
                    ({ $0.scheduleID = .numbered(99) }, "SCHEDULE_UNKNOWN"),
                    ({ ($0.scheduleID, $0.seat) = (house.schedule, "Z-1-1") }, "SEAT_UNKNOWN"),
                    ({ ($0.scheduleID, $0.seat) = (house.schedule, "A--1") }, "INVALID_FIELD"),
                    ({ $0.seat = "A-1-1" }, "INVALID_FIELD"), ({ $0.ticketID = .numbered(99) }, "TICKET_UNKNOWN"),
                    ({ $0.ticketCode = "HELLO" }, "CODE_REFUSED"),
                    ({ ($0.ticketCode, $0.ticketID) = (shown.code, .numbered(99)) }, "TICKET_UNKNOWN"),
                    ({ $0.pageSize = 501 }, "INVALID_FIELD"), ({ $0.state = .unrecognized(9) }, "INVALID_FIELD"),
                ]
                for (change, reason) in cases {
                    var request = FindReservationsRequest(concertID: house.concert)
                    change(&request)
                    await expectRefusal(reason) { try await house.calls(of: .operator).findReservations(request) }
                }
            }
        }
    }
}
