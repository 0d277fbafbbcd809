import Testing

/// Every rule about contexts and their SQL fails on a made-up context that breaks it.
@Suite struct ContextRuleTests {
    private static let handler = "func sellSeat(_ request: SellSeatRequest, call: Call) {}"
    private static let show = "func showSeat(_ request: ShowSeatRequest, call: Call) {}"
    private static let tests = """
        @Suite struct SellSeatTests {
            struct Accepts {}
            struct Refuses {}
            struct Retries {}
        }
        extension SellSeatTests {
            struct Races: Sendable {}
        }
        """
    private static let showTests = "@Suite struct ShowSeatTests {\n    struct Accepts {}\n}"

    /// A context that keeps every rule.
    private static let files: [String: String] = {
        let server = "Services/SeatService/Server"
        let fixed = ["Main", "SeatContext", "SeatServer", "SeatFailures", "SeatMessages"]
        return Dictionary(uniqueKeysWithValues: fixed.map { ("\(server)/\($0).swift", "") }).merging([
            "Services/SeatService/README.md": "", "Services/SeatService/Domain/Seat.swift": "",
            "\(server)/Calls/Seats/SellSeat.swift": handler, "\(server)/Calls/Seats/ShowSeat.swift": show,
            "\(server)/Store/SeatTable.swift": "let sell = \"update seat set state = \\(State.sold) limit \\(most)\"",
            "\(server)/Store/SeatSchema.swift": "let index = \"create index a on seat (label) where state <> 3\"",
            "Tests/SeatServiceTests/SellSeatTests.swift": tests,
            "Tests/SeatServiceTests/ShowSeatTests.swift": showTests,
            "proto/seat.proto": """
            service Seat {
              rpc SellSeat(SellSeatRequest) returns (SellSeatReply) {
                option idempotency_level = IDEMPOTENT;
              }
              rpc ShowSeat(ShowSeatRequest) returns (ShowSeatReply) {
                option idempotency_level = NO_SIDE_EFFECTS;
              }
            }
            """,
        ]) { $1 }
    }()

    /// The violations after a change of the correct context, which has none.
    private func violations(
        of rule: (Tree) -> [Violation], _ change: (inout [String: String]) -> Void
    ) -> [String] {
        #expect(rule(Tree(Self.files)).isEmpty)
        var files = Self.files
        change(&files)
        return rule(Tree(files)).map(\.description)
    }

    @Test func `an extra folder, an extra file and a missing one are reported`() {
        let found = violations(of: ContextRules.shape) { files in
            files["Services/SeatService/Wire/A.swift"] = ""
            files["Services/SeatService/Server/Helpers.swift"] = ""
            files["Services/SeatService/Server/Main.swift"] = nil
            files["Services/SeatService/Server/Calls/BuySeat.swift"] = ""
        }
        let names = ["Wire", "Server/Helpers.swift", "Server/Main.swift", "Server/Calls/BuySeat.swift"]
        #expect(found.map { String($0.prefix { $0 != ":" }) } == names.map { "Services/SeatService/\($0)" })
    }

    @Test func `a handler that is missing, elsewhere, or in a file of another name is reported`() {
        let path = "Services/SeatService/Server/Calls/Seats/SellSeat.swift"
        let missing = violations(of: ContextRules.calls) { $0[path] = "" }
        #expect(missing == ["proto/seat.proto:2: SellSeat has no handler in Services/SeatService/Server/Calls"])
        let renamed = violations(of: ContextRules.calls) { files in
            files[path] = nil
            files["Services/SeatService/Server/Calls/Seats/Sales.swift"] = Self.handler
        }
        #expect(renamed.count == 1 && renamed[0].contains("is alone in"))
        let shared = violations(of: ContextRules.calls) { files in
            files[path] = nil
            files["Services/SeatService/Server/Calls/Seats/ShowSeat.swift"] = nil
            files["Services/SeatService/Server/Calls/Seats/Sales.swift"] = Self.handler + Self.show
        }
        #expect(shared.isEmpty)
    }

    @Test(arguments: ["Accepts", "Refuses", "Retries", "Races"])
    func `a missing section of the tests of a write is reported`(section: String) {
        let found = violations(of: ContextRules.tests) { files in
            let path = "Tests/SeatServiceTests/SellSeatTests.swift"
            guard let start = files[path]?.firstRange(of: section) else { return }
            files[path]?.replaceSubrange(start, with: "Other")
        }
        #expect(found == ["proto/seat.proto:2: SellSeatTests in Tests/SeatServiceTests lacks \(section)"])
    }

    @Test func `a read without a test file, or without a section, is reported`() {
        let path = "Tests/SeatServiceTests/ShowSeatTests.swift"
        let missing = violations(of: ContextRules.tests) { $0[path] = nil }
        #expect(missing == ["proto/seat.proto:5: \(path) is missing"])
        let empty = violations(of: ContextRules.tests) { $0[path] = "@Suite struct ShowSeatTests {}" }
        #expect(empty == ["proto/seat.proto:5: ShowSeatTests in Tests/SeatServiceTests lacks Accepts"])
    }

    @Test(arguments: ["select label from seat", "insert into seat", "update seat set a = 1", "delete from seat"])
    func `SQL outside the store is reported`(sql: String) {
        let found = violations(of: StatementRules.places) { files in
            files["Services/SeatService/Server/Jobs/Sweep.swift"] = "\n/// Runs select and update.\nlet a = \"\(sql)\""
        }
        #expect(found == ["Services/SeatService/Server/Jobs/Sweep.swift:3: SQL belongs to Server/Store"])
    }

    @Test(arguments: ["state = 1", "s.state <> 2", "state in (1, 2)", "outcome <> 0", "decided < 5"])
    func `the number of a state in SQL is reported`(sql: String) {
        let found = violations(of: StatementRules.states) { files in
            files["Services/SeatService/Server/Store/SeatTable.swift"] = "let a = \"\"\"\n  where \(sql)\n  \"\"\""
        }
        #expect(found.count == 1)
    }

    @Test func `a limit without a name is reported`() {
        let found = violations(of: StatementRules.limits) { files in
            files["Services/SeatService/Server/Store/SeatTable.swift"] = "let a = \"select a from seat limit 100\""
        }
        #expect(found.count == 1)
    }

    @Test func `an id without its option, and one that is read from bytes, are reported`() {
        let found = violations(of: ContractRules.ids) { files in
            files["proto/seat.proto"]? += "\nmessage A {\n  bytes seat_id = 1;\n  bytes pass = 2;\n}"
            files["Services/SeatService/Server/Calls/Seats/SellSeat.swift"]? += "\nlet id = SeatID(bytes: request.seat)"
            files["Services/SeatService/Server/SeatMessages.swift"] = "let id = try RoomID(field: message.room)"
            files["Services/SeatService/Server/Store/SeatTable.swift"]? += "\nlet id = SeatID(bytes: row.bytes(0))"
        }
        #expect(
            found == [
                "proto/seat.proto:10: declare the id with the option id",
                "Services/SeatService/Server/Calls/Seats/SellSeat.swift:2: a message has the id already; do not read bytes",
                "Services/SeatService/Server/SeatMessages.swift:1: a message has the id already; do not read bytes",
            ])
    }

    @Test func `a secret of a request without its option is reported`() {
        let found = violations(of: ContractRules.secrets) { files in
            files["proto/seat.proto"]? +=
                "\nmessage ARequest {\n  string new_password = 1;\n  bytes pass = 2 [(onsale.rpc.v1.secret) = true];\n}"
                + "\nmessage AReply {\n  bytes secret = 1;\n}"
        }
        #expect(found == ["proto/seat.proto:10: declare the secret with the option secret"])
    }

    @Test(arguments: ["SeatView", "SeatEntry", "SeatSummary", "Entry"])
    func `a message that is no plain noun in Swift is reported`(name: String) {
        let found = violations(of: ContractRules.names) { $0["proto/seat.proto"]? += "\nmessage \(name) {\n}" }
        #expect(found == ["proto/seat.proto:9: \(name) is no plain noun; add the option swift_type"])
        let renamed = violations(of: ContractRules.names) {
            $0["proto/seat.proto"]? += "\nmessage \(name) {\n  option (onsale.rpc.v1.swift_type) = \"Seat\";\n}"
        }
        #expect(renamed.isEmpty)
        let misnamed = violations(of: ContractRules.names) {
            $0["proto/seat.proto"]? += "\nmessage Seat {\n  option (onsale.rpc.v1.swift_type) = \"\(name)\";\n}"
        }
        #expect(misnamed.count == 1)
    }

    @Test func `an entry is a movement of money`() {
        let found = violations(of: ContractRules.names) { files in
            files["proto/wallet.proto"] = "message EntryView {\n  option (onsale.rpc.v1.swift_type) = \"Entry\";\n}"
        }
        #expect(found.isEmpty)
    }
}
