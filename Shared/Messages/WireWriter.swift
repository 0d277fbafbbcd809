/// Writes protobuf's wire format into memory of sufficient size.
@usableFromInline
package struct WireWriter {
    /// Maximum size of a number.
    @inlinable package static var maxNumberBytes: Int { 10 }
    /// Maximum size of a tag of one byte with a length or a number.
    @inlinable package static var maxFieldHeaderBytes: Int { 11 }

    @usableFromInline package var cursor: UnsafeMutableRawPointer

    @inlinable
    package init(_ start: UnsafeMutableRawPointer) {
        cursor = start
    }

    @inlinable @inline(__always)
    package mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            cursor.storeBytes(of: UInt8(truncatingIfNeeded: value) | 0x80, as: UInt8.self)
            cursor += 1
            value >>= 7
        }
        cursor.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        cursor += 1
    }

    /// Writes the field unless it is zero, as in proto3.
    @inlinable @inline(__always)
    package mutating func number(_ field: UInt64, _ value: UInt64) {
        guard value != 0 else { return }
        varint(field << 3 | WireType.varint)
        varint(value)
    }

    /// Writes the field unless it is empty.
    @inlinable @inline(__always)
    package mutating func bytes(_ field: UInt64, _ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        varint(field << 3 | WireType.bytes)
        varint(UInt64(bytes.count))
        cursor.copyMemory(from: start, byteCount: bytes.count)
        cursor += bytes.count
    }

    /// Writes the field unless the message is empty.
    @inlinable @inline(__always)
    package mutating func message(_ field: UInt64, _ message: LaidOutMessage) {
        bytes(field, count: message.size) { message.pack(into: $0) }
    }

    /// Writes a field whose `count` bytes `write` provides.
    @inlinable @inline(__always)
    package mutating func bytes(_ field: UInt64, count: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
        guard count > 0 else { return }
        varint(field << 3 | WireType.bytes)
        varint(UInt64(count))
        write(cursor)
        cursor += count
    }
}

extension [UInt8] {
    /// Appends at most `size` bytes, which `write` writes.
    package mutating func append(atMost size: Int, _ write: (inout WireWriter) -> Void) {
        self += [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            guard let start = buffer.baseAddress.map(UnsafeMutableRawPointer.init) else { return }
            var writer = WireWriter(start)
            write(&writer)
            count = writer.cursor - start
        }
    }
}
