import TestSupport
import Testing

@testable import MessageJSON

/// Journeys of operators with the gateway and the built services.
struct OperatorTests {
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
                ["admin", "check-in", "--any-date"], as: "carol",
                input: "\(codes[0])\nNONSENSE\n\n\(codes[0])\n\(codes[1])\n")
            #expect(scanned.exit == 1)
            let answers = scanned.text.split(separator: "\n").map { Answer(line: "", exit: 0, text: String($0)) }
            #expect(answers.map { $0["seat"].string } == ["Stalls-1-7", "", "", "Stalls-1-8", ""])
            #expect(answers.map { $0["reason"].string } == ["", "CODE_REFUSED", "TICKET_USED", "", ""])
            #expect(answers.last?.message == "codes refused: 2")
            let report = try await onsale.gateway("admin report moon-tour --csv", as: "carol")
            #expect(
                report.text == """
                    date,grade,free,held,sold,blocked,used,cancelled,revenue,refunded,kept,currency
                    friday,A,38,0,2,0,2,0,178.00,0.00,0.00,EUR
                    friday,B,20,0,0,0,0,0,0.00,0.00,0.00,EUR

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

    @Test func `an operator changes a concert, removes seats and undoes a check-in`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(active: 5)
            let words = ["admin", "concert", "configure", "moon-tour", "--title", "Sun", "--browse-room", "sale"]
            let changed = try await onsale.run(words, as: "carol")
            #expect(changed["title"].string == "Sun" && changed["host"].string == "Records")
            #expect(changed["version"].number == 2)
            try await onsale.expect("admin concert configure moon-tour --no-browse-room", as: "carol")
            let removed = try await onsale.expect("admin seats remove moon-tour/friday Balcony-A-1..10", as: "carol")
            #expect(removed["changed"].number == 10)
            try await onsale.expectRefusal(
                "admin seats remove moon-tour/friday Balcony-A-1..10", as: "carol", with: "no seat Balcony-A-1")
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let free = try await onsale.expect("seats moon-tour/friday", as: "alice")["free"].elements
            #expect(free.count == 50 && free.contains(.string("Stalls-1-7")))
            try await onsale.expect("buy moon-tour Stalls-1-7 --yes", as: "alice")
            let code = try await onsale.expect("ticket show Stalls-1-7", as: "alice")["ticketCode"].string
            try await onsale.expect("admin check-in --any-date \(code)", as: "carol")
            let undone = try await onsale.expect("admin undo-check-in \(code) --reason mistake", as: "carol")
            #expect(undone["state"].string == "valid" && undone["undoReason"].string == "mistake")
            try await onsale.expectRefusal(
                "admin undo-check-in \(code) --reason mistake", as: "carol", with: "no check-in to undo")
            let again = try await onsale.expect("admin check-in --any-date \(code)", as: "carol")
            #expect(again["firstUsedAt"].string.isEmpty == false && again["undoReason"].string == "mistake")
            let found = try await onsale.expect("admin reservations moon-tour --ticket \(code)", as: "carol")
            #expect(found.json.elements.count == 1 && found[0]["seats"][0].string == "Stalls-1-7")
            let ofSeat = try await onsale.expect("admin reservations moon-tour/friday --seat Stalls-1-7", as: "carol")
            #expect(ofSeat.json == found.json)
            let short = found[0]["code"].string
            #expect(
                try await onsale.expect("admin reservations moon-tour --code \(short)", as: "carol").json == found.json)
            try await findByShortIDs(found[0], onsale)
            for kind in ["reservations", "tickets", "buyers", "payments"] {
                #expect(
                    try await onsale.expect("admin export \(kind) moon-tour", as: "carol")["userId"]
                        == found[0]["userId"])
            }
            try await explain(short, onsale)
            // An action appears within a second.
            try await onsale.until("admin log --call UndoCheckIn", as: "carol") { $0.text.contains("UndoCheckIn") }
        }
    }

    /// Buyers see the ends of ids, and name these to an operator.
    private func findByShortIDs(_ reservation: JSONValue, _ onsale: Onsale) async throws {
        let ticket = try await onsale.expect("tickets", as: "alice")[0]["code"].string
        let payment = try await onsale.expect("payments", as: "alice")[0]["code"].string
        for words in ["--ticket \(ticket)", "--payment \(payment)", "--payment \(payment) --user alice"] {
            let found = try await onsale.expect("admin reservations moon-tour \(words)", as: "carol")
            #expect(found.json == .array([reservation]), "\(words)")
        }
        for words in ["", " --user alice"] {
            let shown = try await onsale.expect("admin payment \(payment)\(words)", as: "carol")
            #expect(shown["paymentId"] == reservation["paymentId"] && shown["userName"].string == "alice")
        }
        try await onsale.expectRefusal("admin payment 00000000", as: "carol", with: "there is no payment 00000000")
        try await onsale.expectRefusal(
            "admin reservations moon-tour --ticket 00000000", as: "carol", with: "there is no ticket 00000000")
        let history = try await onsale.expect("admin seats history moon-tour/friday Stalls-1-7", as: "carol")
        #expect(history["claims"][0]["userName"].string == "alice")
    }

    /// The buyer and an operator read what happened to a reservation.
    private func explain(_ code: String, _ onsale: Onsale) async throws {
        func steps(_ answer: Answer) -> [String] { answer["events"].elements.map { $0["what"].string } }
        let own = try await onsale.expect("explain \(code)", as: "alice")
        #expect(steps(own).starts(with: ["joined", "admitted", "entered"]))
        for step in ["held", "paymentBegun", "paid", "sold", "ticketIssued", "checkedIn", "checkInUndone"] {
            #expect(steps(own).contains(step), "\(step)")
        }
        #expect(try await onsale.expect("explain Stalls-1-7", as: "alice").json == own.json)
        try await onsale.until("admin explain moon-tour \(code)", as: "carol") { any in
            let undone = any["events"].elements.first { $0["what"].string == "checkInUndone" }
            return steps(any) == steps(own) && undone?["reason"].string == "mistake"
                && undone?["operatorId"].string.isEmpty == false
        }
        try await onsale.expectRefusal("explain 00000000", as: "alice", with: "reservation")
        try await onsale.expectRefusal("admin explain moon-tour 00000000", as: "carol", with: "reservation")
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
