import Messages

/// Splits a stream of bytes into frames.
///
/// A complete frame is returned in place, without a copy. A fragmented frame is collected in a buffer, which grows with
/// the received bytes, never with the announced length.
struct FrameReader: ~Copyable {
    enum Cut {
        /// An envelope. Valid until the next call.
        case frame(UnsafeRawBufferPointer)
        /// A frame above the limit, which is skipped. `id` is nil if the frame does not start with one.
        case tooLarge(id: UInt64?, size: Int)
        /// Bytes of another protocol.
        case foreign(WireError)
        /// No complete frame is left.
        case needsMore
    }

    private let maxBytes: Int
    /// The start of a frame, with its header.
    private var partial = ByteBuffer()
    private var isPartialComplete = false
    /// The bytes left to skip of an oversized frame.
    private var excess = 0

    init(maxBytes: Int) {
        self.maxBytes = min(maxBytes, Frame.largestBytes)
    }

    /// True if the peer has sent a part of a frame.
    var isMidFrame: Bool { partial.count > 0 && !isPartialComplete || excess > 0 }

    var bufferedBytes: Int { partial.count }

    /// Removes the next frame from the front of `bytes`.
    mutating func next(in bytes: inout UnsafeRawBufferPointer) -> Cut {
        if isPartialComplete {
            partial.release()
            isPartialComplete = false
        }
        if excess > 0 { excess -= bytes.removeFirst(atMost: excess).count }
        if partial.count == 0, bytes.count >= Frame.headerBytes {
            let size = Self.size(bytes)
            if size > 0, size <= maxBytes, bytes.count >= Frame.headerBytes + size {
                _ = bytes.removeFirst(atMost: Frame.headerBytes)
                return .frame(bytes.removeFirst(atMost: size))
            }
        }
        return collect(from: &bytes)
    }

    /// Collects a fragmented frame, or skips an oversized one.
    private mutating func collect(from bytes: inout UnsafeRawBufferPointer) -> Cut {
        guard fill(to: Frame.headerBytes, from: &bytes) else { return .needsMore }
        let size = Self.size(partial.bytes)
        if let problem = Self.problem(size) { return .foreign(problem) }
        if size > maxBytes {
            guard fill(to: Frame.headerBytes + min(size, Frame.idBytes), from: &bytes) else { return .needsMore }
            let id = Frame.id(atStartOf: UnsafeRawBufferPointer(rebasing: partial.bytes[Frame.headerBytes...]))
            excess = Frame.headerBytes + size - partial.count
            partial.release()
            excess -= bytes.removeFirst(atMost: excess).count
            return .tooLarge(id: id, size: size)
        }
        guard fill(to: Frame.headerBytes + size, from: &bytes) else { return .needsMore }
        isPartialComplete = true
        return .frame(UnsafeRawBufferPointer(rebasing: partial.bytes[Frame.headerBytes...]))
    }

    private mutating func fill(to count: Int, from bytes: inout UnsafeRawBufferPointer) -> Bool {
        partial.append(bytes.removeFirst(atMost: max(0, count - partial.count)))
        return partial.count >= count
    }

    private static func size(_ bytes: UnsafeRawBufferPointer) -> Int {
        Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
    }

    private static func problem(_ size: Int) -> WireError? {
        if size == 0 { return WireError("a frame has length 0") }
        guard size > Frame.largestBytes else { return nil }
        let first = UInt8(truncatingIfNeeded: size >> 24)
        let guess =
            first == 0x16
            ? "TLS" : (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) ? "HTTP" : "another protocol"
        return WireError("this port speaks Onsale's RPC; these bytes look like \(guess)")
    }
}

extension UnsafeRawBufferPointer {
    fileprivate mutating func removeFirst(atMost count: Int) -> UnsafeRawBufferPointer {
        let count = Swift.min(count, self.count)
        defer { self = UnsafeRawBufferPointer(rebasing: self[count...]) }
        return UnsafeRawBufferPointer(rebasing: self[..<count])
    }
}
