import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct SalesReportTests {
    @Test(arguments: Engine.available)
    func `a used ticket is revenue, and a cancelled one is refunded`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let (alice, admin) = (house.calls(of: .alice), house.calls(of: .operator))
            let used = try await house.reserve("A-1-1", as: .alice, number: 10)
            _ = try await house.confirm(used, payment: 11)
            let ticket = try #require(try await house.tickets(of: .alice).first)
            let show = ShowTicketRequest(concertID: house.concert.bytes, ticketID: ticket.ticketID)
            let code = try await alice.showTicket(show).code
            _ = try await admin.checkIn(CheckInRequest(code: code), CallOptions(requestID: .wish(12)))
            let cancelled = try await house.reserve("A-1-2", "A-1-3", as: .bob, number: 13)
            _ = try await house.confirm(cancelled, payment: 14, user: .bob)
            _ = try await house.cancel(cancelled, as: .bob, number: 15)
            let report = try await admin.salesReport(SalesReportRequest(concertID: house.concert.bytes))
            let line = try #require(report.lines.first)
            #expect(line.counts == SeatCounts(free: 19, held: 0, sold: 1, blocked: 0))
            #expect(line.used == 1 && line.revenue == 4500)
            #expect(line.cancelled == 2 && line.refunded == 9000)
        }
    }
}
