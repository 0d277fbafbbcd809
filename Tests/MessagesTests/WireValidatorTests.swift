import CTestProto
import Kernel
import Messages
import TestSupport
import Testing

/// The bytes that the validator accepts, and its errors for all others. Field numbers are those of `Everything`.
struct WireValidatorTests {
    /// Nil if the validator accepts the bytes. Then protobuf-c must be able to unpack them.
    private func problem(_ bytes: [UInt8]) -> MessageError? {
        problem(bytes, as: Everything.descriptor)
    }

    private func problem(_ bytes: [UInt8], as descriptor: MessageDescriptor) -> MessageError? {
        do throws(MessageError) {
            try bytes.withUnsafeBufferPointer { bytes throws(MessageError) in
                _ = try Arena().unpack(UnsafeRawBufferPointer(bytes), as: descriptor)
            }
            return nil
        } catch {
            return error
        }
    }

    private func everything(_ field: String, _ problem: String) -> MessageError {
        MessageError(field.isEmpty ? "onsale.testing.v1.Everything" : "onsale.testing.v1.Everything.\(field)", problem)
    }

    @Test(arguments: [
        [], WireBytes.number(6, .max), WireBytes.content(14, Array("Grüße".utf8)), WireBytes.content(17, []),
        WireBytes.content(26, [1, 2, 0xff, 1]), WireBytes.number(26, 5), WireBytes.content(38, [1, 2]),
        WireBytes.number(38, 7), WireBytes.content(33, [0, 1]), WireBytes.number(400, 1),
        WireBytes.content(400, [0, 255]),
        WireBytes.tag(400, 1) + [0, 0, 0, 0, 0, 0, 0, 0], WireBytes.tag(400, 5) + [0, 0, 0, 0],
        WireBytes.content(42, [0x61]) + WireBytes.content(47, []), WireBytes.number(3, 1) + WireBytes.number(3, 2),
        WireBytes.number(536_870_911, 1),
    ])
    func `valid encodings are accepted`(bytes: [UInt8]) {
        #expect(problem(bytes) == nil)
    }

    @Test func `a message field set twice is refused, also in a oneof`() {
        let twice = "is set twice; set a message once"
        #expect(problem(WireBytes.content(17, []) + WireBytes.content(17, [])) == everything("nested", twice))
        #expect(problem(WireBytes.content(47, []) + WireBytes.content(47, [])) == everything("leaf", twice))
        let deeper = WireBytes.content(17, WireBytes.content(3, []) + WireBytes.content(3, []))
        #expect(problem(deeper) == everything("Nested.deeper", twice))
        #expect(problem(WireBytes.content(37, []) + WireBytes.content(37, [])) == nil)
    }

    @Test func `sixteen nested messages are accepted, seventeen refused`() {
        let branches: UInt64 = 3
        let descriptor = MessageDescriptor(onsale__testing__v1__tree__init)
        var bytes: [UInt8] = []
        for _ in 1..<16 { bytes = WireBytes.content(branches, bytes) }
        #expect(problem(bytes, as: descriptor) == nil)
        bytes = WireBytes.content(branches, bytes)
        #expect(
            problem(bytes, as: descriptor)
                == MessageError(
                    "onsale.testing.v1.Tree.branches", "is nested too deep; the limit is 16 messages"))
    }

    @Test func `sixteen unknown fields are accepted, seventeen refused`() {
        let sixteen = WireBytes.filled(16 * 3, with: WireBytes.number(100, 1))
        #expect(problem(sixteen) == nil)
        #expect(problem(sixteen + WireBytes.content(37, sixteen.map { $0 }) + WireBytes.content(37, sixteen)) == nil)
        #expect(
            problem(sixteen + WireBytes.number(100, 1))
                == everything("", "has more than 16 unknown fields"))
    }

    @Test(arguments: [UInt64(34), 37, 38])
    func `the element limit is accepted, one more refused`(field: UInt64) throws {
        let element = field == 38 ? WireBytes.number(38, 0) : WireBytes.content(field, [])
        let most = Array(repeatElement(element, count: WireValidator.maximumElements).joined())
        #expect(problem(most) == nil)
        let names: [UInt64: String] = [34: "strings", 37: "nesteds", 38: "unpacked"]
        #expect(
            problem(most + element)
                == everything(names[field]!, "is one element too many; the limit is 32768"))
    }

    @Test func `elements are counted over all messages in a message`() {
        let names = Array(repeatElement(WireBytes.content(1, []), count: 20_000).joined())
        let nested = WireBytes.content(37, WireBytes.content(3, names))
        #expect(problem(nested) == nil)
        #expect(
            problem(nested + nested)
                == everything("Nested.Deeper.names", "is one element too many; the limit is 32768"))
    }

    @Test func `the limit of packed numbers is accepted, one more refused`() {
        let most = WireBytes.content(26, [UInt8](repeating: 1, count: WireValidator.maximumPackedNumbers))
        #expect(problem(most) == nil)
        #expect(
            problem(most + WireBytes.content(23, [1]))
                == everything("int32s", "contains too many numbers; the limit is 262144"))
    }

    @Test(
        arguments: [
            [0x61, 0x00], [0x00], [0xc3], [0x80], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
            [0xf4, 0x90, 0x80, 0x80],
            [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x8e], [0xff], Array("01234567".utf8) + [0x00],
            Array("0123456".utf8) + [0x00],
            Array("0123456789abcdef".utf8) + [0xc3],
        ] as [[UInt8]])
    func `text must be UTF-8 without NUL`(bytes: [UInt8]) {
        #expect(
            problem(WireBytes.content(14, bytes))
                == everything("string_value", "is not text; it must be UTF-8 without NUL"))
        #expect(
            problem(WireBytes.content(34, bytes)) == everything("strings", "is not text; it must be UTF-8 without NUL"))
        #expect(problem(WireBytes.content(15, bytes)) == nil, "bytes may hold anything")
    }

    @Test func `text validation agrees with Swift`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...20, using: &random)
            let text = (0..<length).map { _ in
                Unicode.Scalar(UInt32.random(in: 1...0x10ffff, using: &random)) ?? "x"
            }
            var bytes = Array(String(String.UnicodeScalarView(text)).utf8)
            #expect(problem(WireBytes.content(14, bytes)) == nil)
            guard !bytes.isEmpty else { continue }
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            let isText = String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
            #expect((problem(WireBytes.content(14, bytes)) == nil) == isText, "\(bytes)")
        }
    }

    @Test(arguments: [
        (WireBytes.tag(100, 3), "", "has wire type 3; only 0, 1, 2 and 5 are in use"),
        (WireBytes.tag(100, 4), "", "has wire type 4; only 0, 1, 2 and 5 are in use"),
        (WireBytes.tag(17, 3), "nested", "has wire type 3; only 0, 1, 2 and 5 are in use"),
        (WireBytes.tag(3, 7), "int32_value", "has wire type 7; only 0, 1, 2 and 5 are in use"),
        (WireBytes.tag(14, 0) + [1], "string_value", "has wire type 0, which does not match its type"),
        (WireBytes.tag(3, 5) + [0, 0, 0, 0], "int32_value", "has wire type 5, which does not match its type"),
        (WireBytes.content(3, [1]), "int32_value", "has wire type 2, which does not match its type"),
        (WireBytes.number(34, 1), "strings", "has wire type 0, which does not match its type"),
    ])
    func `an unused or mismatched wire type is refused`(
        bytes: [UInt8], field: String, reason: String
    ) {
        #expect(problem(bytes) == everything(field, reason))
    }

    @Test(
        arguments: [
            ([0x00], "", "has an unreadable field number"),
            ([0x80], "", "has an unreadable field number"),
            ([0xff, 0xff, 0xff, 0xff, 0x1f], "", "has an unreadable field number"),
            ([0x80, 0x80, 0x80, 0x80, 0x80, 0x01], "", "has an unreadable field number"),
            (WireBytes.tag(3, 0), "int32_value", "ends before its value does"),
            (
                WireBytes.tag(6, 0) + [UInt8](repeating: 0x80, count: 10) + [1], "uint64_value",
                "ends before its value does"
            ),
            (WireBytes.tag(1, 1) + [0, 0, 0, 0, 0, 0, 0], "double_value", "ends before its value does"),
            (WireBytes.tag(2, 5) + [0, 0, 0], "float_value", "ends before its value does"),
            (WireBytes.tag(14, 2), "string_value", "ends before its value does"),
            (WireBytes.tag(14, 2) + [5, 0x61], "string_value", "ends before its value does"),
            (WireBytes.tag(14, 2) + WireBytes.varint(1 << 32), "string_value", "ends before its value does"),
            (WireBytes.tag(14, 2) + WireBytes.varint(.max), "string_value", "ends before its value does"),
            (WireBytes.tag(100, 2) + [1], "", "ends before its value does"),
            (WireBytes.content(17, WireBytes.tag(1, 2) + [9]), "Nested.name", "ends before its value does"),
            (WireBytes.content(29, [0, 0, 0]), "fixed32s", "contains unreadable packed numbers"),
            (WireBytes.content(30, [0, 0, 0, 0]), "fixed64s", "contains unreadable packed numbers"),
            (WireBytes.content(26, [0x80]), "uint64s", "contains unreadable packed numbers"),
            (WireBytes.content(33, [2]), "bools", "contains unreadable packed numbers"),
        ] as [([UInt8], String, String)])
    func `truncated bytes are refused`(bytes: [UInt8], field: String, reason: String) {
        #expect(problem(bytes) == everything(field, reason))
    }

    @Test func `a truncated message is never read beyond its end`() throws {
        let bytes = try Everything.full.encoded()
        for length in bytes.indices {
            let cut = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, length), alignment: 1)
            defer { cut.deallocate() }
            cut.copyBytes(from: bytes[..<length])
            let arena = Arena()
            _ = try? Everything(decoding: UnsafeRawBufferPointer(rebasing: cut[..<length]), in: arena)
        }
    }
}
