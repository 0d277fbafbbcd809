import CommandLine
import TestSupport
import Testing

@testable import MessageJSON

/// The questions of sign-up, join and buy in a pseudo-terminal of 80 columns.
struct QuestionTests {
    @Test func `buy asks for everything that is missing`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            let signUp = onsale.terminal(["sign-up", "alice"], as: "alice")
            try await onThread {
                try signUp.wait(for: "Password:")
                signUp.type("correct-horse\r")
                try signUp.wait(for: "Repeat the password:")
                signUp.type("correct-horse\r")
                #expect(signUp.waitForEnd() == 0)
            }
            #expect(!signUp.output.contains("correct-horse"))
            let journey = onsale.terminal(["buy"], as: "alice")
            let status = try await onThread {
                try journey.wait(for: "Which seats?")
                journey.type("Stals-2-9\r")
                let refused = try journey.wait(for: "there is no seat Stals-2-9. Did you mean Stalls-2-9?")
                try journey.wait(for: "Which seats?", after: refused)
                journey.type("best 1 b\r")
                try journey.wait(for: "Top up 45.50 EUR? [y/N]")
                journey.type("y\r")
                try journey.wait(for: "Pay 45.50 EUR for Balcony-")
                journey.type("y\r")
                return journey.waitForEnd()
            }
            #expect(status == 0)
            #expect(journey.output.contains("Paid: 45.50 EUR"))
            let maps = Screen.lines(of: journey.output).count { $0 == "Stalls, seats 1 to 20" }
            #expect(maps == 1, "the map is drawn again after a typing error")
            for line in Screen.lines(of: journey.output) { #expect(line.cells <= 80, "\(line)") }
        }
    }

    @Test func `the answer no to which seats ends buy, and nothing is held`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            let journey = onsale.terminal(["buy", "moon-tour"], as: "alice")
            let status = try await onThread {
                try journey.wait(for: "Which seats?")
                journey.type("no\r")
                return journey.waitForEnd()
            }
            #expect(status == 1 << 8)
            #expect(journey.output.contains("nothing was reserved"))
            #expect(try await onsale.expect("reservations", as: "alice").json == .array([]))
        }
    }

    @Test func `sign-up asks for another name if the name is taken, before it asks for a password`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.expect("sign-up alice", as: "alice")
            let signUp = onsale.terminal(["sign-up", "alice"], as: "bob")
            let status = try await onThread {
                let taken = try signUp.wait(for: "The name alice is taken. Another name:")
                signUp.type("Bob!\r")
                try signUp.wait(for: "Another name:", after: taken)
                signUp.type("bob\r")
                try signUp.wait(for: "Password:")
                signUp.type("correct-horse\r")
                try signUp.wait(for: "Repeat the password:")
                signUp.type("correct-horse\r")
                return signUp.waitForEnd()
            }
            #expect(status == 0)
            #expect(signUp.output.contains("Signed in as bob"))
        }
    }

    @Test func `a name taken while the password is typed is replaced, and the password is kept`() async throws {
        try await Onsale.with(.file) { onsale in
            let signUp = onsale.terminal(["sign-up", "alice"], as: "bob")
            try await onThread { _ = try signUp.wait(for: "Password:") }
            try await onsale.expect("sign-up alice", as: "alice")
            let status = try await onThread {
                signUp.type("correct-horse\r")
                try signUp.wait(for: "Repeat the password:")
                signUp.type("correct-horse\r")
                try signUp.wait(for: "The name alice is taken. Another name:")
                signUp.type("bob\r")
                return signUp.waitForEnd()
            }
            #expect(status == 0)
            #expect(signUp.output.contains("Signed in as bob"))
        }
    }

    @Test func `join and buy ask which concert and date if there are several`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            try await onsale.expect("admin room create other", as: "carol")
            try await onsale.expect("admin room open other", as: "carol")
            try await onsale.addDate("moon-tour/saturday", room: "other")
            try await onsale.expect("admin concert create sun-tour --title Sun --host Records", as: "carol")
            try await onsale.signUp("alice")
            let join = onsale.terminal(["join", "moon-tour"], as: "alice")
            let joined = try await onThread {
                try join.wait(for: "Which date?")
                join.type("2\r")
                return join.waitForEnd()
            }
            #expect(joined == 0)
            #expect(join.output.contains("You are in at moon-tour/saturday"))
            let journey = onsale.terminal(["buy"], as: "alice")
            let status = try await onThread {
                try journey.wait(for: "Which concert?")
                journey.type("mars-tour\r")
                let refused = try journey.wait(for: "Please type a number from 1 to 2, or a name.")
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
}
