import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct QuoteReturnTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a quote has a line for each ticket that is left, and changes nothing`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(7, 33)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1", "A-1-2", "B-1-1")
                _ = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                for _ in 1...2 {
                    let quote = try await house.quote(mine)
                    #expect(quote.lines.map(\.seat) == ["A-1-1", "B-1-1"])
                    #expect(quote.lines.map(\.kept) == [1485, 990] && quote.lines.map(\.refunded) == [3015, 2010])
                    #expect(quote.total == ReturnAmount(refunded: 5025, kept: 2475, currency: "EUR"))
                }
                #expect(try await house.quote(mine, seats: ["B-1-1"]).total.kept == 990)
                let free = try await house.calls(of: .operator).quoteReturn(
                    QuoteReturnRequest(concertID: house.concert, reservationID: mine.reservationID))
                #expect(free.total == ReturnAmount(refunded: 7500, kept: 0, currency: "EUR"))
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a quote has the refusals of the return`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1")
                await expectRefusal("RESERVATION_UNKNOWN") { try await house.quote(mine, as: .bob) }
                await expectRefusal("TICKET_UNKNOWN") { try await house.quote(mine, seats: ["A-1-2"]) }
                house.clock.advance(by: .hours(2))
                await expectRefusal("CANCEL_DEADLINE_PASSED") { try await house.quote(mine) }
            }
        }
    }
}
