import ConcertAPI
import ConcertService
import Kernel
import RPC
import TestSupport
import Testing

/// Actions of this service. The tests of the log itself are in QueueServiceTests.
@Suite struct ActionLogTests {
    @Test(arguments: Engine.available)
    func `a change of many seats has one action, also if it takes several transactions`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let before = try await house.service.actions().count
            let many = house.seats((1...11).map { .row("C", "\($0)", 1...100, grade: "C", price: 1) })
            for _ in 1...2 {
                _ = try await house.calls(of: .operator).setSeats(many, CallOptions(requestID: .numbered(50)))
            }
            #expect(try await house.service.actions().dropFirst(before).map(\.requestID) == [.numbered(50)])
        }
    }

    @Test(arguments: Engine.available)
    func `the code of a ticket is not in the log`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let reservation = try await house.reserve("A-1-1", as: .alice, number: 10)
            _ = try await house.confirm(reservation, payment: 20)
            let list = ListTicketsRequest(concertID: house.concert)
            let ticket = try await house.calls(of: .alice).listTickets(list).tickets[0]
            let show = ShowTicketRequest(concertID: house.concert, ticketID: ticket.ticketID)
            let code = try await house.calls(of: .alice).showTicket(show).code
            let checkIn = CheckInRequest(code: code, scheduleID: house.schedule)
            _ = try await house.calls(of: .operator).checkIn(checkIn, CallOptions(requestID: .numbered(30)))
            let action = try #require(try await house.service.actions().last)
            #expect(action.method == ConcertMethods.checkIn.name)
            #expect(action.request == #"{"scheduleId":"\#(house.schedule)"}"#)
        }
    }

    @Test(arguments: Engine.available)
    func `a long request is cut, and a page of long requests is short`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let before = try await house.service.actions().count
            // A request of 900 rows is longer than a text in the log, and 20 of them are longer than a page.
            for number in 1...20 {
                let many = house.seats(
                    (1...900).map { .row("Section\(number)", "Row\($0)", 1...1, grade: "Grade", price: 1) })
                _ = try await house.calls(of: .operator).setSeats(
                    many, CallOptions(timeout: .minutes(1), requestID: .numbered(100 + UInt64(number))))
            }
            let actions = try await house.service.actions().dropFirst(before)
            #expect(actions.count == 20)
            #expect(actions.allSatisfy { $0.request.hasSuffix("…") && $0.request.utf8.count == (64 << 10) + 3 })
            let page = try await ActionsClient(house.service.client(of: .operator)).listActions(ListActionsRequest())
            #expect(page.hasMore && page.actions.count > 10 && page.actions.count < 20)
        }
    }
}
