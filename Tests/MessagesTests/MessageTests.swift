import Messages
import RPC
import TestSupport
import Testing

struct MessageTests {
    @Test func `an encoded message decodes to itself`() throws {
        #expect(try Everything(decoding: Everything.full.encoded()) == .full)
        #expect(try Everything(decoding: Everything().encoded()) == Everything())
    }

    @Test func `each member of a oneof survives, even if empty`() throws {
        let members: [Everything.Choice] = [
            .number(0), .text(""), .blob([]), .flag(false), .ratio(0), .shade(.unspecified), .leaf(.init()),
            .number(.max), .text("é"), .blob([0, 255]), .flag(true), .ratio(-0.5), .shade(.belowZero),
            .leaf(.init(name: "leaf")),
        ]
        for member in members {
            let message = Everything(choice: member)
            #expect(try Everything(decoding: message.encoded()).choice == member)
        }
    }

    @Test func `an unknown enum value survives`() throws {
        let message = Everything(colour: .unrecognized(77), type: .unrecognized(-5))
        #expect(try Everything(decoding: message.encoded()) == message)
    }

    @Test func `an empty message has no bytes, and no bytes decode to it`() throws {
        #expect(try Everything().encoded() == [])
        #expect(try Everything(decoding: []) == Everything())
    }

    @Test func `text with a NUL is refused, not truncated`() throws {
        let problem = "contains a NUL character, which is not allowed in text; use bytes"
        #expect(throws: MessageError("onsale.testing.v1.Everything.string_value", problem)) {
            try Everything(stringValue: "a\0b").encoded()
        }
        #expect(throws: MessageError("onsale.testing.v1.Everything.Nested.Deeper.names", problem)) {
            try Everything(nested: .init(deeper: .init(names: ["", "\0"]))).encoded()
        }
        #expect(throws: MessageError("onsale.testing.v1.Everything.text", problem)) {
            try Everything(choice: .text("\0")).encoded()
        }
    }

    @Test func `the envelope of the golden request is read and written as it stands in the protocol`() throws {
        let golden = bytes(
            "080110011a1a6f6e73616c652e71756575652e76312e51756575652f4a6f696e20e0c65b30027a060a04752d3432")
        let envelope = Envelope(
            id: 1, kind: .request, method: "onsale.queue.v1.Queue/Join", timeoutUs: 1_500_000, flags: 2,
            payload: bytes("0a04752d3432"))
        #expect(try Envelope(decoding: golden) == envelope)
        #expect(try envelope.encoded() == golden)
    }

    @Test func `the envelope of the golden reply is read and written as it stands in the protocol`() throws {
        let golden = bytes("080110027a020807")
        let envelope = Envelope(id: 1, kind: .reply, payload: [8, 7])
        #expect(try Envelope(decoding: golden) == envelope)
        #expect(try envelope.encoded() == golden)
    }
}
