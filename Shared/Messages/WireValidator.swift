import CProtobufC
import Glibc

/// Validates the bytes of a message against its descriptor before protobuf-c unpacks them.
///
/// protobuf-c does not check its input. Tiny fields grow to sixty times their size, repeated submessages take quadratic
/// time, and invalid text is accepted. Validated bytes unpack in linear time and bounded memory. The validator
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
        var validator = WireValidator()
        try validator.message(in: bytes, as: descriptor.pointer, depth: 1)
    }

    private mutating func message(
        in bytes: UnsafeRawBufferPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) throws(MessageError) {
        var reader = WireReader(bytes)
        var fieldsSeen: UInt64 = 0
        var unknownFields = 0
        while !reader.isAtEnd {
            guard let tag = try? reader.tag() else {
                throw Self.error(descriptor, nil, "has an unreadable field number")
            }
            let field = Self.field(tag >> 3, of: descriptor)
            let wireType = tag & 7
            guard let field else {
                unknownFields += 1
                guard unknownFields <= Self.maximumUnknownFields else {
                    throw Self.error(
                        descriptor, nil, "has more than \(Self.maximumUnknownFields) unknown fields")
                }
                try countElement(nil, in: descriptor)
                try Self.skip(wireType, of: nil, in: descriptor, &reader)
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
        _ wireType: UInt64, of field: UnsafePointer<ProtobufCFieldDescriptor>,
        in descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int, _ reader: inout WireReader
    ) throws(MessageError) {
        guard wireType == WireType.bytes else {
            try Self.skip(wireType, of: field, in: descriptor, &reader)
            guard wireType == Self.wireType(of: field.pointee.type) else {
                throw Self.error(descriptor, field, "has wire type \(wireType), which does not match its type")
            }
            return
        }
        let value: UnsafeRawBufferPointer
        do throws(WireError) {
            value = try reader.bytes()
        } catch {
            throw Self.error(descriptor, field, error.description)
        }
        try content(value, of: field, in: descriptor, depth: depth)
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
        _ value: UnsafeRawBufferPointer, of field: UnsafePointer<ProtobufCFieldDescriptor>,
        in descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) throws(MessageError) {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_BYTES:
            return
        case PROTOBUF_C_TYPE_STRING:
            guard Self.isText(value) else {
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
            guard let count = Self.numberCount(value, of: field.pointee.type) else {
                throw Self.error(descriptor, field, "contains unreadable packed numbers")
            }
            packedNumbersLeft -= count
            guard packedNumbersLeft >= 0 else {
                throw Self.error(
                    descriptor, field, "contains too many numbers; the limit is \(Self.maximumPackedNumbers)")
            }
        }
    }

    /// True if the bytes are UTF-8 without NUL.
    static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return true }
        guard memchr(start, 0, bytes.count) == nil else { return false }
        do {
            _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
            return true
        } catch {
            return false
        }
    }

    /// The count of the numbers in a packed repeated field. Nil if one is incomplete or unreadable for protobuf-c.
    private static func numberCount(_ value: UnsafeRawBufferPointer, of type: ProtobufCType) -> Int? {
        switch (wireType(of: type), type) {
        case (WireType.fixed32, _): return value.count.isMultiple(of: 4) ? value.count / 4 : nil
        case (WireType.fixed64, _): return value.count.isMultiple(of: 8) ? value.count / 8 : nil
        case (_, PROTOBUF_C_TYPE_BOOL): return value.allSatisfy { $0 <= 1 } ? value.count : nil
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

    /// The field with a number, or nil. Consecutive numbers form one range, so there are few ranges.
    private static func field(
        _ number: UInt64, of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
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

    @inline(__always)
    private static func skip(
        _ wireType: UInt64, of field: UnsafePointer<ProtobufCFieldDescriptor>?,
        in descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ reader: inout WireReader
    ) throws(MessageError) {
        do throws(WireError) {
            try reader.skip(wireType)
        } catch {
            throw Self.error(descriptor, field, error.description)
        }
    }

    private static func wireType(of type: ProtobufCType) -> UInt64 {
        switch type {
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: WireType.fixed32
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: WireType.fixed64
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: WireType.bytes
        default: WireType.varint
        }
    }

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
