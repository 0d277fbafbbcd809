import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct SalesReportTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `used tickets count as revenue, cancelled ones as refunds`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let (alice, admin) = (house.calls(of: .alice), house.calls(of: .operator))
                let used = try await house.reserve("A-1-1", as: .alice, number: 10)
                _ = try await house.confirm(used, payment: 11)
                let ticket = try #require(try await house.tickets(of: .alice).first)
                let show = ShowTicketRequest(concertID: house.concert, ticketID: ticket.ticketID)
                let code = try await alice.showTicket(show).code
                _ = try await admin.checkIn(CheckInRequest(code: code), CallOptions(requestID: .numbered(12)))
                let cancelled = try await house.reserve("A-1-2", "A-1-3", as: .bob, number: 13)
                _ = try await house.confirm(cancelled, payment: 14, user: .bob)
                _ = try await house.cancel(cancelled, as: .bob, number: 15)
                let report = try await admin.salesReport(SalesReportRequest(concertID: house.concert))
                let line = try #require(report.lines.first)
                #expect(line.counts == SeatCounts(free: 19, held: 0, sold: 1, blocked: 0))
                #expect(line.used == 1 && line.revenue == 4500)
                #expect(line.cancelled == 2 && line.refunded == 9000)
            }
        }

        @Test(arguments: Engine.available)
        func `the report counts seats, tickets and money by date and grade`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let kept = try await house.reserve("A-1-1", "B-1-1", as: .alice, number: 10)
                _ = try await house.confirm(kept, payment: 11)
                let returned = try await house.reserve("A-1-2", as: .bob, number: 12)
                _ = try await house.confirm(returned, payment: 13, user: .bob)
                _ = try await house.cancel(returned, as: .bob, number: 14)
                _ = try await house.reserve("B-1-3", as: .bob, number: 15)
                let report = try await house.calls(of: .operator).salesReport(
                    SalesReportRequest(concertID: house.concert))
                #expect(report.currency == "EUR")
                #expect(report.lines.map(\.grade) == ["A", "B"])
                #expect(report.lines.first?.counts == SeatCounts(free: 19, held: 0, sold: 1, blocked: 0))
                #expect(report.lines.first?.revenue == 4500)
                #expect(report.lines.first?.cancelled == 1)
                #expect(report.lines.first?.refunded == 4500)
                #expect(report.lines.last?.counts == SeatCounts(free: 8, held: 1, sold: 1, blocked: 0))
                #expect(report.lines.last?.revenue == 3000)
            }
        }
    }

    struct Refuses {
        @Test func `an unknown concert is refused`() async throws {
            try await House.with(.memory) { house in
                await expectRefusal("CONCERT_UNKNOWN") {
                    try await house.calls(of: .operator).salesReport(
                        SalesReportRequest(concertID: ConcertID(high: 0xdead, low: 1)))
                }
            }
        }
    }
}
