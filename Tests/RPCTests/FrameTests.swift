import Encoding
import Kernel
@testable import RPC
import Messages
import TestSupport
import Testing

@Suite struct FrameTests {
    private static let request =
        "0000002e080110011a1a6f6e73616c652e71756575652e76312e51756575652f4a6f696e20e0c65b30027a060a04752d3432"
    private static let reply = "00000008080110027a020807"

    private func bytes(_ digits: String) throws -> [UInt8] { try #require(Hexadecimal.bytes(of: digits)) }

    private func frames(in bytes: [UInt8], maxBytes: Int = 1 << 20, pieces: [Int]? = nil) -> [String] {
        var reader = FrameReader(maxBytes: maxBytes)
        var found: [String] = []
        var rest = bytes[...]
        for size in pieces ?? [bytes.count] {
            Array(rest.prefix(size)).withUnsafeBytes { piece in
                var piece = piece
                while true {
                    switch reader.next(in: &piece) {
                    case .frame(let envelope): found.append("frame \(Hexadecimal.text(of: Array(envelope)))")
                    case .tooLarge(let id, let size): found.append("too large: \(id.map { "\($0)" } ?? "?") \(size)")
                    case .foreign(let error):
                        found.append("foreign: \(error)")
                        return
                    case .needsMore: return
                    }
                }
            }
            rest = rest.dropFirst(size)
        }
        return found
    }

    @Test func `the golden request is read field by field`() throws {
        try bytes(Self.request).dropFirst(4).withUnsafeBytes { envelope in
            let frame = try Frame(envelope)
            #expect(frame.id == 1)
            #expect(frame.kind == .request)
            #expect(String(decoding: frame.method, as: UTF8.self) == "onsale.queue.v1.Queue/Join")
            #expect(frame.timeoutMicroseconds == 1_500_000)
            #expect(frame.flags == Frame.Flag.safeToRepeat)
            #expect(Hexadecimal.text(of: Array(frame.payload)) == "0a04752d3432")
            #expect(frame.status == nil && frame.metadata.isEmpty && frame.trace.isEmpty)
        }
    }

    @Test func `the golden frames are written byte for byte`() throws {
        var buffer = ByteBuffer()
        buffer.appendFrame(atMost: 128) { writer in
            writer.number(Frame.Field.id, 1)
            writer.number(Frame.Field.kind, 1)
            Array("onsale.queue.v1.Queue/Join".utf8).withUnsafeBytes { writer.bytes(Frame.Field.method, $0) }
            writer.number(Frame.Field.timeout, 1_500_000)
            writer.number(Frame.Field.flags, Frame.Flag.safeToRepeat)
            [0x0a, 0x04, 0x75, 0x2d, 0x34, 0x32 as UInt8].withUnsafeBytes { writer.bytes(Frame.Field.payload, $0) }
        }
        #expect(Hexadecimal.text(of: Array(buffer.bytes)) == Self.request)
        buffer.removeAll()
        buffer.appendFrame(atMost: 64) { writer in
            writer.number(Frame.Field.id, 1)
            writer.number(Frame.Field.kind, 2)
            [0x08, 0x07 as UInt8].withUnsafeBytes { writer.bytes(Frame.Field.payload, $0) }
        }
        #expect(Hexadecimal.text(of: Array(buffer.bytes)) == Self.reply)
    }

    @Test func `the hand-written parser and protobuf-c agree`() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let envelope = Envelope(
                id: random.next() >> UInt64.random(in: 0..<64, using: &random),
                kind: Kind(rawValue: Int32.random(in: 0...20)),
                method: String(repeating: "m", count: .random(in: 0...40, using: &random)),
                timeoutUs: random.next() >> UInt64.random(in: 0..<64, using: &random),
                status: Bool.random(using: &random) ? Status(code: 5, message: "none") : nil,
                flags: .random(in: 0...7, using: &random),
                metadata: (0..<Int.random(in: 0...3, using: &random)).map {
                    MetadataField(key: "k\($0)", value: [1, 2])
                },
                trace: Bool.random(using: &random) ? Array(repeating: 7, count: 25) : [],
                requestID: Bool.random(using: &random) ? Array(repeating: 9, count: 16) : [],
                attempt: .random(in: 0...3, using: &random), credit: .random(in: 0...100, using: &random),
                credential: Array(repeating: 4, count: .random(in: 0...60, using: &random)),
                payload: Array(repeating: 5, count: .random(in: 0...300, using: &random)))
            try envelope.encoded().withUnsafeBytes { bytes in
                let frame = try Frame(bytes)
                #expect(frame.id == envelope.id && frame.kind == envelope.kind)
                #expect(String(decoding: frame.method, as: UTF8.self) == envelope.method)
                #expect(frame.timeoutMicroseconds == envelope.timeoutUs && frame.flags == UInt64(envelope.flags))
                #expect(try frame.status.map { try Status(decoding: Array($0)) } == envelope.status)
                #expect(try frame.metadata.map { try MetadataField(decoding: Array($0)) } == envelope.metadata)
                #expect(Array(frame.trace) == envelope.trace && Array(frame.requestID) == envelope.requestID)
                #expect(frame.attempt == UInt64(envelope.attempt) && frame.credit == UInt64(envelope.credit))
                #expect(Array(frame.credential) == envelope.credential && Array(frame.payload) == envelope.payload)
            }
        }
    }

    @Test func `frames are found however the bytes are split`() throws {
        let stream = try bytes(Self.request + Self.reply + Self.request)
        let whole = frames(in: stream)
        #expect(whole.count == 3)
        for first in 0...stream.count {
            for second in [first, (first + stream.count) / 2] {
                let pieces = [first, second - first, stream.count - second]
                #expect(frames(in: stream, pieces: pieces) == whole, "split at \(first) and \(second)")
            }
        }
        #expect(frames(in: stream, pieces: Array(repeating: 1, count: stream.count)) == whole)
    }

    @Test func `the reader skips an oversized frame, names its call, and reads the next frame`() throws {
        let large = try Envelope(id: 300, kind: Kind(rawValue: 1), payload: Array(repeating: 0, count: 5000)).encoded()
        let stream = header(large.count) + large + (try bytes(Self.reply))
        let expected = ["too large: 300 \(large.count)", "frame 080110027a020807"]
        #expect(frames(in: stream, maxBytes: 100) == expected)
        for size in [1, 2, 3, 7, 64, 1000] {
            let pieces = Array(repeating: size, count: stream.count / size + 1)
            #expect(frames(in: stream, maxBytes: 100, pieces: pieces) == expected, "in pieces of \(size)")
        }
    }

    @Test func `a frame of exactly the limit is read, and one of a byte more is not`() throws {
        let stream = try bytes(Self.request)
        let size = stream.count - 4
        for pieces in [[stream.count], [4, size], [stream.count - 1, 1]] {
            #expect(frames(in: stream, maxBytes: size, pieces: pieces) == ["frame \(Self.request.dropFirst(8))"])
            #expect(frames(in: stream, maxBytes: size - 1, pieces: pieces) == ["too large: 1 \(size)"])
        }
    }

    @Test func `an oversized frame without an id names no call`() throws {
        let large = [UInt8](repeating: 0xff, count: 200)
        #expect(frames(in: header(large.count) + large, maxBytes: 100) == ["too large: ? 200"])
    }

    @Test(arguments: [
        ([0, 0, 0, 0], "length 0"), ([0x16, 3, 1, 2, 0], "TLS"), (Array("GET / HTTP/1.1\r\n".utf8), "HTTP"),
        ([0xff, 0xff, 0xff, 0xff], "another protocol"),
    ])
    func `bytes of another protocol are detected`(bytes: [UInt8], guess: String) {
        let found = frames(in: bytes)
        #expect(found.count == 1 && found[0].hasPrefix("foreign") && found[0].contains(guess), "\(found)")
    }

    @Test(arguments: [
        "08", "0a01", "1a05616263", "0880808080808080808080", "088080808080808080808001",
        "08ffffffffffffffffff02", "08ffffffffffffffffff03", "2a02080d2a02080d",
        "4203010203", "4a03010203", "0b", "0c", "00", "0d00000000", "78017801",
    ])
    func `a malformed envelope is refused`(digits: String) throws {
        let bytes = try bytes(digits)
        #expect(throws: WireError.self) { try bytes.withUnsafeBytes { _ = try Frame($0) } }
    }

    @Test func `up to sixteen unknown fields are skipped`() throws {
        let unknown = try bytes("8001058101" + "0102030405060708" + "850101020304" + "820103616263")
        let sixteen = Array((0..<4).map { _ in unknown }.joined())
        let id = try bytes("0807")
        #expect(try (id + sixteen).withUnsafeBytes { try Frame($0).id } == 7)
        #expect(throws: WireError.self) { try (sixteen + unknown).withUnsafeBytes { _ = try Frame($0) } }
    }

    @Test func `metadata is limited in entries and bytes`() throws {
        let many = Envelope(metadata: (0..<33).map { MetadataField(key: "\($0)") })
        let long = Envelope(metadata: [MetadataField(key: "k", value: Array(repeating: 0, count: 8200))])
        for envelope in [many, long] {
            let bytes = try envelope.encoded()
            #expect(throws: WireError.self) { try bytes.withUnsafeBytes { _ = try Frame($0) } }
        }
    }

    @Test func `random bytes never crash the reader`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            bytes.withUnsafeBytes { _ = try? Frame($0) }
            _ = frames(in: [0, 0, 0] + bytes, maxBytes: 64)
        }
    }

    private func header(_ size: Int) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: size >> 24), UInt8(truncatingIfNeeded: size >> 16),
            UInt8(truncatingIfNeeded: size >> 8),
            UInt8(truncatingIfNeeded: size),
        ]
    }
}
