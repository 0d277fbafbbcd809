/// Writes protobuf's wire format into memory that is known to suffice.
struct WireWriter {
    /// What a tag and a length, or a tag and a number, take up at most.
    static let maxFieldHeaderBytes = 11

    private(set) var cursor: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer) {
        cursor = start
    }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            cursor.storeBytes(of: UInt8(truncatingIfNeeded: value) | 0x80, as: UInt8.self)
            cursor += 1
            value >>= 7
        }
        cursor.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        cursor += 1
    }

    /// Leaves the field out where it is zero, as proto3 does.
    @inline(__always)
    mutating func number(_ field: UInt64, _ value: UInt64) {
        guard value != 0 else { return }
        varint(field << 3 | WireType.varint)
        varint(value)
    }

    /// Leaves the field out where it is empty.
    @inline(__always)
    mutating func bytes(_ field: UInt64, _ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        varint(field << 3 | WireType.bytes)
        varint(UInt64(bytes.count))
        cursor.copyMemory(from: start, byteCount: bytes.count)
        cursor += bytes.count
    }

    /// Leaves the field out where the message is empty.
    @inline(__always)
    mutating func message(_ field: UInt64, _ message: LaidOutMessage, size: Int) {
        bytes(field, count: size) { message.pack(into: $0) }
    }

    /// A field of which `write` writes the `count` bytes.
    @inline(__always)
    mutating func bytes(_ field: UInt64, count: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
        guard count > 0 else { return }
        varint(field << 3 | WireType.bytes)
        varint(UInt64(count))
        write(cursor)
        cursor += count
    }
}
