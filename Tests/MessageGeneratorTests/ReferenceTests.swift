import Testing

@testable import MessageGenerator

/// The lists of reasons and rules in proto/README.md.
struct ReferenceTests {
    private func reference(_ body: String) throws -> [String] {
        let text = "syntax = \"proto3\";\npackage test.v1;\nimport \"options.proto\";\n" + body
        return ReferenceWriter(try Compiled(text).files).text.split(separator: "\n").map(String.init)
    }

    @Test func `a reason is listed with its service, code and sentence`() throws {
        let lines = try reference(
            """
            message A {}
            service Talk { rpc Say(A) returns (A) { option (onsale.rpc.v1.callers) = ANYONE; } }
            message TalkFailure {
              enum Reason {
                REASON_UNSPECIFIED = 0;
                LINE_BUSY = 1 [(onsale.rpc.v1.code) = UNAVAILABLE, (onsale.rpc.v1.sentence) = "the line is busy"];
              }
            }
            """)
        #expect(lines.contains("| Talk | `LINE_BUSY` | UNAVAILABLE | the line is busy |"))
        #expect(!lines.contains { $0.contains("REASON_UNSPECIFIED") })
    }

    @Test(arguments: [
        ("bytes f = 1 [(onsale.rpc.v1.id) = \"Line\"]", "id of the type Line: 16 bytes or none"),
        (
            "bytes f = 1 [(onsale.rpc.v1.id) = \"Line\", (onsale.rpc.v1.required) = true]",
            "id of the type Line: 16 bytes"
        ),
        ("int64 f = 1 [(onsale.rpc.v1.time) = true]", "milliseconds since 1970, or 0 for none"),
        (
            "uint32 f = 1 [(onsale.rpc.v1.duration) = true, (onsale.rpc.v1.range) = {min: 5, max: 9, zero: \"7\"}]",
            "milliseconds; 5 to 9, or 0 for 7"
        ),
        ("int32 f = 1 [(onsale.rpc.v1.range).min = -300, (onsale.rpc.v1.range).max = 300]", "-300 to 300"),
        ("string f = 1 [(onsale.rpc.v1.text) = {min: 1, max: 300, kind: NAME}]", "1 to 300 `NAME`"),
        ("string f = 1 [(onsale.rpc.v1.text) = {kind: CURRENCY}]", "`CURRENCY`"),
        ("Inner f = 1 [(onsale.rpc.v1.required) = true]", "must be set"),
    ])
    func `a field of a request is listed with its rule`(field: String, rule: String) throws {
        let lines = try reference(
            """
            message Inner {}
            message Outer { \(field); }
            message A { repeated Outer outer = 1; string free = 2; }
            service Talk { rpc Say(A) returns (Inner) { option (onsale.rpc.v1.callers) = ANYONE; } }
            """)
        #expect(lines.filter { $0.hasPrefix("| Talk/") } == ["| Talk/Say | `outer.f` | \(rule) |"])
    }
}
