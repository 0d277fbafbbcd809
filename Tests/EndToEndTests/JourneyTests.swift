import TestSupport
import Testing

@testable import MessageJSON

/// Journeys of buyers with the gateway and the built services.
struct JourneyTests {
    @Test(arguments: [Engine.file, .postgreSQL])
    func `a buyer signs up, joins the line, reserves, pays, and checks in`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 5)
            let programs = try await onsale.expect("status", as: "alice").json.elements
            #expect(programs.count == 3 * Onsale.instances(on: engine))
            #expect(programs.allSatisfy { $0["contract"].string == "v1" && !$0["version"].string.isEmpty })
            try await onsale.expect("sign-up alice", as: "alice")
            #expect(try await onsale.expect("whoami", as: "alice")["name"].string == "alice")
            #expect(try await onsale.expect("concerts", as: "alice")[0]["name"].string == "moon-tour")
            let date = try await onsale.expect("dates moon-tour", as: "alice")[0]
            #expect(date["startsAt"].string == "2090-12-25T19:00:00.000Z")

            let place = try await onsale.expect("join moon-tour", as: "alice")
            #expect(place["state"].string == "active", "it is her turn, so she enters at once")
            #expect(try await onsale.expect("place", as: "alice")["placeId"] == place["placeId"])

            let seats = try await onsale.expect("seats moon-tour/friday --section Balcony", as: "alice")
            #expect(seats["grades"][1]["lowestPrice"]["minorUnits"].number == 4550)
            #expect(seats["blocks"].elements.count == 2)

            let reserved = try await onsale.expect("reserve moon-tour Stalls-1-7 Stalls-1-8", as: "alice")
            #expect(reserved["state"].string == "held")
            #expect(reserved["total"]["minorUnits"].number == 17_800)
            #expect(try await onsale.gateway("pay", as: "alice").reason == "NO_ACCOUNT")
            try await onsale.expect("top-up 177.99 EUR", as: "alice")
            #expect(try await onsale.expect("payment", as: "alice")["reason"].string == "noAccount")
            let refused = try await onsale.gateway("pay", as: "alice")
            #expect(refused.reason == "INSUFFICIENT")
            #expect(
                refused.message.hasPrefix(
                    "not paid: your wallet has 177.99 EUR, and the price is 178.00 EUR: 0.01 EUR is missing. "
                        + "Type: gateway top-up 0.01 EUR, then: gateway pay "))
            try await onsale.expect("top-up 10 EUR", as: "alice")
            let paid = try await onsale.expect("pay", as: "alice")
            #expect(paid["outcome"].string == "paid")
            #expect(try await onsale.expect("pay", as: "alice")["paymentId"] == paid["paymentId"])
            #expect(try await onsale.expect("payment", as: "alice")["paymentId"] == paid["paymentId"])
            #expect(try await onsale.available("alice") == 999)
            let history = try await onsale.expect("history", as: "alice").json.elements.map { $0["kind"].string }
            #expect(history == ["payment", "setAside", "topUp", "topUp"])
            #expect(try await onsale.expect("payments", as: "alice").json.elements.count == 3)
            try await passGate(onsale)
        }
    }

    /// Alice's tickets are shown, verified and checked in, and the reports count them.
    private func passGate(_ onsale: Onsale) async throws {
        let tickets = try await onsale.expect("tickets", as: "alice").json.elements
        #expect(tickets.map { $0["seat"].string } == ["Stalls-1-7", "Stalls-1-8"])
        let ticket = try await onsale.expect("ticket show Stalls-1-8", as: "alice")
        let code = ticket["ticketCode"].string
        #expect(try await onsale.expect("ticket verify \(code)", as: "bob")["seat"].string == "Stalls-1-8")
        // The date is years ahead.
        let early = try await onsale.gateway("admin check-in --date moon-tour/friday --gate North \(code)", as: "carol")
        #expect(early.exit == 1 && early.reason == "CHECK_IN_CLOSED", "\(early)")
        let checkedIn = try await onsale.expect("admin check-in --any-date \(code)", as: "carol")
        #expect(checkedIn["state"].string == "used")
        #expect(checkedIn["date"].string == "moon-tour/friday")
        #expect(try await onsale.gateway("admin check-in --any-date \(code)", as: "carol").reason == "TICKET_USED")

        let report = try await onsale.expect("admin report moon-tour", as: "carol")
        #expect(report["revenue"]["minorUnits"].number == 17_800)
        #expect(try await onsale.expect("admin audit", as: "carol")["paid"].number == 1)
        #expect(try await onsale.expect("admin halts list", as: "carol").json == .array([]))
    }

    @Test func `bought seats are returned for a refund, and held seats are released`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            let bought = try await onsale.expect("buy moon-tour --best 2 --grade A --yes", as: "alice")
            #expect(bought["payment"]["outcome"].string == "paid")
            #expect(bought["tickets"].elements.count == 2)
            #expect(try await onsale.available("alice") == 2200)
            #expect(try await onsale.gateway("release", as: "alice").reason == "ALREADY_SOLD")
            let code = bought["reservation"]["code"].string
            #expect(
                try await onsale.expect("cancel \(code) --yes", as: "alice")["reservation"]["state"].string
                    == "returned")
            // The wallet service fetches refunds from the concert service at intervals.
            try await onsale.until("balance", as: "alice") { $0[0]["available"]["minorUnits"].number == 20_000 }
            #expect(try await onsale.expect("payment", as: "alice")["isRefunded"] == .bool(true))
            #expect(try await onsale.expect("tickets", as: "alice")[0]["state"].string == "cancelled")

            try await onsale.expect("join moon-tour --wait", as: "alice")
            let held = try await onsale.expect("reserve moon-tour/friday --best 1 --grade B", as: "alice")
            #expect(try await onsale.expect("release", as: "alice")["reservationId"] == held["reservationId"])
            #expect(try await onsale.expect("reservations", as: "alice")[0]["state"].string == "released")
            try await onsale.expect("leave", as: "alice")
            #expect(try await onsale.gateway("seats moon-tour", as: "alice").reason == "PASS_MISSING")
            try await onsale.expect("sign-out", as: "alice")
            #expect(try await onsale.gateway("whoami", as: "alice").exit == 77)
            try await onsale.expect("sign-in alice", as: "alice")
        }
    }

    @Test func `a repeated command succeeds, and an impossible one is refused with the next command`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await onsale.expect("buy moon-tour Stalls-1-1 --yes", as: "alice")
            for _ in 1...2 {
                #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            }
            #expect(try await onsale.gateway("release", as: "alice").message.contains("gateway cancel"))
            for _ in 1...2 {
                let cancelled = try await onsale.expect("cancel --yes", as: "alice")
                #expect(cancelled["reservation"]["state"].string == "returned")
            }
            try await onsale.expectRefusal("pay", as: "alice", with: "gateway reserve CONCERT/DATE SEAT")
            try await onsale.expect("release", as: "alice")

            try await onsale.until("place", as: "alice") { $0["state"].string != "active" }
            try await onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.expect("reserve moon-tour Stalls-1-2", as: "alice")
            try await onsale.expectRefusal("cancel --yes", as: "alice", with: "gateway release")
            let terminal = onsale.terminal(["reservations"], as: "alice")
            #expect(try await onThread { terminal.waitForEnd() } == 0)
            #expect(Screen.lines(of: terminal.output).contains { $0.contains("moon-tour/friday  held for ") })
            for _ in 1...2 {
                #expect(try await onsale.expect("release", as: "alice")["state"].string == "released")
            }
            try await onsale.expectRefusal("pay", as: "alice", with: "gateway reserve CONCERT/DATE SEAT")
            try await onsale.expectRefusal("cancel --yes", as: "alice", with: "gateway reserve CONCERT/DATE SEAT")
        }
    }

    @Test func `no hint names a closed room, and a date without its room stays on sale`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.expect("admin room close sale --yes", as: "carol")
            for command in ["reserve moon-tour Stalls-1-1", "seats moon-tour", "join moon-tour"] {
                try await onsale.expectRefusal(command, as: "alice", with: "gateway admin schedule configure --no-room")
            }
            let lists = [
                (["dates", "moon-tour"], "alice", "closed"),
                (["admin", "schedule", "list", "moon-tour"], "carol", "sale, closed"),
            ]
            for (words, user, line) in lists {
                let terminal = onsale.terminal(words, as: user)
                #expect(try await onThread { terminal.waitForEnd() } == 0)
                #expect(Screen.lines(of: terminal.output).last?.hasSuffix("  \(line)") == true, "\(terminal.output)")
            }
            let both = try await onsale.gateway(
                "admin schedule configure moon-tour/friday --no-room --room sale", as: "carol")
            #expect(both.exit == 64)
            try await onsale.expect("admin schedule configure moon-tour/friday --no-room", as: "carol")
            #expect(try await onsale.expect("dates moon-tour", as: "alice")[0]["roomId"] == .null)
            try await onsale.expect("buy moon-tour Stalls-1-1 --yes", as: "alice")
        }
    }

    @Test func `each date has its own place, and leave ends only the named one`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.expect("admin room create other", as: "carol")
            try await onsale.expect("admin room open other", as: "carol")
            try await onsale.addDate("moon-tour/saturday", room: "other")
            try await onsale.expect("sign-up alice", as: "alice")
            let friday = try await onsale.expect("join moon-tour/friday --wait", as: "alice")["placeId"]
            for line in ["leave moon-tour/saturday", "place moon-tour/saturday"] {
                #expect(try await onsale.gateway(line, as: "alice").exit == 1)
            }
            #expect(try await onsale.expect("place moon-tour", as: "alice")["placeId"] == friday)
            try await onsale.expect("join moon-tour/saturday --wait", as: "alice")
            let unclear = try await onsale.gateway("leave moon-tour", as: "alice")
            #expect(unclear.exit == 64)
            #expect(unclear.message.contains("moon-tour/saturday, moon-tour/friday"))
            try await onsale.expect("leave moon-tour/saturday", as: "alice")
            #expect(try await onsale.expect("place", as: "alice")["placeId"] == friday)
        }
    }

    @Test func `buy pays for held seats only if they match the choice`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(flags: "--seats-per-user 10")
            try await onsale.signUp("alice", with: "1000 EUR")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let cheap = try await onsale.expect("reserve moon-tour --best 2 --grade B", as: "alice")
            let bought = try await onsale.expect("buy moon-tour --best 2 --grade A --yes", as: "alice")
            #expect(bought["tickets"].elements.map { $0["grade"].string } == ["A", "A"])
            try await onsale.until("place", as: "alice") { $0["state"].string != "active" }
            let code = cheap["code"].string
            #expect(try await onsale.expect("release \(code)", as: "alice")["state"].string == "released")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let held = try await onsale.expect("reserve moon-tour --best 2 --grade B", as: "alice")
            let again = try await onsale.expect("buy moon-tour --best 2 --grade B --yes", as: "alice")
            #expect(again["reservation"]["reservationId"] == held["reservationId"])
        }
    }

    @Test func `a command with the same request id has the same effect once`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(flags: "--seats-per-user 10")
            try await onsale.expect("sign-up alice", as: "alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let id = "--request-id 0193e5a0-7a55-7000-8000-00000000000"
            for _ in 1...2 { try await onsale.expect("top-up 5 EUR \(id)1", as: "alice") }
            #expect(try await onsale.available("alice") == 500)
            let reserve = "reserve moon-tour --best 1 --grade A \(id)2"
            let first = try await onsale.expect(reserve, as: "alice")
            #expect(try await onsale.expect(reserve, as: "alice")["seats"] == first["seats"])
            #expect(try await onsale.expect("reservations", as: "alice").json.elements.count == 1)
            #expect(
                try await onsale.gateway("reserve moon-tour --best 2 --grade B \(id)2", as: "alice").reason
                    == "REQUEST_ID_REUSED")
            #expect(try await onsale.expect("release", as: "alice")["reservationId"] == first["reservationId"])
            let create = "admin room create second \(id)3"
            let room = try await onsale.expect(create, as: "carol")
            #expect(try await onsale.expect(create, as: "carol")["roomId"] == room["roomId"])
        }
    }

    @Test func `buy continues a reservation whose answer was lost, and holds no further seats`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(flags: "--seats-per-user 10")
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let held = try await onsale.expect("reserve moon-tour --best 1 --grade A", as: "alice")
            // First the answer was lost, then the request.
            try onsale.markUnanswered(to: held["reservationId"].string, as: "alice")
            let bought = try await onsale.expect("buy moon-tour --best 1 --grade A --yes", as: "alice")
            #expect(bought["reservation"]["reservationId"] == held["reservationId"])
            try await onsale.until("place", as: "alice") { $0["state"].string != "active" }
            let lost = "0193e5a0-7a55-7000-8000-000000000009"
            try onsale.markUnanswered(to: lost, as: "alice")
            #expect(try await onsale.expect("pay", as: "alice")["paymentId"] == bought["payment"]["paymentId"])
            let other = try await onsale.expect("buy moon-tour --best 1 --grade B --yes", as: "alice")
            #expect(other["reservation"]["reservationId"].string == lost)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a user who names own seats again gets the same reservation, and pays once`(
        engine: Engine
    ) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 5)
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let held = try await onsale.expect("reserve moon-tour Stalls-1-7 Stalls-1-8", as: "alice")
            try await onsale.expect("reserve moon-tour Stalls-1-9", as: "alice")
            let again = try await onsale.expect("reserve moon-tour Stalls-1-8 Stalls-1-7", as: "alice")
            #expect(again["reservationId"] == held["reservationId"])
            let one = try await onsale.gateway("reserve moon-tour Stalls-1-7 Stalls-1-10", as: "alice")
            #expect(one.reason == "SEAT_HELD")
            #expect(one.message.hasSuffix("You already have Stalls-1-7. Name only the other seats"))
            // As on another machine of the same user.
            try onsale.clearActivity(as: "alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let elsewhere = try await onsale.expect("reserve moon-tour Stalls-1-7 Stalls-1-8", as: "alice")
            #expect(elsewhere["reservationId"] == held["reservationId"])
            let bought = try await onsale.expect("buy moon-tour Stalls-1-7 Stalls-1-8 --yes", as: "alice")
            #expect(bought["reservation"]["reservationId"] == held["reservationId"])
            try await onsale.until("place", as: "alice") { $0["state"].string != "active" }
            let sold = try await onsale.expect("reserve moon-tour Stalls-1-7 Stalls-1-8", as: "alice")
            #expect(sold["state"].string == "sold")
            for _ in 1...2 {
                let twice = try await onsale.expect("buy moon-tour Stalls-1-8 Stalls-1-7 --yes", as: "alice")
                #expect(twice["payment"]["paymentId"] == bought["payment"]["paymentId"])
                try onsale.clearActivity(as: "alice")
            }
            #expect(try await onsale.expect("payments", as: "alice").json.elements.count == 1)
        }
    }
}
