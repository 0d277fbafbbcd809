import TestSupport
import Testing

@testable import MessageJSON

/// The logs of the built services, as an owner sees them.
struct ActionLogTests {
    private static func lines(_ answer: Answer) -> [Answer] {
        answer.text.split(separator: "\n").map { Answer(line: "", exit: 0, text: String($0)) }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `the log of all services has each action, and its chains are whole`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 1)
            try await onsale.expect("sign-up olivia", as: "olivia")
            try await onsale.expect("admin operator grant olivia sales", as: "carol")
            try await onsale.expect("admin sign-in olivia", as: "olivia")
            for step in ["pause", "open", "drain"] { try await onsale.expect("admin room \(step) sale", as: "olivia") }
            try await onsale.expect("admin top-up olivia 5 EUR", as: "olivia")
            // The jobs of the services chain the last actions.
            try await onsale.until("admin log --who olivia", as: "carol") { Self.lines($0).count == 4 }
            let own = Self.lines(try await onsale.expect("admin log --who olivia", as: "carol"))
            let calls = own.map { $0["call"].string.split(separator: "/").last ?? "" }
            #expect(calls == ["PauseRoom", "OpenRoom", "DrainRoom", "TopUp"])
            #expect(own.allSatisfy { $0["name"].string == "olivia" && $0["isBreakGlass"] == .bool(false) })
            #expect(own[3]["request"].string == #"{"amount":"500","currency":"EUR","name":"olivia"}"#)

            let all = Self.lines(try await onsale.expect("admin log", as: "carol"))
            #expect(Set(all.map { $0["service"].string }) == ["queue", "concert", "wallet"])
            #expect(all.map { $0["at"].string } == all.map { $0["at"].string }.sorted())
            let grant = try #require(all.first { $0["call"].string.hasSuffix("/GrantDuty") })
            #expect(grant["isBreakGlass"] == .bool(true))
            let audit = try await onsale.expect("admin log --verify", as: "carol")
            #expect(audit.json.elements.map { $0["actions"].number }.reduce(0, +) >= all.count)
        }
    }
}
