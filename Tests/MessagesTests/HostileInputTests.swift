import CTestProto
import Messages
import TestSupport
import Testing

/// Bytes that are expensive for protobuf-c, one mebibyte each. They are decoded or refused quickly, in the memory of
/// one arena.
struct HostileInputTests {
    struct Input: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        let descriptor: MessageDescriptor

        init(_ name: String, whole bytes: [UInt8], _ descriptor: MessageDescriptor = Everything.descriptor) {
            testDescription = name
            self.bytes = bytes
            self.descriptor = descriptor
        }

        init(_ name: String, _ pattern: [UInt8]) {
            self.init(name, whole: WireBytes.filled(1 << 20, with: pattern))
        }
    }

    private static let inputs = [
        Input("tiny unknown numbers", WireBytes.number(100, 0)),
        Input("tiny unknown texts", WireBytes.content(100, [])),
        Input("empty repeated texts", WireBytes.content(34, [])),
        Input("empty repeated messages", WireBytes.content(37, [])),
        Input("empty repeated bytes", WireBytes.content(35, [])),
        Input("repeated numbers, each with a tag", WireBytes.number(38, 0)),
        Input("empty rows of packed numbers", WireBytes.content(26, [])),
        Input("a single number, set again and again", WireBytes.number(6, 1)),
        Input("a single text, set again and again", WireBytes.content(14, [0x61])),
        Input("a single message, set again and again", WireBytes.content(17, [])),
        Input("members of a oneof, by turns", WireBytes.number(41, 1) + WireBytes.content(42, [0x61])),
        Input("a message of a oneof, by turns with a number", WireBytes.content(47, []) + WireBytes.number(41, 1)),
        Input("messages full of unknown fields", WireBytes.content(37, WireBytes.filled(48, with: [0xa0, 0x06, 0]))),
        Input("messages in messages", WireBytes.content(37, WireBytes.content(3, WireBytes.content(1, [])))),
        Input("the beginning of groups", WireBytes.tag(100, 3)),
        Input("numbers without end", [0x80]),
        Input("lengths without content", WireBytes.tag(14, 2) + [0xff, 0xff, 0xff, 0xff, 0x0f]),
        Input("zeros", [0]),
        Input("TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
        Input("HTTP", Array("GET / HTTP/1.1\r\n".utf8)),
        row("a packed row of one number a byte", 26, of: [1]),
        row("a packed row of false", 33, of: [0]),
        row("a text of NUL", 14, of: [0]),
        row("a text without an end", 14, of: [0xf0, 0x9f, 0x8e, 0xab]),
        deep,
    ]

    private static func row(_ name: String, _ field: UInt64, of pattern: [UInt8]) -> Input {
        Input(name, whole: WireBytes.content(field, WireBytes.filled(1 << 20 - 16, with: pattern)))
    }

    /// As deep as a mebibyte allows, in a type that contains itself.
    private static let deep = {
        var size = 0
        var heads: [[UInt8]] = []
        while size < 1 << 20 {
            heads.append(WireBytes.tag(3, 2) + WireBytes.varint(UInt64(size)))
            size += heads.last!.count
        }
        return Input(
            "messages within each other", whole: Array(heads.reversed().joined()),
            MessageDescriptor(onsale__testing__v1__tree__init))
    }()

    @Test(arguments: inputs)
    func `hostile bytes are decoded or refused in bounded memory and time`(input: Input) {
        #expect(input.bytes.count > 1 << 20 - 20)
        let arena = Arena()
        let clock = ContinuousClock()
        var fastest = Duration.seconds(60)
        for _ in 0..<5 {
            arena.reset()
            let duration = clock.measure {
                input.bytes.withUnsafeBytes { _ = try? arena.unpack($0, as: input.descriptor) }
            }
            fastest = min(fastest, duration)
            #expect(arena.bytesReserved <= 8 << 20)
        }
        // An optimized build needs at most 5 ms. This is a debug build on a busy machine.
        #expect(fastest < .milliseconds(500))
    }

    @Test func `the largest valid message unpacks in bounded memory`() throws {
        let unknown = WireBytes.content(37, WireBytes.filled(30, with: [0xa0, 0x06, 0]))
        let most = Array(repeatElement(unknown, count: WireValidator.maximumElements / 11).joined())
        let arena = Arena()
        try most.withUnsafeBytes { _ = try arena.unpack($0, as: Everything.descriptor) }
        #expect(arena.bytesReserved <= 8 << 20)
    }

    @Test func `a message above the arena's cap is an error, not a crash`() throws {
        let bytes = try Everything(blobs: [[UInt8](repeating: 1, count: 100_000), [2]]).encoded()
        let arena = Arena(cap: Arena.firstChunkSize)
        #expect(throws: MessageError("onsale.testing.v1.Everything", "takes more than 65536 bytes of memory")) {
            try bytes.withUnsafeBytes { _ = try Everything(decoding: $0, in: arena) }
        }
        #expect(throws: MessageError("onsale.testing.v1.Everything.blobs", "takes more than 65536 bytes of memory")) {
            _ = try Everything(blobs: [[UInt8](repeating: 1, count: 100_000)]).laidOut(in: arena)
        }
    }
}
