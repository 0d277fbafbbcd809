import TestSupport
import Testing

@testable import MessageJSON

/// One evening of a box office, as its operator and its buyers see it.
struct EveningTests {
    private static let hall = "Stalls, 1, 1-4, A, 10.00"

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a sale is sold out, moved, half returned, checked in and counted, and a second date is cancelled`(
        engine: Engine
    ) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 5, hall: Self.hall)
            for buyer in ["alice", "bob", "dora"] { try await onsale.signUp(buyer, with: "50 EUR") }
            try await sellOut(onsale)
            try await moveDate(onsale)
            try await openGate(onsale)
            try await cancelSecondDate(onsale)
            try await count(onsale)
        }
    }

    /// Alice and bob buy all seats, alice returns one, and dora buys it.
    private func sellOut(_ onsale: Onsale) async throws {
        try await onsale.expect("buy moon-tour/friday Stalls-1-1 Stalls-1-2 --yes", as: "alice")
        try await onsale.expect("buy moon-tour/friday Stalls-1-3 Stalls-1-4 --yes", as: "bob")
        try await onsale.until("dates moon-tour --free", as: "dora") { $0.json.elements.isEmpty }
        #expect(try await onsale.gateway("buy moon-tour/friday Stalls-1-2 --yes", as: "dora").reason == "SEAT_SOLD")
        let returned = try await onsale.expect("cancel Stalls-1-2 --yes", as: "alice")
        #expect(returned["reservation"]["returnedSeats"][0].string == "Stalls-1-2")
        try await onsale.until("dates moon-tour --free", as: "dora") { $0[0]["counts"]["free"].number == 1 }
        try await onsale.expect("buy moon-tour/friday Stalls-1-2 --yes", as: "dora")
        try await onsale.until("balance", as: "alice") { $0[0]["available"]["minorUnits"].number == 4000 }
    }

    /// A storm moves the date by a day, and bob returns his tickets in full.
    private func moveDate(_ onsale: Onsale) async throws {
        let words = [
            "admin", "schedule", "move", "moon-tour/friday", "--starts", "2090-12-26 20:00", "--zone", "Europe/Berlin",
            "--reason", "storm", "--return-until", "2090-12-24 12:00", "--yes",
        ]
        let moved = try await onsale.run(words, as: "carol")
        #expect(moved["startsAt"].string == "2090-12-26T19:00:00.000Z", "\(moved)")
        #expect(moved["endsAt"].string == "2090-12-26T22:00:00.000Z")
        let ticket = try await onsale.expect("tickets", as: "bob")[0]
        #expect(ticket["startsAt"].string == "2090-12-26T19:00:00.000Z")
        #expect(ticket["soldStartsAt"].string == "2090-12-25T19:00:00.000Z" && ticket["moveReason"].string == "storm")
        let code = try await onsale.expect("reservations", as: "bob")[0]["code"].string
        let returned = try await onsale.expect("cancel \(code) --yes", as: "bob")
        #expect(returned["reservation"]["state"].string == "returned")
        try await onsale.until("balance", as: "bob") { $0[0]["available"]["minorUnits"].number == 5000 }
    }

    /// Alice and dora come. One ticket is scanned at the wrong entrance, and then at the right one.
    private func openGate(_ onsale: Onsale) async throws {
        var codes: [String] = []
        for (buyer, seat) in [("alice", "Stalls-1-1"), ("dora", "Stalls-1-2")] {
            codes.append(try await onsale.expect("ticket show \(seat)", as: buyer)["ticketCode"].string)
        }
        for code in codes { try await onsale.expect("admin check-in --any-date \(code)", as: "carol") }
        try await onsale.expect("admin undo-check-in \(codes[1]) --reason mistake", as: "carol")
        let again = try await onsale.expect("admin check-in --any-date \(codes[1])", as: "carol")
        #expect(again["undoReason"].string == "mistake" && again["state"].string == "used")
        #expect(try await onsale.gateway("admin check-in --any-date \(codes[0])", as: "carol").reason == "TICKET_USED")
    }

    /// Dora buys a ticket for another date, which is cancelled. She reads why, and gets all money back.
    private func cancelSecondDate(_ onsale: Onsale) async throws {
        try await onsale.addDate("moon-tour/saturday", room: "sale", hall: Self.hall)
        try await onsale.until("place", as: "dora") { $0["state"].string != "active" }
        let bought = try await onsale.expect("buy moon-tour/saturday Stalls-1-1 --yes", as: "dora")
        let command = "admin schedule cancel moon-tour/saturday --reason fog"
        let code = try await onsale.expect(command, as: "carol")["confirmation"].string
        try await onsale.expect("\(command) --confirmation \(code)", as: "carol")
        try await onsale.until("balance", as: "dora") { $0[0]["available"]["minorUnits"].number == 4000 }
        let ticket = try await onsale.expect("tickets moon-tour", as: "dora").json.elements.first {
            $0["reservationId"] == bought["reservation"]["reservationId"]
        }
        #expect(ticket?["state"].string == "cancelled" && ticket?["cancelReason"].string == "fog")
        #expect(ticket?["refunded"]["minorUnits"].number == 1000)
    }

    /// The report, the exports and the audit agree.
    private func count(_ onsale: Onsale) async throws {
        let lines = try await onsale.expect("admin report moon-tour", as: "carol")["lines"].elements
        let line = try #require(lines.first { $0["date"].string == "friday" })
        #expect(line["revenue"]["minorUnits"].number == 2000 && line["refunded"]["minorUnits"].number == 3000)
        #expect(line["used"].number == 2 && line["cancelled"].number == 3 && line["counts"]["free"].number == 2)
        let tickets = try await rows("tickets", onsale).filter { $0["date"].string == "friday" }
        #expect(tickets.count == 5 && tickets.count { $0["state"].string == "used" } == 2)
        #expect(Set(tickets.map { $0["startsAt"].string }) == ["2090-12-26T19:00:00.000Z"])
        let reservations = try await rows("reservations", onsale).filter { $0["date"].string == "friday" }
        #expect(reservations.map { $0["state"].string }.sorted() == ["returned", "sold", "sold"])
        let buyers = try await rows("buyers", onsale)
        #expect(buyers.map { $0["tickets"].number }.sorted() == [0, 1, 1])
        #expect(buyers.reduce(0) { $0 + $1["amount"]["minorUnits"].number } == 2000)
        let audit = try await onsale.expect("admin audit", as: "carol")
        #expect(audit["misfit"] == .null, "\(audit)")
    }

    /// The rows of an export in JSON lines.
    private func rows(_ kind: String, _ onsale: Onsale) async throws -> [Answer] {
        try await onsale.expect("admin export \(kind) moon-tour", as: "carol").text.split(separator: "\n").map {
            Answer(line: kind, exit: 0, text: String($0))
        }
    }
}
