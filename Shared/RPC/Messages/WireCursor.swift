/// A cursor over untrusted bytes. A read beyond the end returns nil and consumes nothing.
struct WireCursor {
    /// The wire types in use. The others, 3 and 4, were groups.
    enum WireType: UInt32 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    private(set) var position: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>

    init(_ start: UnsafePointer<UInt8>, count: Int) {
        position = start
        end = start + count
    }

    var isAtEnd: Bool { position == end }
    var count: Int { end - position }

    /// The field number and wire type. Nil if incomplete or above 32 bits.
    @inline(__always)
    mutating func tag() -> UInt32? {
        let first = position[0]  // Precondition: not at the end.
        if first < 0x80 {
            position += 1
            return UInt32(first)
        }
        return shortVarint()
    }

    /// The length of the following bytes. Nil if the length or the bytes are incomplete.
    @inline(__always)
    mutating func length() -> Int? {
        guard position < end else { return nil }
        let length: Int
        if position[0] < 0x80 {
            length = Int(position[0])
            position += 1
        } else {
            guard let long = shortVarint() else { return nil }
            length = Int(long)
        }
        return length <= end - position ? length : nil
    }

    /// False if fewer bytes are left.
    @inline(__always)
    mutating func skip(_ count: Int) -> Bool {
        guard count <= end - position else { return false }
        position += count
        return true
    }

    /// False if the number is incomplete or has more than ten bytes.
    @inline(__always)
    mutating func skipVarint() -> Bool {
        if position < end, position[0] < 0x80 {
            position += 1
            return true
        }
        return skipLongVarint()
    }

    private mutating func skipLongVarint() -> Bool {
        let last = min(10, end - position)
        for offset in 0..<last where position[offset] < 0x80 {
            position += offset + 1
            return true
        }
        return false
    }

    /// A number of at most five bytes and 32 bits.
    private mutating func shortVarint() -> UInt32? {
        var number: UInt64 = 0
        for offset in 0..<min(5, end - position) {
            let byte = position[offset]
            number |= UInt64(byte & 0x7f) << UInt64(7 * offset)
            if byte < 0x80 {
                position += offset + 1
                return UInt32(exactly: number)
            }
        }
        return nil
    }
}
