/// The wire types of protobuf that are in use. The others, 3 and 4, were groups.
enum WireType: UInt32 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
}

/// A cursor over bytes that nobody has checked. Every read stays before the end, or is nil and leaves the rest unread.
struct WireReader {
    private(set) var cursor: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>

    init(_ start: UnsafePointer<UInt8>, count: Int) {
        cursor = start
        end = start + count
    }

    var isAtEnd: Bool { cursor == end }
    var count: Int { end - cursor }

    /// Field number and wire type in one. Nil where it ends early, or does not fit into 32 bits.
    @inline(__always)
    mutating func tag() -> UInt32? {
        let first = cursor[0]  // Only asked for when not at the end.
        if first < 0x80 {
            cursor += 1
            return UInt32(first)
        }
        return shortVarint()
    }

    /// The length of what follows. Nil where the length or what follows ends early.
    @inline(__always)
    mutating func length() -> Int? {
        guard cursor < end else { return nil }
        let length: Int
        if cursor[0] < 0x80 {
            length = Int(cursor[0])
            cursor += 1
        } else {
            guard let long = shortVarint() else { return nil }
            length = Int(long)
        }
        return length <= end - cursor ? length : nil
    }

    /// False where there are not so many bytes left.
    @inline(__always)
    mutating func skip(_ count: Int) -> Bool {
        guard count <= end - cursor else { return false }
        cursor += count
        return true
    }

    /// False where the number ends early or has more than ten bytes.
    @inline(__always)
    mutating func skipVarint() -> Bool {
        if cursor < end, cursor[0] < 0x80 {
            cursor += 1
            return true
        }
        return skipLongVarint()
    }

    private mutating func skipLongVarint() -> Bool {
        let last = min(10, end - cursor)
        for offset in 0..<last where cursor[offset] < 0x80 {
            cursor += offset + 1
            return true
        }
        return false
    }

    /// At most five bytes and 32 bits.
    private mutating func shortVarint() -> UInt32? {
        var number: UInt64 = 0
        for offset in 0..<min(5, end - cursor) {
            let byte = cursor[offset]
            number |= UInt64(byte & 0x7f) << UInt64(7 * offset)
            if byte < 0x80 {
                cursor += offset + 1
                return UInt32(exactly: number)
            }
        }
        return nil
    }
}
