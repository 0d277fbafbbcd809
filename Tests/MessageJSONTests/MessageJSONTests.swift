import Encoding
import Kernel
import MessageJSON
import Messages
import RPC
import TestSupport
import Testing

struct MessageJSONTests {
    private func everything(_ json: String) throws -> Everything {
        try Everything(decoding: MessageJSON.bytes(from: json, as: Everything.descriptor))
    }

    private func json(_ message: Everything) throws -> String {
        try MessageJSON.text(of: message.encoded(), as: Everything.descriptor)
    }

    @Test func `the text for a log has no secrets, and UUIDs for ids`() throws {
        let request = ListActionsRequest(
            afterSerial: 7, userID: UserID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001), method: "secret")
        let text = try MessageJSON.logText(
            of: request.encoded(), as: ListActionsRequest.descriptor, without: ["method"])
        #expect(text == #"{"afterSerial":"7","userId":"01900000-0000-7000-8000-000000000001"}"#)
    }

    @Test func `ids are written as UUIDs, and read as UUIDs or in Base64`() throws {
        let request = ListActionsRequest(userID: UserID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001))
        let descriptor = ListActionsRequest.descriptor
        let text = try MessageJSON.text(of: request.encoded(), as: descriptor, isIndented: false)
        #expect(text == #"{"userId": "01900000-0000-7000-8000-000000000001"}"#)
        for json in [text, #"{"user_id": "AZAAAAAAcACAAAAAAAAAAQ=="}"#] {
            #expect(try MessageJSON.bytes(from: json, as: descriptor) == request.encoded())
        }
        let error = #expect(throws: JSONError.self) { try MessageJSON.bytes(from: #"{"userId": "a"}"#, as: descriptor) }
        #expect(error?.description == "userId: must be a UUID, in double quotes")
    }

    @Test func `a message is written as protobuf JSON`() throws {
        let message = Everything(
            doubleValue: 0.5, floatValue: -.infinity, int32Value: -1, uint64Value: .max, boolValue: true,
            stringValue: "a\"\\\n\u{1}ü", bytesValue: [0xfb, 0xff, 0], colour: .darkGreen,
            nested: .init(name: "n", kind: .init(rawValue: 9)), sint64s: [1, -1], strings: [""], nesteds: [.init()],
            choice: .number(0))
        #expect(
            try json(message) == #"""
                {
                  "doubleValue": 0.5,
                  "floatValue": "-Infinity",
                  "int32Value": -1,
                  "uint64Value": "18446744073709551615",
                  "boolValue": true,
                  "stringValue": "a\"\\\n\u0001ü",
                  "bytesValue": "+/8A",
                  "colour": "COLOUR_DARK_GREEN",
                  "nested": {
                    "name": "n",
                    "kind": 9
                  },
                  "sint64s": [
                    "1",
                    "-1"
                  ],
                  "strings": [
                    ""
                  ],
                  "nesteds": [
                    {}
                  ],
                  "number": "0"
                }
                """#)
        #expect(try json(Everything()) == "{}")
    }

    @Test(
        arguments: [
            (#"{"int32Value": 5}"#, Everything(int32Value: 5)),
            (#"{"int32_value": 5}"#, Everything(int32Value: 5)),
            (#"{"int32Value": "5"}"#, Everything(int32Value: 5)),
            (
                #"{"int32Value": 5.0, "uint32Value": 1.2e1, "sint32Value": -100e-2}"#,
                Everything(int32Value: 5, uint32Value: 12, sint32Value: -1)
            ),
            (#"{"int64Value": -9223372036854775808}"#, Everything(int64Value: .min)),
            (#"{"uint64Value": "18446744073709551615"}"#, Everything(uint64Value: .max)),
            (#"{"fixed64Value": 9007199254740993}"#, Everything(fixed64Value: 9_007_199_254_740_993)),
            (#"{"doubleValue": "Infinity", "floatValue": 1e-3}"#, Everything(doubleValue: .infinity, floatValue: 1e-3)),
            (#"{"doubleValue": "0.5", "floatValue": -0.0}"#, Everything(doubleValue: 0.5)),
            (#"{"boolValue": true}"#, Everything(boolValue: true)),
            (#"{"stringValue": "\u00fc\ud83c\udfab\/"}"#, Everything(stringValue: "ü🎫/")),
            (#"{"bytesValue": "+/8A"}"#, Everything(bytesValue: [0xfb, 0xff, 0])),
            (#"{"bytesValue": "-_8"}"#, Everything(bytesValue: [0xfb, 0xff])),
            (#"{"bytesValue": "-_8="}"#, Everything(bytesValue: [0xfb, 0xff])),
            (#"{"colour": "COLOUR_RED"}"#, Everything(colour: .red)),
            (#"{"colour": 77}"#, Everything(colour: .unrecognized(77))),
            (#"{"colour": -1}"#, Everything(colour: .belowZero)),
            (#"{"nested": null, "stringValue": null, "strings": null}"#, Everything()),
            (#"{"nested": {}}"#, Everything(nested: .init())),
            (
                #"{"nesteds": [{"name": "a"}, {}], "bools": [true, false]}"#,
                Everything(bools: [true, false], nesteds: [.init(name: "a"), .init()])
            ),
            (#"{"flag": false}"#, Everything(choice: .flag(false))),
            (#"{"text": null, "leaf": {}}"#, Everything(choice: .leaf(.init()))),
            (" \n\t{ } \r", Everything()),
        ] as [(String, Everything)])
    func `the parser accepts what the specification allows`(json: String, message: Everything) throws {
        #expect(try everything(json) == message)
    }

    @Test(arguments: [
        ("", "line 1, column 1: a value is missing"),
        ("{", "line 1, column 2: expected a name in double quotes"),
        ("{'a': 1}", "line 1, column 2: expected a name in double quotes"),
        ("{\n  \"colour\" 1}", "line 2, column 12: a colon must follow the name"),
        ("{\"colour\": 1", "line 1, column 13: a comma or } must follow"),
        ("{\"colour\": 1,}", "line 1, column 14: expected a name in double quotes"),
        ("{} {}", "line 1, column 4: unexpected text after the value"),
        ("[1 2]", "line 1, column 4: a comma or ] must follow"),
        ("tru", "line 1, column 1: did you mean true?"),
        ("{\"int32Value\": 01}", "line 1, column 17: a number must not begin with a zero"),
        (
            "{\"int32Value\": .5}",
            "line 1, column 16: expected a value: {, [, a string in double quotes, a number, true, false or null"
        ),
        ("{\"int32Value\": 1.}", "line 1, column 18: expected a digit"),
        (
            "{\"stringValue\": \"a\nb\"}",
            "line 1, column 19: a control character in a string must be written as an escape, such as \\n"
        ),
        ("{\"stringValue\": \"a", "line 1, column 19: a string does not end"),
        (#"{"stringValue": "\x"}"#, #"line 1, column 19: unknown escape; the escapes are \" \\ \/ \b \f \n \r \t \u"#),
        (#"{"stringValue": "\ud83c"}"#, "line 1, column 24: half a surrogate pair"),
        (#"{"stringValue": "\ud83c\ue000"}"#, "line 1, column 30: half a surrogate pair"),
        (#"{"stringValue": "\udfab\ud83c"}"#, "line 1, column 24: half a surrogate pair"),
        (#"{"stringValue": "\u12g4"}"#, #"line 1, column 22: \u must be followed by four hexadecimal digits"#),
        (#"{"colour": 1, "colour": 2}"#, "line 1, column 15: the name \"colour\" occurs twice"),
        ("[]", "must be an object, is an array"),
    ])
    func `an error in JSON names its line and column`(json: String, problem: String) {
        #expect(problem == description { try everything(json) })
    }

    @Test(arguments: [
        (#"{"colur": 1}"#, "colur: onsale.testing.v1.Everything has no such field; did you mean colour?"),
        (
            #"{"nested": {"deeper": {"names": [], "wait": 1}}}"#,
            "nested.deeper.wait: onsale.testing.v1.Everything.Nested.Deeper has no such field; there are names, weight"
        ),
        (#"{"int32Value": 1, "int32_value": 2}"#, "int32_value: is given twice, in both spellings"),
        (
            #"{"text": "a", "number": 2}"#,
            "number: excludes another field of its oneof that is also given; give one of them"
        ),
        (#"{"colour": "COLOR_RED"}"#, "colour: COLOR_RED is not known; did you mean COLOUR_RED?"),
        (#"{"type": "NONE"}"#, "type: NONE is not known; there are KIND_UNSPECIFIED, PLAIN, DEFAULT"),
        (#"{"int32Value": 2147483648}"#, "int32Value: must be from -2147483648 to 2147483647, is 2147483648"),
        (#"{"uint32Value": -1}"#, "uint32Value: must be from 0 to 4294967295, is -1"),
        (#"{"int32Value": 1.5}"#, "int32Value: must be a whole number, is 1.5"),
        (#"{"int32Value": 1e99}"#, "int32Value: must be a whole number, is 1e99"),
        (#"{"int64Value": "a"}"#, "int64Value: must be a whole number, is a"),
        (#"{"int64Value": " 1"}"#, "int64Value: must be a whole number, is  1"),
        (#"{"int32Value": true}"#, "int32Value: must be a number, is true or false"),
        (#"{"doubleValue": 1e400}"#, "doubleValue: 1e400 is too large"),
        (#"{"floatValue": 1e39}"#, "floatValue: 1e39 is too large"),
        (#"{"doubleValue": "nan"}"#, "doubleValue: must be a number, NaN, Infinity or -Infinity, is nan"),
        (#"{"doubleValue": "0x1p3"}"#, "doubleValue: must be a number, NaN, Infinity or -Infinity, is 0x1p3"),
        (#"{"boolValue": 1}"#, "boolValue: must be true or false, is a number"),
        (#"{"stringValue": 1}"#, "stringValue: must be a string, is a number"),
        (#"{"stringValue": "a\u0000"}"#, "stringValue: contains a NUL character, which is not allowed in text"),
        (#"{"bytesValue": "a"}"#, "bytesValue: must be bytes in Base64, in double quotes"),
        (#"{"bytesValue": "ab=c"}"#, "bytesValue: must be bytes in Base64, in double quotes"),
        (#"{"strings": "a"}"#, "strings: must be an array, is a string"),
        (#"{"strings": ["a", null]}"#, "strings[1]: must be a string, is null"),
        (#"{"nesteds": [{}, {"kind": {}}]}"#, "nesteds[1].kind: must be a number, is an object"),
        (#"{"nested": []}"#, "nested: must be an object, is an array"),
    ])
    func `an error in a message names the path of the field`(json: String, problem: String) {
        #expect(problem == description { try everything(json) })
    }

    @Test func `a single negative zero is omitted and a repeated one is kept`() throws {
        let single = WireBytes.tag(2, 5) + [0, 0, 0, 0x80] + WireBytes.tag(1, 1) + [0, 0, 0, 0, 0, 0, 0, 0x80]
        #expect(try MessageJSON.text(of: single, as: Everything.descriptor) == "{}")
        #expect(try json(Everything(doubles: [-0.0])) == "{\n  \"doubles\": [\n    -0.0\n  ]\n}")
        #expect(try everything("{\"doubles\": [-0.0]}").doubles[0].sign == .minus)
    }

    @Test func `size and depth are bounded`() {
        let deep = String(repeating: "[", count: 65)
        #expect(description { try everything(deep) } == "line 1, column 65: more than 64 levels deep")
        let long = "{\"stringValue\": \"" + String(repeating: "a", count: 1 << 20) + "\"}"
        #expect(description { try everything(long) } == "the text has 1048595 bytes; the limit is 1048576")
        let many = "{\"strings\": [" + String(repeating: "\"\",", count: 40_000) + "\"\"]}"
        #expect(
            description { try everything(many) }
                == "onsale.testing.v1.Everything.strings: is one element too many; the limit is 32768")
    }

    @Test func `another library reads our JSON`() async throws {
        let messages = some()
        let lines = try messages.map { try json($0).split(separator: "\n").joined() }
        for (message, answer) in zip(messages, try await Mirror.reflect(lines, .json, .packed)) {
            #expect(try Everything(decoding: bytes(answer)) == message)
        }
    }

    @Test func `our parser reads the JSON of another library`() async throws {
        let messages = some()
        let lines = try messages.map { Hexadecimal.text(of: try $0.encoded()) }
        for (message, answer) in zip(messages, try await Mirror.reflect(lines, .packed, .json)) {
            #expect(try everything(answer) == message)
        }
    }

    private func some() -> [Everything] {
        var random = SeededGenerator(seed: 11)
        return [Everything(), .full] + (0..<200).map { _ in Everything.random(using: &random) }
    }

    private func description(of body: () throws -> Everything) -> String {
        do {
            return "no error, but \(try body())"
        } catch {
            return "\(error)"
        }
    }
}
