import ConcertAPI
import Kernel
import Telemetry
import TestSupport
import Testing

@testable import ConcertService

/// The metrics of dates on sale.
@Suite struct SaleFiguresTests {
    private static func metrics(_ house: House) async throws -> String {
        try await house.service.run("figures")
        return house.service.instances[0].metrics.prometheusText
    }

    private static func expect(_ lines: [String], in text: String) {
        for line in lines { #expect(text.contains("\n\(line)\n"), "\(line)") }
    }

    @Test(arguments: Engine.available)
    func `the metrics show seats by grade and state, and revenue`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let sold = try await house.reserve("A-1-1", "B-1-1", as: .alice, number: 10)
            _ = try await house.confirm(sold, payment: 11)
            _ = try await house.reserve("B-1-2", as: .bob, number: 12)
            try await house.service.run("events")
            let date = "concert=\"moon-tour\",date=\"tonight\""
            Self.expect(
                [
                    "concert_seats{\(date),grade=\"A\",state=\"free\"} 19",
                    "concert_seats{\(date),grade=\"A\",state=\"sold\"} 1",
                    "concert_seats{\(date),grade=\"B\",state=\"held\"} 1",
                    "concert_revenue_minor_units{\(date),grade=\"A\",currency=\"EUR\"} 4500",
                    "concert_revenue_minor_units{\(date),grade=\"B\",currency=\"EUR\"} 3000",
                    "concert_events_waiting 0",
                ], in: try await Self.metrics(house))
            // A hold ends by time alone.
            house.clock.advance(by: .minutes(30))
            Self.expect(
                ["concert_seats{\(date),grade=\"B\",state=\"held\"} 0"], in: try await Self.metrics(house))
            // The sale closes.
            house.clock.advance(by: .hours(1))
            #expect(try await !Self.metrics(house).contains("concert_seats{"))
        }
    }

    @Test(arguments: Engine.available)
    func `the metrics show refunds until they are acknowledged`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let sold = try await house.reserve("A-1-1", as: .bob, number: 10)
            _ = try await house.confirm(sold, payment: 11, user: .bob)
            _ = try await house.cancel(sold, as: .bob, number: 12)
            Self.expect(
                ["concert_refunds_due{currency=\"EUR\"} 1", "concert_refunds_due_minor_units{currency=\"EUR\"} 4500"],
                in: try await Self.metrics(house))
            let due = try await house.calls(of: .service).listRefundsDue(ListRefundsDueRequest()).refunds
            for refund in due {
                _ = try await house.calls(of: .service).acknowledgeRefund(
                    AcknowledgeRefundRequest(concertID: house.concert, refundID: refund.refundID))
            }
            #expect(try await !Self.metrics(house).contains("concert_refunds_due{"))
        }
    }
}
