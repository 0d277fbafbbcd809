import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct FindTicketsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `each condition leaves the tickets that meet it`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let first = try await house.sold("A-1-1", "A-1-2", number: 10)
                let second = try await house.reserve("A-1-3", as: .bob, number: 20)
                _ = try await house.confirm(second, payment: 21, user: .bob)
                _ = try await house.cancel(second, as: .operator, number: 22)
                let own = try await house.tickets(of: .alice)
                _ = try await house.checkIn(try await house.show(own[0]).code, number: 23)
                let cases: [((inout FindTicketsRequest) -> Void, [String])] = [
                    ({ _ in }, ["A-1-1", "A-1-2", "A-1-3"]), ({ $0.ticketID = own[1].ticketID }, ["A-1-2"]),
                    ({ $0.reservationID = first.reservationID }, ["A-1-1", "A-1-2"]),
                    ({ ($0.reservationID, $0.ticketID) = (second.reservationID, own[1].ticketID) }, []),
                    ({ $0.scheduleID = house.schedule }, ["A-1-1", "A-1-2", "A-1-3"]),
                    ({ $0.state = .used }, ["A-1-1"]), ({ $0.state = .cancelled }, ["A-1-3"]),
                    ({ ($0.reservationID, $0.state) = (first.reservationID, .valid) }, ["A-1-2"]),
                ]
                for (index, (change, expected)) in cases.enumerated() {
                    var request = FindTicketsRequest(concertID: house.concert)
                    change(&request)
                    let reply = try await house.calls(of: .operator).findTickets(request)
                    #expect(reply.tickets.map(\.seat).sorted() == expected, "case \(index)")
                    #expect(!reply.hasMore)
                }
                let users = try await house.calls(of: .operator).findTickets(
                    FindTicketsRequest(concertID: house.concert)
                ).tickets.map(\.userID)
                #expect(Set(users) == [TestCaller.alice.user, TestCaller.bob.user])
            }
        }

        @Test(arguments: Engine.available)
        func `pages have each ticket once, ordered by id`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.sold("A-1-1", "A-1-2", "A-1-3", "A-1-4", number: 10)
                var request = FindTicketsRequest(concertID: house.concert, pageSize: 3)
                let first = try await house.calls(of: .operator).findTickets(request)
                #expect(first.tickets.count == 3 && first.hasMore)
                request.after = first.lastTicketID
                let second = try await house.calls(of: .operator).findTickets(request)
                let ids = (first.tickets + second.tickets).map(\.ticketID)
                #expect(!second.hasMore && ids.count == 4 && ids == Set(ids).sorted())
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an unknown concert, date, reservation and ticket is refused with its reason`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let cases: [((inout FindTicketsRequest) -> Void, String)] = [
                    ({ $0.concertID = .numbered(99) }, "CONCERT_UNKNOWN"),
                    ({ $0.scheduleID = .numbered(99) }, "SCHEDULE_UNKNOWN"),
                    ({ $0.reservationID = .numbered(99) }, "RESERVATION_UNKNOWN"),
                    ({ $0.ticketID = .numbered(99) }, "TICKET_UNKNOWN"), ({ $0.pageSize = 501 }, "INVALID_FIELD"),
                    ({ $0.state = .unrecognized(9) }, "INVALID_FIELD"),
                ]
                for (change, reason) in cases {
                    var request = FindTicketsRequest(concertID: house.concert)
                    change(&request)
                    await expectRefusal(reason) { try await house.calls(of: .operator).findTickets(request) }
                }
            }
        }
    }
}
