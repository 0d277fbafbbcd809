import Testing

/// The generator refuses what protobuf-c mishandles, naming the line and the remedy.
struct RefusalTests {
    private func problems(_ body: String) throws -> [String] {
        try Compiled("syntax = \"proto3\";\npackage test;\nimport \"options.proto\";\n" + body).problems
    }

    @Test func `a recursive type is refused, naming the path back to it`() throws {
        #expect(
            try problems("message A {\n  B b = 1;\n}\nmessage B {\n  repeated C c = 1;\n}\nmessage C {\n  A a = 1;\n}")
                == [
                    "5: field A.b makes its type recursive (A -> B -> C -> A), which overflows protobuf-c's stack",
                    "8: field B.c makes its type recursive (B -> C -> A -> B), which overflows protobuf-c's stack",
                    "11: field C.a makes its type recursive (C -> A -> B -> C), which overflows protobuf-c's stack",
                ])
        #expect(
            try problems("message A {\n  A a = 1;\n}") == [
                "5: field A.a makes its type recursive (A -> A), which overflows protobuf-c's stack"
            ])
    }

    @Test func `a secret is a text or bytes of a request`() throws {
        let purpose = "which is for a single text or bytes of a message that ends in Request"
        #expect(
            try problems(
                """
                message A {
                  string password = 1 [(onsale.rpc.v1.secret) = true];
                }
                message BRequest {
                  uint32 pin = 1 [(onsale.rpc.v1.secret) = true];
                  bytes code = 2 [(onsale.rpc.v1.secret) = true];
                }
                """) == [
                    "5: field A.password has the option secret, \(purpose)",
                    "8: field BRequest.pin has the option secret, \(purpose)",
                ])
    }

    @Test func `a map is refused`() throws {
        #expect(
            try problems("message A {\n  map<string, int32> m = 1;\n}") == [
                "5: field A.m is a map, which protobuf-c does not support; use a repeated message of key and value"
            ])
    }

    @Test func `an optional field is refused`() throws {
        #expect(
            try problems("message A {\n\n  optional int32 n = 1;\n}") == [
                "6: field A.n is `optional`, which protobuf-c does not keep; use a oneof or a message of its own"
            ])
    }

    @Test func `proto2 is refused, with and without a syntax line`() throws {
        let reason = "is not proto3; begin the file with: syntax = \"proto3\";"
        #expect(
            try Compiled("// About it.\nsyntax = \"proto2\";\npackage test;\nmessage A {}").problems == ["2: \(reason)"]
        )
        #expect(
            try Compiled("package test;\nmessage A { repeated group B = 1 { optional int32 c = 2; } }").problems
                == ["1: \(reason)"])
    }

    @Test(arguments: ["default", "operator", "register", "int", "class"])
    func `a field named like a C keyword is refused`(keyword: String) throws {
        #expect(
            try problems("message A {\n  int32 \(keyword) = 1;\n}") == [
                "5: field A.\(keyword) is called like a keyword of C or C++, which protoc-c mishandles; "
                    + "choose another name"
            ])
    }

    @Test(arguments: ["Default", "Switch", "Return", "Delete"])
    func `a method named like a C keyword is refused`(keyword: String) throws {
        #expect(
            try problems(
                "message A {}\nservice S {\n  rpc \(keyword)(A) returns (A) { option (onsale.rpc.v1.callers) = USER; }\n}"
            )
                == [
                    "6: method S/\(keyword) is called like a keyword of C or C++, which protoc-c mishandles; "
                        + "choose another name"
                ])
    }

    @Test func `a method without callers is refused`() throws {
        #expect(
            try problems("message A {}\nservice S {\n  rpc Act1(A) returns (A);\n  rpc Act2(A) returns (A) {}\n}") == [
                "6: method S/Act1 does not say who may call it; "
                    + "add: option (onsale.rpc.v1.callers) = USER; (or OPERATOR, SERVICE, ANYONE)",
                "7: method S/Act2 does not say who may call it; "
                    + "add: option (onsale.rpc.v1.callers) = USER; (or OPERATOR, SERVICE, ANYONE)",
            ])
    }

    @Test func `a method for operators without a duty, and a duty without operators, are refused`() throws {
        #expect(
            try problems(
                """
                message A {}
                service S {
                  rpc Sell(A) returns (A) { option (onsale.rpc.v1.callers) = OPERATOR; }
                  rpc Buy(A) returns (A) {
                    option (onsale.rpc.v1.callers) = USER;
                    option (onsale.rpc.v1.duties) = SALES;
                  }
                }
                """) == [
                    "6: method S/Sell does not say which duty an operator needs; "
                        + "add: option (onsale.rpc.v1.duties) = SALES; (or OWNER, GATE, READ)",
                    "7: method S/Buy names a duty, but operators may not call it; leave out duties",
                ])
    }

    @Test func `ANYONE beside another role is refused`() throws {
        #expect(
            try problems(
                """
                message A {}
                service S {
                  rpc Act(A) returns (A) {
                    option (onsale.rpc.v1.callers) = ANYONE;
                    option (onsale.rpc.v1.callers) = USER;
                  }
                }
                """) == ["6: method S/Act may be called by ANYONE and by others; ANYONE stands alone"])
    }

    @Test func `protoc refuses an unknown role`() throws {
        #expect(throws: Compiled.CompileError.self) {
            try problems(
                "message A {}\nservice S { rpc Act(A) returns (A) { option (onsale.rpc.v1.callers) = BOB; } }")
        }
    }

    @Test func `a stream from client to server is refused`() throws {
        #expect(
            try problems(
                "message A {}\nservice S {\n  rpc Act(stream A) returns (A) { option (onsale.rpc.v1.callers) = USER; }\n}"
            )
                == ["6: method S/Act takes a stream; streams go from server to client only"])
    }

    @Test func `a stream that is answered later is refused`() throws {
        #expect(
            try problems(
                """
                message A {}
                service S {
                  rpc Act(A) returns (stream A) {
                    option (onsale.rpc.v1.callers) = USER;
                    option (onsale.rpc.v1.answered_later) = true;
                  }
                }
                """)
                == ["6: method S/Act is a stream, which has no answer to give later; leave out answered_later"])
    }

    @Test func `two names that map to one are refused`() throws {
        #expect(
            try problems("message A {\n  oneof go_on {\n    int32 a = 1;\n  }\n  int32 go__on = 2;\n}") == [
                "5: go_on and go__on are both called goOn in Swift; choose another name"
            ])
        #expect(
            try problems("message A {\n  int32 base = 1;\n}") == [
                "5: base and what every message has are both called base in C; choose another name"
            ])
        #expect(
            try problems("message A {\n  repeated int32 x = 1;\n  int32 n_x = 2;\n}") == [
                "6: n_x and x are both called n_x in C; choose another name"
            ])
        #expect(
            try problems("enum E {\n  E_ZERO = 0;\n  UNRECOGNIZED = 1;\n}").contains(
                "4: what every enum has and UNRECOGNIZED are both called unrecognized in Swift; choose another name"))
    }

    @Test func `names that generated Swift uses are refused`() throws {
        #expect(
            try problems("message String {}") == [
                "4: String is a name that generated Swift uses itself; choose another"
            ])
        #expect(
            try problems("message A {\n  int32 self = 1;\n}") == [
                "5: field A.self means something else in Swift; choose another name"
            ])
    }

    @Test func `more fields or depth than the validator accepts are refused`() throws {
        let fields = (1...65).map { "  int32 f\($0) = \($0);" }.joined(separator: "\n")
        #expect(try problems("message A {\n\(fields)\n}") == ["4: message A has 65 fields; at most 64 work"])
        let deep = (1...16).map { "message M\($0) { M\($0 + 1) m = 1; }" }.joined(separator: "\n")
        #expect(try problems("\(deep)\nmessage M17 {}") == ["4: message M1 is 17 messages deep; at most 16 work"])
    }

    @Test func `a file without a module is refused`() throws {
        #expect(
            try Compiled("syntax = \"proto3\";\npackage test;\nimport \"health.proto\";\nmessage A {}").problems == [
                "1: health.proto has no module; add a row for it to the table in proto/generate"
            ])
    }

    @Test func `an alias and a json_name are refused`() throws {
        #expect(
            try problems("enum E {\n  option allow_alias = true;\n  A = 0;\n  B = 0;\n}") == [
                "7: value E.B is an alias of A; a number has one name"
            ])
        #expect(
            try problems("message A {\n  int32 n = 1 [json_name = \"x\"];\n}") == [
                "5: field A.n sets json_name, which protobuf-c does not keep"
            ])
    }

    @Test(arguments: [
        ("string id = 1 [(onsale.rpc.v1.id) = \"Room\"];", "the option id, which is for a single field of type bytes"),
        (
            "repeated int64 at = 1 [(onsale.rpc.v1.time) = true];",
            "the option time or duration, which is for a single whole number"
        ),
        (
            "int64 n = 1 [(onsale.rpc.v1.required) = true];",
            "the option required, which is for an id, a time or a message"
        ),
        (
            "int64 n = 1 [(onsale.rpc.v1.range).min = 300, (onsale.rpc.v1.range).max = 2];",
            "the option range, which is for a single whole number, from min to a larger max"
        ),
        (
            "bytes text = 1 [(onsale.rpc.v1.text).min = 1, (onsale.rpc.v1.text).max = 2];",
            "the option text, which is for a single string, from min to a larger max"
        ),
    ])
    func `a rule that does not fit its field is refused`(field: String, problem: String) throws {
        let problems = try problems("message A {\n  \(field)\n}")
        #expect(problems.count == 1 && problems.allSatisfy { $0.hasPrefix("5: field A.") && $0.hasSuffix(problem) })
    }

    @Test func `two messages with one name in Swift are refused`() throws {
        #expect(
            try problems("message Place {}\nmessage PlaceView {\n  option (onsale.rpc.v1.swift_type) = \"Place\";\n}")
                == [
                    "5: PlaceView and Place are both called Place in Swift; choose another name"
                ])
    }

    @Test func `a reason without a code or a sentence is refused`() throws {
        let reasons = """
            message AFailure {
              enum Reason {
                UNSPECIFIED = 0;
                TAKEN = 1 [(onsale.rpc.v1.code) = ABORTED];
                GONE = 2 [(onsale.rpc.v1.code) = NOT_FOUND, (onsale.rpc.v1.sentence) = "gone"];
              }
            }
            """
        #expect(
            try problems(reasons) == [
                "7: reason TAKEN needs the options onsale.rpc.v1.code and onsale.rpc.v1.sentence"
            ])
    }
}
