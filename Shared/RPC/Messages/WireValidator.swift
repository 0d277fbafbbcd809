import CProto

/// Validates the bytes of a message against its descriptor before protobuf-c unpacks them.
///
/// protobuf-c trusts its input: tiny fields grow to sixty times their size, it merges a repeated submessage in
/// quadratic time, and it accepts invalid text. Validated bytes unpack in linear time and bounded memory. The validator
/// allocates nothing and reads each byte once.
package struct WireValidator {
    /// The maximum nesting of messages. The outermost has depth 1.
    package static let maximumDepth = 16
    /// Maximum of unknown fields in one message.
    package static let maximumUnknownFields = 16
    /// Maximum of repeated elements, unknown fields, and fields set again, in a message with all nested ones.
    package static let maximumElements = 32_768
    /// Maximum of packed numbers in a message with all nested ones.
    package static let maximumPackedNumbers = 262_144

    private var elementsLeft = maximumElements
    private var packedNumbersLeft = maximumPackedNumbers

    package static func validate(
        _ bytes: UnsafeRawBufferPointer, as descriptor: MessageDescriptor
    ) throws(MessageError) {
        guard let start = bytes.baseAddress else { return }
        var validator = WireValidator()
        let reader = WireCursor(start.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        try validator.message(in: reader, as: descriptor.pointer, depth: 1)
    }

    private mutating func message(
        in bytes: WireCursor, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) throws(MessageError) {
        var reader = bytes
        var fieldsSeen: UInt64 = 0
        var unknownFields = 0
        while !reader.isAtEnd {
            guard let tag = reader.tag(), tag >> 3 != 0 else {
                throw Self.error(descriptor, nil, "has an unreadable field number")
            }
            let field = Self.field(tag >> 3, of: descriptor)
            guard let wireType = WireCursor.WireType(rawValue: tag & 7) else {
                throw Self.error(descriptor, field, "has wire type \(tag & 7); only 0, 1, 2 and 5 are in use")
            }
            guard let field else {
                unknownFields += 1
                guard unknownFields <= Self.maximumUnknownFields else {
                    throw Self.error(
                        descriptor, nil, "has more than \(Self.maximumUnknownFields) unknown fields")
                }
                try countElement(nil, in: descriptor)
                guard Self.skip(wireType, &reader) else { throw Self.error(descriptor, nil, Self.endsEarly) }
                continue
            }

            if field.pointee.label == PROTOBUF_C_LABEL_REPEATED {
                try countElement(field, in: descriptor)
            } else {
                let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: field - descriptor.pointee.fields)
                if fieldsSeen & bit != 0 {
                    // protobuf-c merges messages and copies all previous content each time.
                    guard field.pointee.type != PROTOBUF_C_TYPE_MESSAGE else {
                        throw Self.error(descriptor, field, "is set twice; set a message once")
                    }
                    try countElement(field, in: descriptor)
                }
                fieldsSeen |= bit
            }

            try value(wireType, of: field, in: descriptor, depth: depth, &reader)
        }
    }

    /// Validates and skips the value of a known field.
    private mutating func value(
        _ wireType: WireCursor.WireType, of field: UnsafePointer<ProtobufCFieldDescriptor>,
        in descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int, _ reader: inout WireCursor
    ) throws(MessageError) {
        if wireType == .bytes {
            guard let length = reader.length() else { throw Self.error(descriptor, field, Self.endsEarly) }
            let value = WireCursor(reader.position, count: length)
            _ = reader.skip(length)
            try content(value, of: field, in: descriptor, depth: depth)
        } else {
            guard wireType == Self.wireType(of: field.pointee.type) else {
                throw Self.error(
                    descriptor, field, "has wire type \(wireType.rawValue), which does not match its type")
            }
            guard Self.skip(wireType, &reader) else { throw Self.error(descriptor, field, Self.endsEarly) }
        }
    }

    private mutating func countElement(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>?, in descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) throws(MessageError) {
        elementsLeft -= 1
        guard elementsLeft >= 0 else {
            throw Self.error(
                descriptor, field, "is one element too many; the limit is \(Self.maximumElements)")
        }
    }

    /// Validates a value with a length: text, bytes, a message, or packed numbers.
    private mutating func content(
        _ value: WireCursor, of field: UnsafePointer<ProtobufCFieldDescriptor>,
        in descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) throws(MessageError) {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_BYTES:
            return
        case PROTOBUF_C_TYPE_STRING:
            guard TextCheck.isText(value.position, count: value.count) else {
                throw Self.error(descriptor, field, "is not text; it must be UTF-8 without NUL")
            }
        case PROTOBUF_C_TYPE_MESSAGE:
            guard depth < Self.maximumDepth else {
                throw Self.error(descriptor, field, "is nested too deep; the limit is \(Self.maximumDepth) messages")
            }
            let inner = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            try message(in: value, as: inner, depth: depth + 1)
        default:
            guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else {
                throw Self.error(descriptor, field, "has wire type 2, which does not match its type")
            }
            guard let count = PackedNumbers.count(value, of: field.pointee.type) else {
                throw Self.error(descriptor, field, "contains unreadable packed numbers")
            }
            packedNumbersLeft -= count
            guard packedNumbersLeft >= 0 else {
                throw Self.error(
                    descriptor, field, "contains too many numbers; the limit is \(Self.maximumPackedNumbers)")
            }
        }
    }

    /// The field with a number, or nil. Consecutive numbers form one range, so there are few ranges.
    private static func field(
        _ number: UInt32, of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> UnsafePointer<ProtobufCFieldDescriptor>? {
        guard let ranges = descriptor.pointee.field_ranges else { return nil }
        let number = Int(number)
        for range in 0..<Int(descriptor.pointee.n_field_ranges) {
            let offset = number - Int(ranges[range].start_value)
            guard offset >= 0 else { return nil }
            let index = offset + Int(ranges[range].orig_index)
            if index < Int(ranges[range + 1].orig_index) { return descriptor.pointee.fields + index }
        }
        return nil
    }

    private static func skip(_ wireType: WireCursor.WireType, _ reader: inout WireCursor) -> Bool {
        switch wireType {
        case .varint: reader.skipVarint()
        case .fixed64: reader.skip(8)
        case .fixed32: reader.skip(4)
        case .bytes: reader.length().map { reader.skip($0) } ?? false
        }
    }

    private static func wireType(of type: ProtobufCType) -> WireCursor.WireType {
        switch type {
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .bytes
        default: .varint
        }
    }

    private static let endsEarly = "ends before its value does"

    @inline(never)
    private static func error(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ field: UnsafePointer<ProtobufCFieldDescriptor>?,
        _ problem: String
    ) -> MessageError {
        let message = String(cString: descriptor.pointee.name)
        guard let field else { return MessageError(message, problem) }
        return MessageError("\(message).\(String(cString: field.pointee.name))", problem)
    }
}
