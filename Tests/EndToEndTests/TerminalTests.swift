import Glibc
import TestSupport
import Testing

@testable import MessageJSON

/// What somebody sees who sits in front of it: in a pseudo-terminal of 80 columns.
struct TerminalTests {
    /// A room for one, with bob in it and alice about to come.
    private func withFullRoom(_ body: (Onsale) async throws -> Void) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.arrive(user) }
            try await onsale.expect("join moon-tour --wait", as: "bob")
            try await body(onsale)
        }
    }

    @Test func `a bar shows the wait, outlives a restart, and ends when it is one's turn`() async throws {
        try await withFullRoom { onsale in
            let window = onsale.window(["join", "moon-tour"], as: "alice")
            _ = try await onThread { try window.wait(for: "you are next") }
            try await onsale.kill(.queue)
            let lost = try await onThread { try window.wait(for: "connection lost; your place is kept") }
            try await onsale.startAgain(.queue)
            _ = try await onThread { try window.wait(for: "you are next", after: lost) }
            try await onsale.expect("leave", as: "bob")
            let status = try await onThread { window.waitForEnd() }
            #expect(status == 0)
            #expect(window.output.contains("You are in at moon-tour"))
            for line in Screen.lines(of: window.output) { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test(arguments: [("k\r", "waiting", "Your place is kept"), ("l\r", "left", "you have left the line")])
    func `Ctrl-C asks whether to keep the place or to leave`(
        answer: String, state: String, message: String
    ) async throws {
        try await withFullRoom { onsale in
            let place = try await onsale.expect("join moon-tour", as: "alice")["placeId"].string
            let window = onsale.window(["place", "--wait"], as: "alice")
            let status = try await onThread {
                try window.wait(for: "you are next")
                window.type("\u{3}")
                try window.wait(for: "Leave the line, or keep your place?")
                window.type(answer)
                return window.waitForEnd()
            }
            #expect(status == 130 << 8)
            #expect(window.output.contains(message))
            let history = try await onsale.expect("admin room history sale \(place)", as: "carol")
            #expect(history["events"].elements.last?["state"].string == state)
        }
    }

    @Test func `a second Ctrl-C keeps the place, and says so`() async throws {
        try await withFullRoom { onsale in
            try await onsale.expect("join moon-tour", as: "alice")
            let window = onsale.window(["place", "--wait"], as: "alice")
            let status = try await onThread {
                try window.wait(for: "you are next")
                window.type("\u{3}")
                try window.wait(for: "Leave the line, or keep your place?")
                window.type("\u{3}")
                return window.waitForEnd()
            }
            #expect(status == 130 << 8)
            #expect(window.output.contains("Your place is kept. To wait on: gateway place --wait"))
            #expect(try await onsale.expect("place", as: "alice")["state"].string == "waiting")
        }
    }

    @Test func `Ctrl-C before paying says that the seats are held, and while it pays that it goes on`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.arrive("alice")
            let buying = onsale.window(["buy", "moon-tour", "Stalls-1-1"], as: "alice")
            let undecided = try await onThread {
                try buying.wait(for: "Pay 89.00 EUR for Stalls-1-1? [y/N]")
                buying.type("\u{3}")
                return buying.waitForEnd()
            }
            #expect(undecided == 130 << 8)
            #expect(buying.output.contains("Nothing is paid. The seats are yours for"))
            try await onsale.kill(.wallet)
            let paying = onsale.window(["pay", "--timeout", "5m"], as: "alice")
            try await eventually("a payment is begun") { onsale.hasOpenPayment("alice") }
            let begun = try await onThread {
                paying.type("\u{3}")
                return paying.waitForEnd()
            }
            #expect(begun == 130 << 8)
            #expect(paying.output.contains("The payment goes on, and never pays twice"))
            try await onsale.startAgain(.wallet)
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
        }
    }

    @Test(arguments: [("n\r", 1, "nothing was cancelled"), ("y\r", 0, "Not paid: it was cancelled")])
    func `whoever cancels a payment that is not decided is asked first`(
        answer: String, exit: Int32, message: String
    ) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.arrive("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let held = try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            try onsale.beginPayment(of: held["reservationId"].string, as: "alice")
            #expect(try await onsale.gateway("cancel", as: "alice").exit == 64)
            let window = onsale.window(["cancel"], as: "alice")
            let status = try await onThread {
                try window.wait(for: "Cancel the payment, which is not decided yet? [y/N]")
                window.type(answer)
                return window.waitForEnd()
            }
            #expect(status == exit << 8)
            #expect(window.output.contains(message))
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
        }
    }

    @Test func `a question that is answered with no is a refusal`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            let window = onsale.window(["admin", "room", "close", "sale"], as: "carol")
            let status = try await onThread {
                try window.wait(for: "with every place in it? [y/N]")
                window.type("n\r")
                return window.waitForEnd()
            }
            #expect(status == 1 << 8)
            #expect(window.output.contains("the room stays as it is"))
        }
    }

    @Test func `Ctrl-C ends a stream that is followed by hand`() async throws {
        try await withFullRoom { onsale in
            let place = try await onsale.expect("join moon-tour", as: "alice")["placeId"].string
            let reply = try await onsale.run(["call", "FindRoom", "{\"name\": \"sale\"}"], as: "alice")
            let joined = try await onsale.run(
                ["call", "Join", "{\"roomId\": \"\(reply["room"]["roomId"].string)\"}"], as: "alice")
            let request =
                "{\"roomId\": \"\(reply["room"]["roomId"].string)\", "
                + "\"placeId\": \"\(joined["place"]["placeId"].string)\"}"
            let window = onsale.window(["call", "WatchPlace", request], as: "alice")
            let status = try await onThread {
                try window.wait(for: "\"state\": \"WAITING\"")
                window.type("\u{3}")
                return window.waitForEnd()
            }
            #expect(status == 0)
            #expect(try await onsale.expect("place", as: "alice")["placeId"].string == place)
        }
    }

    @Test func `the whole journey is asked for, question by question`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            let signUp = onsale.window(["sign-up", "alice"], as: "alice")
            try await onThread {
                try signUp.wait(for: "Password:")
                signUp.type("correct-horse\r")
                try signUp.wait(for: "Once more:")
                signUp.type("correct-horse\r")
                #expect(signUp.waitForEnd() == 0)
            }
            #expect(!signUp.output.contains("correct-horse"))
            let journey = onsale.window(["buy"], as: "alice")
            let status = try await onThread {
                try journey.wait(for: "Which seats?")
                journey.type("Stalls-9-9\r")
                let refused = try journey.wait(for: "there is no seat Stalls-9-9")
                try journey.wait(for: "Which seats?", after: refused)
                journey.type("best 1 b\r")
                try journey.wait(for: "Put in 45.50 EUR? [y/N]")
                journey.type("y\r")
                try journey.wait(for: "Pay 45.50 EUR for Balcony-")
                journey.type("y\r")
                return journey.waitForEnd()
            }
            #expect(status == 0)
            #expect(journey.output.contains("Paid: 45.50 EUR"))
            #expect(Screen.lines(of: journey.output).contains("Stalls, seats 1 to 20"))
            for line in Screen.lines(of: journey.output) { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test func `of several concerts and dates, the one that is meant is asked for`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.expect("admin room create other", as: "carol")
            try await onsale.expect("admin room open other", as: "carol")
            try await onsale.addDate("moon-tour/saturday", room: "other")
            try await onsale.expect("admin concert create sun-tour --title Sun --host Records", as: "carol")
            try await onsale.arrive("alice")
            let join = onsale.window(["join", "moon-tour"], as: "alice")
            let joined = try await onThread {
                try join.wait(for: "Which date?")
                join.type("2\r")
                return join.waitForEnd()
            }
            #expect(joined == 0)
            #expect(join.output.contains("You are in at moon-tour/saturday"))
            let journey = onsale.window(["buy"], as: "alice")
            let status = try await onThread {
                try journey.wait(for: "Which concert?")
                journey.type("mars-tour\r")
                let refused = try journey.wait(for: "Please type a number from 1 to 2.")
                try journey.wait(for: "Which concert?", after: refused)
                journey.type("moon-tour\r")
                try journey.wait(for: "Which date?")
                journey.type("saturday\r")
                try journey.wait(for: "Which seats?")
                journey.type("Stalls-1-7\r")
                try journey.wait(for: "Pay 89.00 EUR for Stalls-1-7?")
                journey.type("y\r")
                return journey.waitForEnd()
            }
            #expect(status == 0)
            #expect(try await onsale.expect("tickets", as: "alice")[0]["seat"].string == "Stalls-1-7")
        }
    }

    @Test(arguments: [[], ["NO_COLOR=1"]])
    func `a camera reads the code of a ticket, with colours and without`(variables: [String]) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.arrive("alice")
            try await onsale.expect("buy moon-tour Stalls-1-1 --yes", as: "alice")
            let code = try await onsale.expect("ticket show", as: "alice")["ticketCode"].string
            let window = onsale.window(["ticket", "show"], as: "alice", variables: variables)
            let status = try await onThread { window.waitForEnd() }
            #expect(status == 0)
            #expect(window.output.contains("\u{1b}[") == variables.isEmpty)
            onsale.folder.write(
                Screen.picture(of: window.output, isDarkDrawn: variables.isEmpty), to: "ticket.pgm")
            let read = Command.run("zbarimg", "--nodbus", "--quiet", "--raw", "\(onsale.folder.path)/ticket.pgm")
            #expect(read.output == code + "\n")
        }
    }

    @Test(arguments: [[], ["NO_COLOR=1"]])
    func `the seat map has colours where they are wanted`(variables: [String]) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.arrive("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let window = onsale.window(["seats", "moon-tour"], as: "alice", columns: 40, variables: variables)
            let status = try await onThread { window.waitForEnd() }
            #expect(status == 0)
            #expect(window.output.contains("\u{1b}[33m") == variables.isEmpty)
            let lines = Screen.lines(of: window.output)
            #expect(lines.contains(" 1  AAAAAAAAAAAAAAAAAAAA"))
            #expect(lines.contains("B  B, 45.50 EUR, 20 free"))
        }
    }
}
