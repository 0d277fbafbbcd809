import Encoding
import Identity
import Journeys
import Kernel
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI

@testable import Gateway
@testable import MessageJSON

/// Secrets appear in no log, metric, process list or error. The services log everything, and each test sends its secrets in
/// calls that succeed and in calls that fail.
struct SecretTests {
    @Test func `passwords and the code for a new one`() async throws {
        try await Self.withSale { onsale, seen in
            let passwords = ["wrong-secret", "other-secret", "taken-secret", "changed-secret", "final-secret"]
            try await seen.refuse("sign-in alice", as: "alice", password: passwords[0])
            try await seen.refuse("sign-in nobody", as: "alice", password: passwords[1])
            try await seen.refuse("sign-up alice", as: "alice", password: passwords[2])
            let long = String(repeating: "long-secret", count: 12)
            try await seen.refuse("sign-up bob", as: "bob", password: long)
            try await onsale.expect("change-password", as: "alice", ["ONSALE_NEW_PASSWORD=\(passwords[3])"])
            try await seen.refuse("change-password", as: "alice", ["ONSALE_NEW_PASSWORD=\(passwords[4])"])
            let code = try await onsale.expect("admin password reset alice --yes", as: "carol")["code"].string
            let set = "set-password alice --code-file -"
            try await seen.refuse(set, as: "alice", input: code + "A", password: passwords[4])
            try await onsale.expect(set, as: "alice", input: code, ["ONSALE_PASSWORD=\(passwords[4])"])
            let all = passwords + [long, Onsale.password]
            try await seen.expectNone(of: all.map { Secret("a password", $0) } + [Secret("a code", code)])
        }
    }

    @Test func `credentials`() async throws {
        try await Self.withSale { onsale, seen in
            let users = try onsale.credential(of: "alice", .user)
            try await seen.refuse("admin room list --credential \(users.path)", as: "carol")
            var forged = users.credential.bytes
            forged[forged.count - 1] ^= 1
            try onsale.store(forged, like: users.credential, as: "mallory")
            try await seen.refuse("balance", as: "mallory")
            try onsale.store(Array(forged.dropLast()), like: users.credential, as: "mallory")
            try await seen.refuse("balance", as: "mallory")
            let operators = try onsale.credential(of: "carol", .operator).credential
            try await seen.expectNone(
                of: [users.credential.bytes, operators.bytes, forged].map {
                    Secret("a credential", Array($0.suffix(32)))
                })
        }
    }

    @Test func `the secrets of sessions`() async throws {
        try await Self.withSale { onsale, seen in
            let session = try #require(try onsale.credential(of: "alice", .user).credential.session)
            let loops = Loops(count: 1)
            let client = Client(to: onsale.addresses(of: .wallet), on: loops)
            let wallet = WalletClient(client)
            _ = try await wallet.refresh(RefreshRequest(secret: session.secret))
            try await onsale.expect("sign-out --all", as: "alice")
            var wrong = session.secret
            wrong[wrong.count - 1] ^= 1
            for secret in [session.secret, wrong, Array(wrong.dropLast())] {
                let failure = await #expect(throws: RPCFailure.self) {
                    try await wallet.refresh(RefreshRequest(secret: secret))
                }
                seen.add("error: \(failure.map { "\($0)" } ?? "none")")
            }
            await client.shutdown()
            loops.stop()
            try await seen.expectNone(of: [Secret("the secret of a session", Array(session.secret.suffix(32)))])
        }
    }

    @Test func `the keys of the key file`() async throws {
        try await Self.withSale { onsale, seen in
            let keys = "--keys \(onsale.folder.path)/keys"
            try await onsale.expect("admin keys stage auth \(keys)", as: "carol")
            try await onsale.expect("admin keys split \(onsale.folder.path)/split \(keys)", as: "carol")
            let text = Command.run("cat", "\(onsale.folder.path)/keys").output
            let secrets = text.split(whereSeparator: { $0.isWhitespace }).filter { $0.utf8.count >= 64 }
            #expect(secrets.count > 3)
            // A damaged key stays recognizable.
            let damaged = text.split(separator: "\n").map { line in
                line.contains(secrets[0]) ? line.dropLast(2) + "zz" : line
            }.joined(separator: "\n")
            onsale.folder.write(damaged, to: "damaged")
            try await seen.refuse("admin keys list --keys \(onsale.folder.path)/damaged", as: "carol")
            let started = try await onThread {
                Command.run(
                    "env", "ONSALE_LOG_LEVEL=debug", ChildProcess.path(of: "QueueService"), "--keys",
                    "\(onsale.folder.path)/damaged", "--database", "sqlite://\(onsale.folder.path)/other.db",
                    "--listen",
                    "127.0.0.1:0", "--status-listen", "127.0.0.1:0")
            }
            #expect(started.status == 69 || started.status == 64)
            seen.add(started.output)
            try await seen.expectNone(of: secrets.map { Secret("a key", String($0.prefix(60))) })
        }
    }

    @Test func `ticket codes`() async throws {
        try await Self.withSale { onsale, seen in
            try await onsale.expect("buy moon-tour Stalls-1-7 --yes", as: "alice")
            let code = try await onsale.expect("ticket show Stalls-1-7", as: "alice")["ticketCode"].string
            let forged = code.dropLast(8) + "AAAAAAAA"
            for command in ["admin check-in --any-date", "ticket verify -"] {
                try await seen.refuse(command, as: "carol", input: "\(forged)\n")
            }
            try await onsale.expect("admin check-in --any-date", as: "carol", input: "\(code)\n")
            try await seen.refuse("admin check-in --any-date", as: "carol", input: "\(code)\n")
            try await seen.expectNone(of: [Secret("a ticket code", code)])
        }
    }

    private static func withSale(_ body: (Onsale, SeenTexts) async throws -> Void) async throws {
        try await Onsale.with(.file, variables: ["ONSALE_LOG_LEVEL=debug"]) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await body(onsale, SeenTexts(onsale))
        }
    }
}

/// A secret in the forms in which a program could show it.
private struct Secret {
    let name: String
    let forms: [String]

    /// Also the beginning, because errors shorten texts.
    init(_ name: String, _ text: String) {
        self.name = name
        forms = [text, String(text.prefix(max(10, text.utf8.count / 2)))]
    }

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        let start = Array(bytes.prefix(bytes.count / 2))
        forms = [
            Hexadecimal.text(of: start), String(Base64.text(of: start).dropLast(4)),
            start.map { String($0) }.joined(separator: ", "),
        ]
    }
}

/// The texts that other people can see.
private final class SeenTexts: Sendable {
    private let errors = Recorder<String>()
    private let onsale: Onsale

    init(_ onsale: Onsale) { self.onsale = onsale }

    /// Runs a command that fails, and keeps its output.
    func refuse(
        _ line: String, as user: String, input: String = "", password: String = Onsale.password,
        _ variables: [String] = []
    ) async throws {
        let words = line.split(separator: " ").map(String.init)
        let answer = try await onsale.run(
            words, as: user, input: input, variables: ["ONSALE_PASSWORD=\(password)"] + variables)
        #expect(answer.exit != 0, "\(answer)")
        errors.add(answer.text)
    }

    func add(_ text: String) { errors.add(text) }

    /// Expects that no form of a secret is in the logs, the status pages, the command lines and the errors.
    func expectNone(of secrets: [Secret]) async throws {
        let (pages, programs) = try await onThread { [onsale] in (Self.pages(of: onsale), try Self.programs(of: onsale))
        }
        let places = [
            ("log", onsale.logs, "status port open"), ("status pages", pages, "rpc_calls_total"),
            ("process list", programs, "gateway sign-in alice"), ("errors", errors.all.joined(), "error"),
        ]
        for (place, text, control) in places {
            #expect(text.contains(control), "without it, this is not the \(place): \(text)")
            for secret in secrets {
                let isSeen = secret.forms.contains { text.contains($0) }
                #expect(!isSeen, "\(secret.name) is in the \(place)")
            }
        }
    }

    private static func pages(of onsale: Onsale) -> String {
        onsale.statusAddresses.flatMap { address in
            ["metrics", "healthz", "readyz"].map { Command.run("curl", "--silent", "http://\(address)/\($0)").output }
        }.joined()
    }

    /// The command lines of the services, and of a gateway that reads a password.
    private static func programs(of onsale: Onsale) throws -> String {
        let signIn = onsale.terminal(["sign-in", "alice"], as: "alice")
        try signIn.wait(for: "Password:")
        let lines = Command.run("ps", "-ww", "-eo", "args").output.split(separator: "\n")
        signIn.type("wrong-secret\r")
        _ = signIn.waitForEnd()
        return lines.filter { line in
            let program = line.prefix { $0 != " " }
            return program.hasSuffix("/gateway") || program.hasSuffix("Service")
        }.joined(separator: "\n")
    }
}
