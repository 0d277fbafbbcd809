import Messages
@testable import RPC

/// Checks that bytes as a whole and in pieces give the same frames. Checks that our envelope reader agrees with
/// protobuf-c.
enum FrameTarget {
    private static let maxBytes = 1024

    static func test(_ input: UnsafeRawBufferPointer) -> Int32 {
        guard let pieceSize = input.first else { return taken }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = cuts(of: bytes, pieceSize: bytes.count)
        let pieces = cuts(of: bytes, pieceSize: max(1, Int(pieceSize)))
        expect(whole == pieces, "\(whole) as a whole, \(pieces) in pieces of \(pieceSize)")
        return taken
    }

    private enum Cut: Equatable {
        case frame([UInt8])
        case tooLarge(UInt64?, Int)
        case foreign
    }

    private static func cuts(of bytes: UnsafeRawBufferPointer, pieceSize: Int) -> [Cut] {
        var reader = FrameReader(maxBytes: maxBytes)
        var cuts: [Cut] = []
        var rest = bytes
        while !rest.isEmpty {
            var piece = UnsafeRawBufferPointer(rebasing: rest.prefix(pieceSize))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(pieceSize))
            reading: while true {
                switch reader.next(in: &piece) {
                case .frame(let envelope):
                    compare(envelope)
                    cuts.append(.frame(Array(envelope)))
                case .tooLarge(let id, let size):
                    cuts.append(.tooLarge(id, size))
                case .foreign:
                    return cuts + [.foreign]
                case .needsMore:
                    break reading
                }
            }
        }
        return cuts
    }

    private static func compare(_ bytes: UnsafeRawBufferPointer) {
        guard let frame = try? Frame(bytes), let envelope = try? Envelope(decoding: Array(bytes)) else { return }
        expect(frame.id == envelope.id, "id")
        expect(frame.kind == envelope.kind, "kind")
        expect(frame.method.elementsEqual(envelope.method.utf8), "method")
        expect(frame.timeoutMicroseconds == envelope.timeoutUs, "timeoutMicroseconds")
        expect((frame.status == nil) == (envelope.status == nil), "status")
        expect(UInt32(truncatingIfNeeded: frame.flags) == envelope.flags, "flags")
        expect(frame.metadata.count == envelope.metadata.count, "metadata")
        expect(frame.trace.elementsEqual(envelope.trace), "trace")
        expect(frame.requestID.elementsEqual(envelope.requestID), "requestID")
        expect(UInt32(truncatingIfNeeded: frame.attempt) == envelope.attempt, "attempt")
        expect(UInt32(truncatingIfNeeded: frame.credit) == envelope.credit, "credit")
        expect(frame.credential.elementsEqual(envelope.credential), "credential")
        expect(frame.payload.elementsEqual(envelope.payload), "payload")
    }
}
