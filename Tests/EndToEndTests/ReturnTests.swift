import TestSupport
import Testing

@testable import MessageJSON

/// Returns of tickets, by the commands of the gateway.
struct ReturnTests {
    @Test func `one of two tickets goes back at a fee, and the other one with it later`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            let policy = "admin schedule returns moon-tour/friday --keep 3650:25"
            let date = try await onsale.expect("\(policy) --until 2037-12-24T20:00+01:00", as: "carol")
            #expect(date["returnSteps"][0]["keptPercent"].number == 25)
            try await onsale.expect("buy moon-tour Stalls-1-1 Stalls-1-2 --yes", as: "alice")
            #expect(try await onsale.available("alice") == 2200)
            #expect(
                try await onsale.gateway("cancel Stalls-1-1 --least 66.76EUR --yes", as: "alice").reason
                    == "REFUND_CHANGED")
            let part = try await onsale.expect("cancel Stalls-1-1 --reason ill --yes", as: "alice")
            #expect(part["refund"]["amount"]["minorUnits"].number == 6675)
            #expect(part["refund"]["kept"]["minorUnits"].number == 2225)
            #expect(part["reservation"]["state"].string == "sold")
            try await onsale.until("balance", as: "alice") { $0[0]["available"]["minorUnits"].number == 8875 }
            let payment = try await onsale.expect("payment", as: "alice")
            #expect(payment["isRefunded"] == .bool(false) && payment["refunded"]["minorUnits"].number == 6675)
            #expect(try await onsale.expect("history", as: "alice")[0]["reason"].string == "ill")
            #expect(try await onsale.gateway("cancel Stalls-1-1 --yes", as: "alice").reason == "TICKET_CANCELLED")

            try await onsale.expect("cancel --yes", as: "alice")
            try await onsale.until("balance", as: "alice") { $0[0]["available"]["minorUnits"].number == 15_550 }
            let tickets = try await onsale.expect("tickets", as: "alice")
            #expect((0...1).map { tickets[$0]["kept"]["minorUnits"].number } == [2225, 2225])
            let report = try await onsale.expect("admin report moon-tour", as: "carol")
            #expect(report["lines"][0]["kept"]["minorUnits"].number == 4450)
            try await onsale.expect("admin audit", as: "carol")
        }
    }
}
