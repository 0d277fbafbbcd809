/// Bytes of protobuf's wire format, including those that no library writes.
package enum WireBytes {
    package static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    package static func tag(_ field: UInt64, _ wireType: UInt64) -> [UInt8] { varint(field << 3 | wireType) }

    package static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { tag(field, 0) + varint(value) }

    /// A field of text, bytes, a message, or packed numbers.
    package static func content(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        tag(field, 2) + varint(UInt64(bytes.count)) + bytes
    }

    /// Repeats `bytes` as often as they fit into `size`.
    package static func filled(_ size: Int, with bytes: [UInt8]) -> [UInt8] {
        Array(repeatElement(bytes, count: size / bytes.count).joined())
    }
}
