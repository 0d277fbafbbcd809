import CommandLine
import Kernel
import TestSupport
import Testing

@testable import Gateway
@testable import MessageJSON

/// Refusals of each command, with their exit codes.
struct RefusalTests {
    private struct Case {
        let user: String
        let line: String
        let exit: Int32
        /// The reason of the service, or a part of the message.
        let reason: String

        init(_ user: String, _ line: String, _ exit: Int32, _ reason: String) {
            (self.user, self.line, self.exit, self.reason) = (user, line, exit, reason)
        }
    }

    /// alice has a held reservation and no money. bob is signed in, guest is not. carol is an operator.
    private static let cases: [Case] = [
        Case("bob", "sign-up bob", 1, "NAME_TAKEN"),
        Case("guest", "sign-up", 64, "NAME is missing"),
        Case("guest", "sign-up B", 1, "INVALID_FIELD"),
        Case("guest", "sign-in stranger", 77, "NAME_OR_PASSWORD_WRONG"),
        Case("guest", "whoami", 77, "not signed in"),
        Case("guest", "sessions", 77, "not signed in"),
        Case("guest", "change-password", 77, "not signed in"),
        Case("guest", "set-password alice --code-file /nonexistent", 74, "/nonexistent"),
        Case("guest", "admin sign-in stranger", 77, "NAME_OR_PASSWORD_WRONG"),
        Case("bob", "admin sign-in bob", 77, "NO_DUTY"),
        Case("guest", "admin sessions", 77, "gateway admin sign-in NAME"),
        Case("guest", "admin change-password", 77, "gateway admin sign-in NAME"),
        Case("carol", "admin operator grant trudy sales", 1, "NAME_UNKNOWN"),
        Case("carol", "admin operator grant bob chief", 64, "one of owner, sales, gate, read"),
        Case("carol", "admin operator revoke trudy sales", 1, "NAME_UNKNOWN"),
        Case("guest", "admin operator list", 77, "gateway admin sign-in NAME"),
        Case("carol", "admin password reset trudy --yes", 1, "NAME_UNKNOWN"),
        Case("guest", "balance", 77, "gateway sign-in NAME"),
        Case("guest", "buy moon-tour --best 1 --yes", 77, "not signed in"),
        Case("alice", "buy moon-tour", 64, "pass --yes"),
        Case("alice", "buy", 64, "pass --yes"),
        Case("alice", "concerts extra", 64, "unexpected argument extra"),
        Case("alice", "dates moon-tuor", 1, "Did you mean moon-tour?"),
        Case("alice", "dates moon-tour --zone Nowhere", 64, "Europe/Berlin"),
        Case("bob", "seats moon-tour", 1, "PASS_MISSING"),
        Case("alice", "seats moon-tour/monday", 1, "Its dates: moon-tour/friday"),
        Case("alice", "seats moon-tour --section Stals", 1, "Did you mean Stalls?"),
        Case("alice", "join room:nowhere", 1, "ROOM_UNKNOWN"),
        Case("alice", "join", 64, "CONCERT/DATE is missing"),
        Case("bob", "place", 1, "gateway join CONCERT"),
        Case("bob", "leave", 1, "no record of a place"),
        Case("alice", "reserve moon-tour", 64, "SEAT is missing"),
        Case("alice", "reserve moon-tour Stalls-9-9", 1, "SEAT_UNKNOWN"),
        Case("alice", "reserve moon-tour Stalls-1-1 Stalls-1-3", 1, "SEAT_HELD"),
        Case("alice", "reserve moon-tour Stalls-1-1 Stalls-1-2", 1, "[{\"seat\":\"Stalls-1-1\",\"state\":\"held\"}]"),
        Case("alice", "reserve moon-tour --best 2", 64, "--grade is missing"),
        Case("alice", "reserve moon-tour --best 2 --grade Z", 1, "GRADE_UNKNOWN"),
        Case("alice", "reserve moon-tour --best 4 --grade A", 1, "TOO_MANY_SEATS"),
        Case("alice", "reserve moon-tour --best 2 Stalls-1-1", 64, "exclude each other"),
        Case("bob", "release", 1, "no record of a reservation"),
        Case("alice", "release ffffffff", 1, "you have no reservation ffffffff"),
        Case("alice", "pay", 1, "NO_ACCOUNT"),
        Case("bob", "pay", 1, "no record of a reservation"),
        Case("bob", "payment", 1, "you have made no payments"),
        Case("alice", "payment ffffffff", 1, "do not include ffffffff"),
        Case("alice", "cancel", 1, "gateway release"),
        Case("bob", "ticket show", 1, "you have no valid ticket"),
        Case("bob", "ticket show Stalls-1-1", 1, "you have no ticket Stalls-1-1"),
        Case("guest", "ticket verify NONSENSE", 1, "CODE_REFUSED"),
        Case("alice", "top-up 12.505 EUR", 64, "an amount above zero, such as 12.50 EUR"),
        Case("alice", "top-up 9999999 EUR", 1, "INVALID_FIELD"),
        Case("alice", "history --currency XXX", 64, "ISO 4217"),
        Case("alice", "admin room list", 77, "gateway admin credential --keys FILE"),
        Case("guest", "admin credential", 64, "--keys is missing"),
        Case("guest", "admin credential --keys /nonexistent", 74, "/nonexistent"),
        Case("guest", "admin keys list --keys /nonexistent", 74, "/nonexistent"),
        Case("guest", "admin keys stage tickets --keys /nonexistent", 64, "one of auth, ticket"),
        Case("guest", "concerts --credential /nonexistent", 64, "unknown option --credential"),
        Case("guest", "balance --credential /nonexistent", 74, "there is no file /nonexistent"),
        Case("carol", "admin room create Sale", 1, "INVALID_FIELD"),
        Case("carol", "admin room create sale", 1, "NAME_TAKEN"),
        Case("carol", "admin room configure sale", 64, "there is nothing to change"),
        Case("carol", "admin room open nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room close sale", 64, "pass --yes"),
        Case("carol", "admin room history sale 7", 1, "there is no place 7"),
        Case("carol", "admin concert create moon-tour --title Moon", 1, "NAME_TAKEN"),
        Case("alice", "explain ffffffff", 1, "you have no reservation ffffffff"),
        Case("carol", "admin explain moon-tour ffffffff", 1, "moon-tour has no reservation ffffffff"),
        Case("carol", "admin export payments nowhere", 1, "unknown concert nowhere"),
        Case("carol", "admin concert configure nowhere --title Moon", 1, "unknown concert nowhere"),
        Case("carol", "admin schedule move moon-tour/friday", 64, "--reason is missing"),
        Case("carol", "admin schedule move moon-tour/friday --reason storm", 64, "--starts is missing"),
        Case("carol", "admin seats remove moon-tour/friday Stalls-9-9", 1, "SEAT_UNKNOWN"),
        Case("carol", "admin undo-check-in NONSENSE --reason mistake", 1, "CODE_REFUSED"),
        Case("carol", "admin reservations nowhere", 1, "unknown concert nowhere"),
        Case("carol", "admin reservations moon-tour --state lost", 64, "one of held, sold"),
        Case("carol", "admin export reservations nowhere", 1, "unknown concert nowhere"),
        Case("carol", "admin export tickets moon-tour --resume", 64, "--resume needs --output"),
        Case("carol", "admin export buyers moon-tour --after x", 64, "is not a key"),
        Case("carol", "admin schedule add moon-tour", 64, "the name of the date is missing"),
        Case("carol", "admin schedule add moon-tour/monday", 64, "needs --starts and --ends"),
        Case(
            "carol", "admin schedule configure moon-tour/friday --hold 25h", 1,
            "--hold, in milliseconds, must be 1000 to"),
        Case("carol", "admin seats set moon-tour/friday --hall /nonexistent", 74, "there is no file /nonexistent"),
        Case("carol", "admin seats block moon-tour/friday Stalls-1-1", 64, "--reason is missing"),
        Case("carol", "admin seats history moon-tour/friday Stalls-9-9", 1, "SEAT_UNKNOWN"),
        Case("carol", "admin check-in NONSENSE", 1, "CODE_REFUSED"),
        Case("carol", "admin report nowhere", 1, "unknown concert nowhere"),
        Case("carol", "admin report moon-tour/friday", 1, "Name only the concert: moon-tour"),
        Case("carol", "admin halts lift moon-tour", 64, "pass --yes"),
        Case("carol", "admin top-up stranger 5 EUR", 1, "NAME_UNKNOWN"),
        Case("alice", "call Nothing", 64, "unknown method Nothing"),
        Case("alice", "call FinishPass", 77, "--role service"),
        Case("alice", "methods Nothing", 64, "unknown method Nothing"),
        Case("alice", "status --queue 127.0.0.1:1", 69, "do not serve"),
        Case("alice", "concerts --concert 127.0.0.1:1", 69, "--concert"),
        Case("guest", "payments", 77, "not signed in"),
        Case("guest", "reservations", 77, "not signed in"),
        Case("alice", "tickets nowhere", 1, "unknown concert nowhere"),
        Case("guest", "admin keys create --keys /nonexistent/keys", 74, "/nonexistent"),
        Case("guest", "admin keys split /nonexistent/split --keys /nonexistent", 74, "/nonexistent"),
        Case("guest", "admin certificate --ca --keys /nonexistent", 74, "/nonexistent"),
        Case("guest", "admin keys promote auth 3f2a9c01 --keys /nonexistent", 74, "/nonexistent"),
        Case("guest", "admin keys drop auth 3f2a9c01 --yes --keys /nonexistent", 74, "/nonexistent"),
        Case("carol", "admin room show nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room pause nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room drain nowhere", 1, "ROOM_UNKNOWN"),
        Case(
            "carol", "admin room revoke sale 0193e5a0-7a55-7000-8000-000000000001 --reason robot", 1,
            "PLACE_UNKNOWN"),
        Case("carol", "admin room message nowhere Hello", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room places nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room codes nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room close-draw nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room draw nowhere --without-beacon --yes", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin room lift-ban sale stranger", 1, "NAME_UNKNOWN"),
        Case("carol", "admin user find --limit 0", 64, "--limit"),
        Case("carol", "admin user show stranger", 1, "NAME_UNKNOWN"),
        Case("carol", "admin user history stranger", 1, "NAME_UNKNOWN"),
        Case("carol", "admin user payments stranger", 1, "NAME_UNKNOWN"),
        Case("carol", "admin user places stranger", 1, "NAME_UNKNOWN"),
        Case("carol", "admin payment 0193e5a0-7a55-7000-8000-000000000001", 1, "PAYMENT_UNKNOWN"),
        Case("guest", "places", 77, "not signed in"),
        Case("carol", "admin events --after 5", 64, "--after needs --service"),
        Case("carol", "admin schedule list nowhere", 1, "unknown concert nowhere"),
        Case("carol", "admin schedule presales moon-tour/friday nowhere", 1, "ROOM_UNKNOWN"),
        Case("carol", "admin schedule returns moon-tour/friday --keep 7:10,30:50", 1, "INVALID_FIELD"),
        Case("carol", "admin reservation cancel moon-tour 3f2a9c01", 64, "--reason is missing"),
        Case(
            "carol", "admin reservation cancel moon-tour 3f2a9c01 --reason fog", 1,
            "moon-tour has no reservation 3f2a9c01"),
        Case("carol", "admin schedule cancel moon-tour/friday", 64, "--reason is missing"),
        Case(
            "carol", "admin schedule cancel moon-tour/friday --reason fog --confirmation AAAAAA", 1,
            "WRONG_CONFIRMATION"),
        Case("carol", "admin seats unblock moon-tour/friday Stalls-9-9", 1, "SEAT_UNKNOWN"),
        Case("carol", "admin log --who stranger", 1, "no operator is called stranger"),
        Case("carol", "admin log --since yesterday", 64, "a time such as"),
        Case("carol", "admin log --verify --follow", 64, "only --service"),
        Case("carol", "admin audit now", 64, "unexpected argument now"),
        Case("carol", "admin halts list now", 64, "unexpected argument now"),
        Case("alice", "completion tcsh", 64, "one of bash, zsh, fish"),
        Case("alice", "profile add Alice", 64, "lower-case letters, digits and hyphens"),
        Case("alice", "profile use nowhere", 1, "gateway profile add nowhere"),
        Case("alice", "profile list extra", 64, "unexpected argument extra"),
        Case("alice", "line", 64, "CONCERT/DATE is missing"),
        Case("alice", "verify", 64, "FILE is missing"),
        Case("alice", "verify-draw", 64, "DRAW is missing"),
        Case("alice", "man extra", 64, "unexpected argument extra"),
        Case("alice", "version extra", 64, "unexpected argument extra"),
    ]

    @Test func `a command fails if its output cannot be written`() async throws {
        try await onThread {
            let line = [Onsale.program, "--help", ">", "/dev/full"].joined(separator: " ")
            let outcome = Command.run(["sh", "-c", line])
            #expect(outcome.status == GatewayExit.file.rawValue)
            #expect(outcome.output.contains("cannot write to standard output: No space left on device"))
        }
    }

    @Test func `every command has a refusal in the list`() {
        let words = Self.cases.map { $0.line.split(separator: " ").map(String.init) }
        // The commands that sign out are never refused.
        for command in CommandTable.all where command.words.last != "sign-out" {
            #expect(words.contains { $0.starts(with: command.words) }, "\(command.name)")
        }
    }

    @Test func `only an operator can run commands for operators`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.expect("sign-up alice", as: "alice")
            for command in CommandTable.all where command.caller == .operator {
                // An example that reads a file needs one.
                let example = try #require(command.syntax.examples.first { !$0.contains(" < ") })
                let line = "gateway() { printf '%s\\n' \"$@\"; }; \(example)"
                let words = TestSupport.Command.run("sh", "-c", line).output.split(separator: "\n").map(String.init)
                let answer = try await onsale.run(words, as: "alice")
                #expect(answer.exit == 77, "\(answer)")
            }
            // A user's credential is refused, too.
            let other = try await onsale.gateway(
                "admin room list --credential \(onsale.folder.path)/alice/onsale/sign-in", as: "alice")
            #expect(other.exit == 77)
            #expect(other.reason == "ROLE_NOT_ALLOWED")
        }
    }

    @Test func `every refusal has the documented exit code`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.putOnSale()
            for user in ["alice", "bob"] { try await onsale.expect("sign-up \(user)", as: user) }
            try await onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            for refusal in Self.cases {
                let answer = try await onsale.gateway(refusal.line, as: refusal.user)
                #expect(answer.exit == refusal.exit, "\(answer)")
                #expect(answer.text.contains(refusal.reason), "\(answer)")
            }
        }
    }

    @Test func `a password comes from a file or from standard input`() async throws {
        try await Onsale.with(.file) { onsale in
            onsale.folder.write("\n", to: "empty")
            onsale.folder.write("correct-horse\n", to: "secret")
            let file = "\(onsale.folder.path)/"
            let tries: [(words: [String], input: String, exit: Int32)] = [
                (["sign-up", "alice"], "", 64),
                (["sign-up", "alice", "--password-file", file + "empty"], "", 74),
                (["sign-up", "alice", "--password-file", file + "missing"], "", 74),
                (["sign-up", "alice", "--password-file", file + "secret"], "", 0),
                (["sign-in", "alice", "--password-file", "-"], "correct-horse\n", 0),
                (["sign-in", "alice", "--password-file", "-"], "wrong-horse\n", 77),
            ]
            for (words, input, exit) in tries {
                let answer = try await onsale.run(words, as: "alice", input: input, variables: [])
                #expect(answer.exit == exit, "\(answer)")
            }
        }
    }
}
