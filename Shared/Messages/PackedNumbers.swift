import CProtobufC

/// The numbers of a packed repeated field, without tags.
enum PackedNumbers {
    /// The count of numbers. Nil if one is incomplete or unreadable for protobuf-c.
    static func count(_ value: UnsafeRawBufferPointer, of type: ProtobufCType) -> Int? {
        switch type {
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT:
            return value.count.isMultiple(of: 4) ? value.count / 4 : nil
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE:
            return value.count.isMultiple(of: 8) ? value.count / 8 : nil
        case PROTOBUF_C_TYPE_BOOL:
            return value.allSatisfy { $0 <= 1 } ? value.count : nil
        default:
            var reader = WireReader(value)
            var count = 0
            while !reader.isAtEnd {
                guard (try? reader.skipVarint()) != nil else { return nil }
                count += 1
            }
            return count
        }
    }
}
