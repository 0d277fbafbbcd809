import Testing

@testable import MessageGenerator

/// The compatibility check reports each change that breaks programs in use.
struct CompatibilityTests {
    private static let earlier = """
        syntax = "proto3";
        package test;
        import "options.proto";
        enum Colour { NONE = 0; RED = 1; BLUE = 2; reserved 7 to 9; }
        message Ask { string name = 1; repeated int32 numbers = 2; Colour colour = 3; reserved 5, 10 to 12; }
        message Tell { oneof what { string text = 1; Ask ask = 2; } int32 alone = 3; }
        service Talk {
          rpc Say(Ask) returns (Tell) {
            option idempotency_level = IDEMPOTENT;
            option (onsale.rpc.v1.callers) = USER;
          }
          rpc Watch(Ask) returns (stream Tell) { option (onsale.rpc.v1.callers) = USER; }
        }
        """

    /// The problems when `new` replaces `old` in the earlier file.
    private func problems(replacing old: String, by new: String) throws -> [String] {
        let later = Self.earlier.replacing(old, with: new)
        #expect(later != Self.earlier, "\(old) is not in the file")
        return Compatibility.problems(from: try Compiled(Self.earlier).files, to: try Compiled(later).files)
            .map(\.description)
    }

    @Test(arguments: [
        ("string name = 1;", "string name = 1; string more = 4;"),
        ("BLUE = 2;", "BLUE = 2; GREEN = 3;"),
        ("string name = 1;", "reserved 1;"),
        ("BLUE = 2;", "reserved 2;"),
        ("10 to 12", "10 to 20"),
        ("message Tell", "message New { Ask ask = 1; }\nmessage Tell"),
        ("Ask ask = 2;", "Ask ask = 2; bool flag = 4;"),
        ("rpc Watch", "rpc New(Ask) returns (Ask) { option (onsale.rpc.v1.callers) = USER; }\n  rpc Watch"),
        ("(onsale.rpc.v1.callers) = USER", "(onsale.rpc.v1.callers) = SERVICE"),
    ])
    func `additions, and removals that reserve the number, are compatible`(old: String, new: String) throws {
        #expect(try problems(replacing: old, by: new) == [])
    }

    @Test(arguments: [
        ("name = 1", "name = 4", "test.proto:5: field test.Ask.name had number 1, has 4"),
        ("string name", "string called", "test.proto:5: field test.Ask.name had number 1, which is now that of called"),
        ("string name", "bytes name", "test.proto:5: field test.Ask.name was string, is bytes"),
        ("string name", "repeated string name", "test.proto:5: field test.Ask.name was string, is repeated string"),
        ("int32 numbers", "bool numbers", "test.proto:5: field test.Ask.numbers was repeated int32, is repeated bool"),
        ("Colour colour", "int32 colour", "test.proto:5: field test.Ask.colour was test.Colour, is int32"),
        ("string name = 1;", "", "test.proto:5: field test.Ask.name was removed; put in its place: reserved 1;"),
        ("reserved 5, ", "reserved ", "test.proto:5: test.Ask no longer reserves 5"),
        ("10 to 12", "11 to 12", "test.proto:5: test.Ask no longer reserves 10 to 12"),
        (
            "} int32 alone = 3;", "int32 alone = 3; }",
            "test.proto:6: field test.Tell.alone moved into or out of a oneof"
        ),
        ("BLUE = 2", "BLUE = 3", "test.proto:4: value test.Colour.BLUE had number 2, has 3"),
        ("BLUE = 2", "TEAL = 2", "test.proto:4: value test.Colour.BLUE had number 2, which is now that of TEAL"),
        ("BLUE = 2;", "", "test.proto:4: value test.Colour.BLUE was removed; put in its place: reserved 2;"),
        ("7 to 9", "7", "test.proto:4: test.Colour no longer reserves 7 to 9"),
        ("Say(Ask)", "Say(Tell)", "test.proto:8: method test.Talk/Say took test.Ask, takes test.Tell"),
        ("returns (Tell)", "returns (Ask)", "test.proto:8: method test.Talk/Say answered test.Tell, answers test.Ask"),
        ("returns (Tell)", "returns (stream Tell)", "test.proto:8: method test.Talk/Say became a stream"),
        ("(stream Tell)", "(Tell)", "test.proto:12: method test.Talk/Watch became a call with one answer"),
        ("rpc Watch", "rpc Look", "test.proto:7: method test.Talk/Watch was removed"),
        ("service Talk", "service Chat", "test.proto:1: service test.Talk was removed"),
        (
            "option idempotency_level = IDEMPOTENT;", "",
            "test.proto:8: method test.Talk/Say was safe to repeat, and earlier clients still repeat it"
        ),
    ])
    func `an incompatible change is named`(old: String, new: String, problem: String) throws {
        #expect(try problems(replacing: old, by: new) == [problem])
    }

    @Test func `a removed message, enum or file is named`() throws {
        let old = try Compiled("syntax = \"proto3\";\npackage test;\nmessage A { message B {} enum C { D = 0; } }")
        let new = try Compiled("syntax = \"proto3\";\npackage test;\nmessage A {}")
        #expect(
            Compatibility.problems(from: old.files, to: new.files).map(\.description) == [
                "test.proto:1: message test.A.B was removed", "test.proto:1: enum test.A.C was removed",
            ])
        #expect(
            Compatibility.problems(from: old.files, to: []).map(\.description) == [
                "test.proto:1: was removed, with everything it declares"
            ])
    }
}
