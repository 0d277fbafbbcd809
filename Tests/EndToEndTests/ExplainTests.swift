import TestSupport
import Testing

@testable import MessageJSON

/// `gateway explain` for each way in which a reservation can end. The buyer and an operator read the same steps.
struct ExplainTests {
    private static let hall = "Stalls, 1, 1-9, A, 10.00"

    /// Runs `body` with a sale, and with alice, who has money.
    private func sale(flags: String = "", _ body: (Onsale) async throws -> Void) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(hall: Self.hall, flags: flags)
            try await onsale.signUp("alice", with: "50 EUR")
            try await onsale.expect("join moon-tour", as: "alice")
            try await body(onsale)
        }
    }

    /// Waits until the explanation of a reservation of alice has the steps at its end, for her and for an operator. Returns
    /// the last step that the operator reads.
    @discardableResult
    private func expect(_ steps: [String], for code: String, _ onsale: Onsale) async throws -> JSONValue {
        for (command, user) in [("explain \(code)", "alice"), ("admin explain moon-tour \(code)", "carol")] {
            try await onsale.until(command, as: user) { answer in
                // The wallet ends the place of a buyer some time after the payment.
                let found = answer["events"].elements.map { $0["what"].string }.filter { $0 != "placeFinished" }
                return Array(found.suffix(steps.count)) == steps && found.contains("held")
            }
        }
        let events = try await onsale.expect("admin explain moon-tour \(code)", as: "carol")["events"].elements
        return events.last { $0["what"].string == steps.last } ?? .null
    }

    /// The log of actions lists a new one a moment later.
    private func expectOperator(of step: String, for code: String, _ onsale: Onsale) async throws {
        try await onsale.until("admin explain moon-tour \(code)", as: "carol") { answer in
            answer["events"].elements.last { $0["what"].string == step }?["operatorId"].string.isEmpty == false
        }
    }

    private func hold(_ onsale: Onsale) async throws -> String {
        try await onsale.expect("reserve moon-tour Stalls-1-1 Stalls-1-2", as: "alice")["code"].string
    }

    private func buy(_ onsale: Onsale) async throws -> String {
        let code = try await hold(onsale)
        try await onsale.expect("pay", as: "alice")
        return code
    }

    @Test func `a hold that its user released`() async throws {
        try await sale { onsale in
            let code = try await hold(onsale)
            try await onsale.expect("release", as: "alice")
            try await expect(["held", "released"], for: code, onsale)
        }
    }

    @Test func `a hold that expired`() async throws {
        try await sale(flags: "--hold 1s") { onsale in
            try await expect(["held", "expired"], for: try await hold(onsale), onsale)
        }
    }

    @Test func `a hold that ended with its cancelled date`() async throws {
        try await sale { onsale in
            let code = try await hold(onsale)
            try await cancelDate(onsale)
            let last = try await expect(["held", "dateCancelled"], for: code, onsale)
            #expect(last["reason"].string == "fog")
            try await expectOperator(of: "dateCancelled", for: code, onsale)
        }
    }

    @Test func `a sale that ended with its cancelled date`() async throws {
        try await sale { onsale in
            let code = try await buy(onsale)
            try await cancelDate(onsale)
            let steps = ["dateCancelled", "ticketCancelled", "ticketCancelled", "refunded"]
            let last = try await expect(steps, for: code, onsale)
            #expect(last["refunded"]["minorUnits"].number == 2000)
        }
    }

    private func cancelDate(_ onsale: Onsale) async throws {
        let command = "admin schedule cancel moon-tour/friday --reason fog"
        let code = try await onsale.expect(command, as: "carol")["confirmation"].string
        try await onsale.expect("\(command) --confirmation \(code)", as: "carol")
    }

    @Test func `a return of one seat, with a part kept, and of the rest`() async throws {
        try await sale { onsale in
            try await onsale.expect("admin schedule returns moon-tour/friday --keep 3650:0,3000:10", as: "carol")
            let code = try await buy(onsale)
            try await onsale.expect("cancel Stalls-1-2 --yes", as: "alice")
            let part = try await expect(["ticketCancelled", "refunded"], for: code, onsale)
            #expect(part["refunded"]["minorUnits"].number == 1000)
            try await onsale.expect("cancel \(code) --yes", as: "alice")
            try await expect(["returned", "ticketCancelled", "refunded"], for: code, onsale)
        }
    }

    @Test func `a return by an operator, who is named with the reason`() async throws {
        try await sale { onsale in
            let code = try await buy(onsale)
            try await onsale.expect(
                "admin reservation cancel moon-tour \(code) --reason broken --yes", as: "carol")
            try await expect(["returned", "ticketCancelled", "ticketCancelled", "refunded"], for: code, onsale)
            func actor(_ answer: Answer) -> String? {
                answer["events"].elements.first {
                    $0["what"].string == "ticketCancelled" && $0["reason"].string == "broken"
                }?["operatorId"].string
            }
            try await onsale.until("admin explain moon-tour \(code)", as: "carol") { actor($0)?.isEmpty == false }
            let id = try #require(actor(try await onsale.expect("admin explain moon-tour \(code)", as: "carol")))
            let terminal = onsale.terminal(["admin", "explain", "moon-tour", code], as: "carol")
            #expect(try await onThread { terminal.waitForEnd() } == 0)
            let lines = Screen.lines(of: terminal.output)
            #expect(lines.contains { $0.hasSuffix("  \(id.suffix(8))") })
            #expect(!terminal.output.contains(id), "a whole id leaves no room for the steps")
        }
    }

    @Test func `a sale of a date that was moved`() async throws {
        try await sale { onsale in
            let code = try await buy(onsale)
            let move = ["admin", "schedule", "move", "moon-tour/friday", "--starts", "2090-12-26 20:00"]
            #expect(try await onsale.run(move + ["--reason", "storm", "--yes"], as: "carol").exit == 0)
            let last = try await expect(["dateMoved", "dateMoved"], for: code, onsale)
            #expect(last["reason"].string == "storm")
            try await expectOperator(of: "dateMoved", for: code, onsale)
        }
    }

    @Test func `a hold of a user whose place was revoked`() async throws {
        try await sale { onsale in
            let place = try await onsale.expect("place", as: "alice")["placeId"].string
            let code = try await hold(onsale)
            try await onsale.expect("admin room revoke sale \(place) --reason robot", as: "carol")
            let last = try await expect(["held", "placeRevoked"], for: code, onsale)
            #expect(last["reason"].string == "robot")
        }
    }

    @Test func `a payment that was refused for lack of money`() async throws {
        try await sale { onsale in
            try await onsale.expect("sign-up bob", as: "bob")
            try await onsale.expect("join moon-tour", as: "bob")
            try await onsale.expect("reserve moon-tour Stalls-1-9", as: "bob")
            #expect(try await onsale.gateway("pay", as: "bob").reason == "NO_ACCOUNT")
            let code = try await onsale.expect("reservations", as: "bob")[0]["code"].string
            let steps = try await onsale.expect("explain \(code)", as: "bob")["events"].elements.map {
                $0["what"].string
            }
            #expect(Array(steps.suffix(3)) == ["held", "paymentBegun", "notPaid"])
        }
    }
}
