import Messages
import RPC

/// Cuts bytes into frames, including their headers. It shares no code with the code under test.
package struct FrameCutter {
    private var partial: [UInt8] = []

    package init() {}

    package mutating func frames(in more: some Sequence<UInt8>) -> [[UInt8]] {
        partial += more
        var frames: [[UInt8]] = []
        while partial.count >= 4 {
            let size = 4 + partial.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard partial.count >= size else { break }
            frames.append(Array(partial.prefix(size)))
            partial.removeFirst(size)
        }
        return frames
    }
}

extension Envelope {
    /// The envelope in a frame. Nil if the bytes are not an envelope.
    package init?(frame: [UInt8]) {
        guard let envelope = try? Envelope(decoding: Array(frame.dropFirst(4))) else { return nil }
        self = envelope
    }

    package func frame() throws -> [UInt8] {
        let encoded = try encoded()
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: encoded.count >> $0) } + encoded
    }
}
