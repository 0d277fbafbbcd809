import TestSupport
import Testing

@testable import MessageJSON

/// Journeys of buyers and operators with the gateway and the built services.
struct JourneyTests {
    @Test(arguments: [Engine.file, .postgreSQL])
    func `a buyer signs up, joins the line, reserves, pays, and checks in`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 5)
            let programs = try await onsale.expect("status", as: "alice").json.elements
            #expect(programs.count == 3 * Onsale.instances(on: engine))
            try await onsale.expect("sign-up alice", as: "alice")
            #expect(try await onsale.expect("whoami", as: "alice")["name"].string == "alice")
            #expect(try await onsale.expect("concerts", as: "alice")[0]["name"].string == "moon-tour")
            let date = try await onsale.expect("dates moon-tour", as: "alice")[0]
            #expect(date["startsAt"].string == "2090-12-25T19:00:00.000Z")

            let place = try await onsale.expect("join moon-tour --wait", as: "alice")
            #expect(place["state"].string == "active")
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
                refused.message
                    == "not paid: your wallet has 177.99 EUR, and the price is 178.00 EUR: 0.01 EUR is missing. "
                    + "Type: gateway top-up 0.01 EUR, then: gateway pay")
            try await onsale.expect("top-up 10 EUR", as: "alice")
            let paid = try await onsale.expect("pay", as: "alice")
            #expect(paid["outcome"].string == "paid")
            #expect(try await onsale.expect("pay", as: "alice")["paymentId"] == paid["paymentId"])
            #expect(try await onsale.expect("payment", as: "alice")["paymentId"] == paid["paymentId"])
            #expect(try await onsale.available("alice") == 999)
            let history = try await onsale.expect("history", as: "alice").json.elements.map { $0["kind"].string }
            #expect(history == ["payment", "setAside", "topUp", "topUp"])
            #expect(try await onsale.expect("payments", as: "alice").json.elements.count == 3)

            let tickets = try await onsale.expect("tickets", as: "alice").json.elements
            #expect(tickets.map { $0["seat"].string } == ["Stalls-1-7", "Stalls-1-8"])
            let ticket = try await onsale.expect("ticket show Stalls-1-8", as: "alice")
            let code = ticket["ticketCode"].string
            #expect(try await onsale.expect("ticket verify \(code)", as: "bob")["seat"].string == "Stalls-1-8")
            let checkedIn = try await onsale.expect("admin check-in --date moon-tour/friday \(code)", as: "carol")
            #expect(checkedIn["state"].string == "used")
            #expect(checkedIn["date"].string == "moon-tour/friday")
            #expect(try await onsale.gateway("admin check-in \(code)", as: "carol").reason == "TICKET_USED")

            let report = try await onsale.expect("admin report moon-tour", as: "carol")
            #expect(report["revenue"]["minorUnits"].number == 17_800)
            #expect(try await onsale.expect("admin audit", as: "carol")["paid"].number == 1)
            #expect(try await onsale.expect("admin halts list", as: "carol").json == .array([]))
        }
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

    @Test func `no hint leads to a closed room, and a date that is removed from it stays on sale`() async throws {
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

    @Test func `a scanner checks in tickets, and the report counts them`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(active: 5)
            try await onsale.signUp("alice")
            try await onsale.expect("buy moon-tour Stalls-1-7 Stalls-1-8 --yes", as: "alice")
            var codes: [String] = []
            for seat in ["Stalls-1-7", "Stalls-1-8"] {
                codes.append(try await onsale.expect("ticket show \(seat)", as: "alice")["ticketCode"].string)
            }
            let scanned = try await onsale.run(
                ["admin", "check-in"], as: "carol",
                input: "\(codes[0])\nNONSENSE\n\n\(codes[0])\n\(codes[1])\n")
            #expect(scanned.exit == 1)
            let answers = scanned.text.split(separator: "\n").map { Answer(line: "", exit: 0, text: String($0)) }
            #expect(answers.map { $0["seat"].string } == ["Stalls-1-7", "", "", "Stalls-1-8", ""])
            #expect(answers.map { $0["reason"].string } == ["", "CODE_REFUSED", "TICKET_USED", "", ""])
            #expect(answers.last?.message == "codes refused: 2")
            let report = try await onsale.gateway("admin report moon-tour --csv", as: "carol")
            #expect(
                report.text == """
                    date,grade,free,held,sold,blocked,used,cancelled,revenue,refunded,currency
                    friday,A,38,0,2,0,2,0,178.00,0.00,EUR
                    friday,B,20,0,0,0,0,0,0.00,0.00,EUR

                    """)
        }
    }

    @Test func `an operator controls the line, and takes seats off sale`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.expect("sign-up \(user)", as: user) }
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let place = try await onsale.expect("join moon-tour", as: "bob")
            #expect(place["state"].string == "waiting")
            #expect(place["peopleAhead"].number == 0)
            let room = try await onsale.expect("admin room show sale", as: "carol")
            #expect(room["waiting"].number == 1)
            #expect(room["active"].number == 1)
            let id = place["placeId"].string
            let history = try await onsale.expect("admin room history sale \(id)", as: "carol")
            #expect(history["events"][0]["state"].string == "waiting")
            try await onsale.expect("admin room revoke sale \(id) --reason robot", as: "carol")
            #expect(try await onsale.expect("place", as: "bob")["reason"].string == "robot")
            #expect(
                try await onsale.expect("admin room configure sale --active 9 --rate 7", as: "carol")["ratePerSecond"]
                    .number == 7)
            for step in ["pause", "open", "drain"] { try await onsale.expect("admin room \(step) sale", as: "carol") }
            #expect(try await onsale.expect("admin room list", as: "carol")[0]["state"].string == "draining")
            #expect(try await onsale.expect("admin room close sale --yes", as: "carol")["state"].string == "closed")

            try await onsale.expect("admin seats block moon-tour/friday Stalls-1-1..3 --reason camera", as: "carol")
            let seat = try await onsale.expect("admin seats history moon-tour/friday Stalls-1-2", as: "carol")
            #expect(seat["blockedReason"].string == "camera")
            #expect(
                try await onsale.expect("admin seats unblock moon-tour/friday Stalls-1-1", as: "carol")["changed"]
                    .number == 1)
            let changed = try await onsale.expect(
                "admin schedule configure moon-tour/friday --seats-per-user 2 --hold 3m", as: "carol")
            #expect(changed["holdMs"].number == 180_000)
            #expect(changed["seatsPerUser"].number == 2)
            #expect(try await onsale.expect("admin schedule list moon-tour", as: "carol").json.elements.count == 1)
            try await onsale.expect("admin top-up bob 5 EUR", as: "carol")
            #expect(try await onsale.available("bob") == 500)
        }
    }

    @Test func `keys are replaced in steps, and credentials stay valid until the last step`() async throws {
        try await Onsale.with(.file) { onsale in
            let keys = "--keys \(onsale.folder.path)/keys"
            try await onsale.expect("sign-up alice", as: "alice")
            let old = try await onsale.expect("admin keys list \(keys)", as: "carol")[0]["id"].string
            let staged = try await onsale.expect("admin keys stage auth \(keys)", as: "carol")
            #expect(staged[1]["signs"] == .bool(false))
            try await onsale.expect("admin keys promote auth \(staged[1]["id"].string) \(keys)", as: "carol")
            try await onsale.kill(.wallet)
            try await onsale.restart(.wallet)
            // The credential of alice is signed with the old key, which still verifies.
            try await onsale.expect("balance", as: "alice")
            try await onsale.expect("admin keys drop auth \(old) \(keys) --yes", as: "carol")
            try await onsale.kill(.wallet)
            try await onsale.restart(.wallet)
            #expect(try await onsale.gateway("balance", as: "alice").reason == "CREDENTIAL_INVALID")
            try await onsale.expect("sign-in alice", as: "alice")
            try await onsale.expect("balance", as: "alice")
            #expect(try await onsale.gateway("admin keys drop auth \(old) \(keys) --yes", as: "carol").exit == 1)
            #expect(try await onsale.gateway("admin keys create \(keys)", as: "carol").exit == 74)
        }
    }

    @Test func `call calls any method, and prints the items of a stream`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(active: 1)
            try await onsale.expect("sign-up alice", as: "alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let found = try await onsale.run(["call", "FindRoom", "{\"name\": \"sale\"}"], as: "alice")
            let room = found["room"]["roomId"].string
            #expect(try await onsale.run(["call", "ListRooms"], as: "carol")["rooms"][0]["name"].string == "sale")
            #expect(try await onsale.run(["call", "ListRooms"], as: "alice").exit == 77)
            let file = "\(onsale.folder.path)/service"
            try await onsale.expect(
                "admin credential --keys \(onsale.folder.path)/keys --role service --output \(file)", as: "carol")
            #expect(try await onsale.gateway("call ListRefundsDue --credential \(file)", as: "alice").exit == 0)
            // The stream of a place ends after the place has ended.
            let joined = try await onsale.run(["call", "Join", "{\"roomId\": \"\(room)\"}"], as: "alice")
            let place = joined["place"]["placeId"].string
            try await onsale.expect("leave", as: "alice")
            let request = "{\"roomId\": \"\(room)\", \"placeId\": \"\(place)\"}"
            let watched = try await onsale.run(["call", "WatchPlace", request], as: "alice")
            #expect(watched.exit == 0)
            #expect(watched["place"]["state"].string == "LEFT")
        }
    }
}
