import TestSupport
import Testing

@testable import MessageJSON

/// Returns of tickets, by the commands of the gateway.
struct ReturnTests {
    @Test func `a user returns one of two tickets at a fee, and later the other one`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            // A policy begins at most 3650 days before the start, so the date is nearer than that of `putOnSale`.
            let times = "--starts 2035-12-25T20:00+01:00 --ends 2035-12-25T23:00+01:00"
            try await onsale.expect("admin schedule configure moon-tour/friday \(times)", as: "carol")
            let policy = "admin schedule returns moon-tour/friday --keep 3650:25"
            let date = try await onsale.expect("\(policy) --until 2035-12-24T20:00+01:00", as: "carol")
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

    @Test func `an operator returns one seat of a reservation by its code, and then the rest`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            let bought = try await onsale.expect("buy moon-tour Stalls-1-1 Stalls-1-2 --yes", as: "alice")
            let command = "admin reservation cancel moon-tour \(bought["reservation"]["code"].string)"
            let part = try await onsale.expect("\(command) Stalls-1-2 --reason broken --yes", as: "carol")
            #expect(part["refund"]["amount"]["minorUnits"].number == 8900)
            #expect(part["reservation"]["state"].string == "sold")
            let rest = try await onsale.expect("\(command) --reason fog --yes", as: "carol")
            #expect(rest["reservation"]["state"].string == "returned")
            try await onsale.until("balance", as: "alice") { $0[0]["available"]["minorUnits"].number == 20_000 }
            #expect(try await onsale.expect("reservations", as: "alice")[0]["returnReason"].string == "fog")
            let tickets = try await onsale.expect("tickets", as: "alice")
            #expect((0...1).map { tickets[$0]["cancelReason"].string } == ["fog", "broken"])
        }
    }

    @Test func `an operator cancels a date, and its buyers get their money and read the reason`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            for user in ["alice", "bob"] { try await onsale.signUp(user) }
            try await onsale.expect("buy moon-tour Stalls-1-1 Stalls-1-2 --yes", as: "alice")
            try await onsale.expect("join moon-tour --wait", as: "bob")
            try await onsale.expect("reserve moon-tour/friday Stalls-1-3", as: "bob")
            let command = "admin schedule cancel moon-tour/friday --reason fog"
            let preview = try await onsale.expect(command, as: "carol")
            #expect(preview["left"]["tickets"].number == 2 && preview["left"]["held"].number == 1)
            #expect(preview["left"]["refunded"]["minorUnits"].number == 17_800)
            let done = try await onsale.expect(
                "\(command) --confirmation \(preview["confirmation"].string)", as: "carol")
            #expect(done["done"]["tickets"].number == 2 && done["left"]["seats"].number == 0)
            #expect(try await onsale.expect(command, as: "carol")["finishedAt"] == done["finishedAt"])

            try await onsale.until("balance", as: "alice") { $0[0]["available"]["minorUnits"].number == 20_000 }
            #expect(try await onsale.expect("history", as: "alice")[0]["reason"].string == "fog")
            #expect(try await onsale.expect("tickets", as: "alice")[0]["cancelReason"].string == "fog")
            let reservations = try await onsale.expect("reservations", as: "bob")
            #expect(reservations[0]["state"].string == "released")
            #expect(reservations[0]["returnReason"].string == "fog")
            #expect(try await onsale.gateway("pay", as: "bob").message.contains("cancelled"))
            #expect(try await onsale.gateway("reserve moon-tour Stalls-1-4", as: "bob").reason == "DATE_CANCELLED")
            try await onsale.expect("admin audit", as: "carol")
        }
    }
}
