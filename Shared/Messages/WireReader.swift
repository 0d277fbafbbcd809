/// The wire types in use. The others, 3 and 4, were groups.
@usableFromInline
package enum WireType {
    @inlinable package static var varint: UInt64 { 0 }
    @inlinable package static var fixed64: UInt64 { 1 }
    @inlinable package static var bytes: UInt64 { 2 }
    @inlinable package static var fixed32: UInt64 { 5 }
}

/// The reason why bytes are not in protobuf's wire format, or not the message that was expected.
@usableFromInline
package struct WireError: Error, CustomStringConvertible {
    @usableFromInline package let description: String

    @usableFromInline
    package init(_ description: String) {
        self.description = description
    }

    @usableFromInline package static let endsEarly = WireError("ends before its value does")
}

/// A cursor over untrusted bytes in protobuf's wire format. After an error its position has no meaning.
@usableFromInline
package struct WireReader {
    @usableFromInline var position: UnsafePointer<UInt8>
    @usableFromInline let end: UnsafePointer<UInt8>

    @inlinable
    package init(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
        position = start.assumingMemoryBound(to: UInt8.self)
        end = position + bytes.count
    }

    @inlinable package var isAtEnd: Bool { position == end }

    /// The bytes that are left.
    @inlinable package var rest: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: position, count: end - position)
    }

    /// A field number and a wire type: `number << 3 | type`.
    @inlinable @inline(__always)
    package mutating func tag() throws(WireError) -> UInt64 {
        let tag = try short()
        guard tag >> 3 != 0 else { throw WireError("has field number 0") }
        return tag
    }

    /// A number of at most 64 bits.
    @inlinable @inline(__always)
    package mutating func varint() throws(WireError) -> UInt64 {
        if position < end, position[0] < 0x80 {
            defer { position += 1 }
            return UInt64(position[0])
        }
        return try longVarint()
    }

    /// The bytes after a length.
    @inlinable @inline(__always)
    package mutating func bytes() throws(WireError) -> UnsafeRawBufferPointer {
        let count = Int(try short())
        guard count <= end - position else { throw .endsEarly }
        defer { position += count }
        return UnsafeRawBufferPointer(start: position, count: count)
    }

    /// Skips a value.
    @inlinable @inline(__always)
    package mutating func skip(_ type: UInt64) throws(WireError) {
        switch type {
        case WireType.varint: try skipVarint()
        case WireType.bytes: _ = try bytes()
        case WireType.fixed64: try skip(bytes: 8)
        case WireType.fixed32: try skip(bytes: 4)
        default: throw WireError("has wire type \(type); only 0, 1, 2 and 5 are in use")
        }
    }

    /// Skips a number of at most ten bytes, whatever its value.
    @inlinable @inline(__always)
    package mutating func skipVarint() throws(WireError) {
        for offset in 0..<min(10, end - position) where position[offset] < 0x80 {
            position += offset + 1
            return
        }
        throw .endsEarly
    }

    @inlinable
    mutating func skip(bytes count: Int) throws(WireError) {
        guard count <= end - position else { throw .endsEarly }
        position += count
    }

    /// A tag or a length. protobuf-c reads five bytes at most.
    @inlinable @inline(__always)
    mutating func short() throws(WireError) -> UInt64 {
        let start = position
        let number = try varint()
        guard position - start <= 5, number <= UInt32.max else { throw .endsEarly }
        return number
    }

    @usableFromInline
    mutating func longVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<min(10, end - position) {
            let byte = position[offset]
            value |= UInt64(byte & 0x7f) << UInt64(7 * offset)
            guard byte < 0x80 else { continue }
            guard offset < 9 || byte <= 1 else { break }
            position += offset + 1
            return value
        }
        throw end - position < 10 ? .endsEarly : WireError("has a number of more than 64 bits")
    }
}
