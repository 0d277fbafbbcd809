import CommandLine
import Glibc
import TestSupport
import Testing

@testable import MessageJSON

/// Runs the gateway in a pseudo-terminal of 80 columns.
struct TerminalTests {
    /// Runs `body` with a room for one active user, who is bob. alice has signed up.
    private func withFullRoom(_ body: (Onsale) async throws -> Void) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.signUp(user) }
            try await onsale.expect("join moon-tour --wait", as: "bob")
            try await body(onsale)
        }
    }

    @Test func `the waiting bar survives a restart, and ends at the user's turn`() async throws {
        try await withFullRoom { onsale in
            let terminal = onsale.terminal(["join", "moon-tour"], as: "alice")
            _ = try await onThread { try terminal.wait(for: "you are next") }
            try await onsale.kill(.queue)
            let lost = try await onThread { try terminal.wait(for: "connection lost; your place is kept") }
            try await onsale.restart(.queue)
            _ = try await onThread { try terminal.wait(for: "you are next", after: lost) }
            try await onsale.expect("leave", as: "bob")
            let status = try await onThread { terminal.waitForEnd() }
            #expect(status == 0)
            #expect(terminal.output.contains("You are in at moon-tour"))
            for line in Screen.lines(of: terminal.output) { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test(arguments: [("k\r", "waiting", "Your place is kept"), ("l\r", "left", "you have left the line")])
    func `Ctrl-C during a wait asks whether to keep the place or to leave`(
        answer: String, state: String, message: String
    ) async throws {
        try await withFullRoom { onsale in
            let place = try await onsale.expect("join moon-tour", as: "alice")["placeId"].string
            let terminal = onsale.terminal(["place", "--wait"], as: "alice")
            let status = try await onThread {
                try terminal.wait(for: "you are next")
                terminal.type("\u{3}")
                try terminal.wait(for: "Leave the line, or keep your place?")
                terminal.type(answer)
                return terminal.waitForEnd()
            }
            #expect(status == 130 << 8)
            #expect(terminal.output.contains(message))
            let history = try await onsale.expect("admin room history sale \(place)", as: "carol")
            #expect(history["events"].elements.last?["state"].string == state)
        }
    }

    @Test func `a second Ctrl-C keeps the place, and prints a message`() async throws {
        try await withFullRoom { onsale in
            try await onsale.expect("join moon-tour", as: "alice")
            let terminal = onsale.terminal(["place", "--wait"], as: "alice")
            let status = try await onThread {
                try terminal.wait(for: "you are next")
                terminal.type("\u{3}")
                try terminal.wait(for: "Leave the line, or keep your place?")
                terminal.type("\u{3}")
                return terminal.waitForEnd()
            }
            #expect(status == 130 << 8)
            #expect(terminal.output.contains("Your place is kept. To continue waiting: gateway place --wait"))
            #expect(try await onsale.expect("place", as: "alice")["state"].string == "waiting")
        }
    }

    @Test func `Ctrl-C prints that the seats are held, or that the payment continues`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            let buying = onsale.terminal(["buy", "moon-tour", "Stalls-1-1"], as: "alice")
            let undecided = try await onThread {
                try buying.wait(for: "Pay 89.00 EUR for Stalls-1-1? [y/N]")
                buying.type("\u{3}")
                return buying.waitForEnd()
            }
            #expect(undecided == 130 << 8)
            #expect(buying.output.contains("Nothing is paid. The seats are held for"))
            try await onsale.kill(.wallet)
            let paying = onsale.terminal(["pay", "--timeout", "5m"], as: "alice")
            try await eventually("a payment is begun") { onsale.hasOpenPayment("alice") }
            let begun = try await onThread {
                paying.type("\u{3}")
                return paying.waitForEnd()
            }
            #expect(begun == 130 << 8)
            #expect(paying.output.contains("The payment continues, and never pays twice"))
            try await onsale.restart(.wallet)
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
        }
    }

    @Test(arguments: [("n\r", 1, "nothing was cancelled"), ("y\r", 0, "Not paid: the payment was cancelled")])
    func `cancelling an undecided payment asks for confirmation`(
        answer: String, exit: Int32, message: String
    ) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let held = try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            try onsale.beginPayment(of: held["reservationId"].string, as: "alice")
            #expect(try await onsale.gateway("cancel", as: "alice").exit == 64)
            let terminal = onsale.terminal(["cancel"], as: "alice")
            let status = try await onThread {
                try terminal.wait(for: "Cancel the payment, which is not decided yet? [y/N]")
                terminal.type(answer)
                return terminal.waitForEnd()
            }
            #expect(status == exit << 8)
            #expect(terminal.output.contains(message))
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
        }
    }

    @Test func `the answer no is a refusal`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            let terminal = onsale.terminal(["admin", "room", "close", "sale"], as: "carol")
            let status = try await onThread {
                try terminal.wait(for: "and end every place in it? [y/N]")
                terminal.type("n\r")
                return terminal.waitForEnd()
            }
            #expect(status == 1 << 8)
            #expect(terminal.output.contains("the room was not closed"))
        }
    }

    @Test func `draining a room without users asks, because it closes the room at once`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            let terminal = onsale.terminal(["admin", "room", "drain", "sale"], as: "carol")
            let status = try await onThread {
                try terminal.wait(for: "No users wait in sale")
                terminal.type("\r")
                return terminal.waitForEnd()
            }
            #expect(status == 1 << 8)
            #expect(try await onsale.expect("admin room show sale", as: "carol")["state"].string == "open")
        }
    }

    @Test func `status goes on watching while a service is away`() async throws {
        try await Onsale.with(.file) { onsale in
            let terminal = onsale.terminal(["status", "--watch"], as: "carol")
            _ = try await onThread { try terminal.wait(for: "serving") }
            try await onsale.kill(.queue)
            let away = try await onThread { try terminal.wait(for: "1 of 3 addresses do not serve") }
            try await onsale.restart(.queue)
            let status = try await onThread {
                let screen = try terminal.wait(for: "queue", after: away)
                try terminal.wait(for: "serving", after: screen)
                terminal.type("\u{3}")
                return terminal.waitForEnd()
            }
            #expect(status == SIGINT)
        }
    }

    @Test func `Ctrl-C ends a stream of gateway call`() async throws {
        try await withFullRoom { onsale in
            let place = try await onsale.expect("join moon-tour", as: "alice")["placeId"].string
            let reply = try await onsale.run(["call", "FindRoom", "{\"name\": \"sale\"}"], as: "alice")
            let joined = try await onsale.run(
                ["call", "Join", "{\"roomId\": \"\(reply["room"]["roomId"].string)\"}"], as: "alice")
            let request =
                "{\"roomId\": \"\(reply["room"]["roomId"].string)\", "
                + "\"placeId\": \"\(joined["place"]["placeId"].string)\"}"
            let terminal = onsale.terminal(["call", "WatchPlace", request], as: "alice")
            let status = try await onThread {
                try terminal.wait(for: "\"state\": \"WAITING\"")
                terminal.type("\u{3}")
                return terminal.waitForEnd()
            }
            #expect(status == 0)
            #expect(try await onsale.expect("place", as: "alice")["placeId"].string == place)
        }
    }

    @Test(arguments: [[], ["NO_COLOR=1"]])
    func `a QR reader reads the code of a ticket, with colours and without`(variables: [String]) async throws {
        try await Onsale.with(.file) { onsale in
            // The code of a long name needs all 24 lines. It stays until Enter.
            try await onsale.putOnSale(hall: "Stalls,1,1,A,9\nMain Stalls,1,1,A,9")
            try await onsale.signUp("alice")
            for (seat, lines) in [("Stalls-1-1", 23), ("Main Stalls-1-1", 24)] {
                let bought = try await onsale.run(["buy", "moon-tour", seat, "--yes"], as: "alice")
                #expect(bought.exit == 0, "\(bought)")
                let code = try await onsale.run(["ticket", "show", seat], as: "alice")["ticketCode"].string
                let terminal = onsale.terminal(["ticket", "show", seat], as: "alice", variables: variables)
                let status = try await onThread {
                    if lines == 24 {
                        try terminal.wait(for: "Press Enter")
                        // The rest of the code, so that the echo of Enter is not within it. Its last row is a margin.
                        var end = 0
                        for _ in 1..<lines { end = try terminal.wait(for: "\n", after: end) }
                        let width = Screen.codeWidth(of: terminal.output)
                        try terminal.wait(
                            for: String(repeating: variables.isEmpty ? " " : "█", count: width), after: end)
                        terminal.type("\r")
                    }
                    return terminal.waitForEnd()
                }
                #expect(status == 0)
                #expect(terminal.output.contains("\u{1b}[") == variables.isEmpty)
                onsale.folder.write(
                    Screen.picture(of: terminal.output, isDarkDrawn: variables.isEmpty), to: "ticket.pgm")
                let read = Command.run("zbarimg", "--nodbus", "--quiet", "--raw", "\(onsale.folder.path)/ticket.pgm")
                #expect(read.output == code + "\n")
                let height = Screen.lines(of: terminal.output).count
                #expect(height <= lines, "the ticket of \(seat) does not fit: it has \(height) lines")
            }
        }
    }

    @Test func `a QR reader reads the pictures of a ticket`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await onsale.expect("buy moon-tour Stalls-1-1 --yes", as: "alice")
            let (png, svg) = ("\(onsale.folder.path)/ticket.png", "\(onsale.folder.path)/ticket.svg")
            let ticket = try await onsale.expect("ticket show --png \(png) --svg \(svg)", as: "alice")
            let read = Command.run("zbarimg", "--nodbus", "--quiet", "--raw", png)
            #expect(read.output == ticket["ticketCode"].string + "\n")
            let parse = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])"
            #expect(Command.run("python3", "-c", parse, svg).status == 0)
        }
    }

    @Test(arguments: [[], ["NO_COLOR=1"]])
    func `the seat map has colours unless NO_COLOR is set`(variables: [String]) async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            let terminal = onsale.terminal(["seats", "moon-tour"], as: "alice", columns: 40, variables: variables)
            let status = try await onThread { terminal.waitForEnd() }
            #expect(status == 0)
            #expect(terminal.output.contains("\u{1b}[33m") == variables.isEmpty)
            let lines = Screen.lines(of: terminal.output)
            #expect(lines.contains(" 1  AAAAAAAAAAAAAAAAAAAA"))
            #expect(lines.contains("B  B, 45.50 EUR, 20 free"))
        }
    }
}
