import CProtobufC
import Encoding
import Kernel

/// Converts an unpacked message to JSON according to its descriptor.
struct WireToJSON {
    private var json: JSONWriter

    init(isIndented: Bool) {
        json = JSONWriter(isIndented ? .indented : .spaced)
    }

    var text: String { json.text }

    /// `message` is a struct that `descriptor` describes.
    mutating func message(_ message: UnsafeRawPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        Self.write(message, as: descriptor, &json)
    }

    private static func write(
        _ message: UnsafeRawPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ json: inout JSONWriter
    ) {
        let fields = (0..<Int(descriptor.pointee.n_fields)).map { descriptor.pointee.fields + $0 }
        let members = fields.filter { isSet($0, in: message) }.map { field in
            (name: FieldName.json(String(cString: field.pointee.name)), value: field)
        }
        json.object(members) { json, field in
            let place = message + Int(field.pointee.offset)
            guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { return value(place, of: field, &json) }
            let elements = place.load(as: UnsafeRawPointer.self)
            let size = size(of: field.pointee.type)
            json.array(0..<count(field, in: message)) { json, index in
                value(elements + index * size, of: field, &json)
            }
        }
    }

    private static func value(
        _ place: UnsafeRawPointer, of field: UnsafePointer<ProtobufCFieldDescriptor>, _ json: inout JSONWriter
    ) {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32:
            json.literal(place.load(as: Int32.self))
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
            json.literal(place.load(as: UInt32.self))
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            json.string("\(place.load(as: Int64.self))")
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64:
            json.string("\(place.load(as: UInt64.self))")
        case PROTOBUF_C_TYPE_FLOAT:
            fraction(place.load(as: Float.self), &json)
        case PROTOBUF_C_TYPE_DOUBLE:
            fraction(place.load(as: Double.self), &json)
        case PROTOBUF_C_TYPE_BOOL:
            json.literal(place.load(as: protobuf_c_boolean.self) != 0)
        case PROTOBUF_C_TYPE_ENUM:
            enumeration(place.load(as: Int32.self), of: field, &json)
        case PROTOBUF_C_TYPE_STRING:
            json.string(place.load(as: UnsafePointer<CChar>?.self).map { String(cString: $0) } ?? "")
        case PROTOBUF_C_TYPE_BYTES:
            let data = place.load(as: ProtobufCBinaryData.self)
            json.escaped(Base64.text(of: UnsafeBufferPointer(start: data.data, count: data.len)))
        default:
            let descriptor = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            write(place.load(as: UnsafeRawPointer.self), as: descriptor, &json)
        }
    }

    private static func fraction(
        _ number: some BinaryFloatingPoint & CustomStringConvertible, _ json: inout JSONWriter
    ) {
        if number.isFinite {
            json.literal(number)
        } else {
            json.string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
    }

    /// Writes the name of an enum value, or its number if it has no name.
    private static func enumeration(
        _ number: Int32, of field: UnsafePointer<ProtobufCFieldDescriptor>, _ json: inout JSONWriter
    ) {
        let descriptor = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
        if let value = protobuf_c_enum_descriptor_get_value(descriptor, number) {
            json.string(String(cString: value.pointee.name))
        } else {
            json.literal(number)
        }
    }
}

extension WireToJSON {
    /// True if a field differs from its default. A message or a member of a oneof is set if it is present.
    private static func isSet(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>, in message: UnsafeRawPointer
    ) -> Bool {
        if field.pointee.label == PROTOBUF_C_LABEL_REPEATED { return count(field, in: message) > 0 }
        if field.pointee.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0 {
            return message.load(fromByteOffset: Int(field.pointee.quantifier_offset), as: UInt32.self)
                == field.pointee.id
        }
        let place = message + Int(field.pointee.offset)
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_STRING: return place.load(as: UnsafePointer<CChar>?.self).map { $0.pointee != 0 } ?? false
        case PROTOBUF_C_TYPE_BYTES: return place.load(as: ProtobufCBinaryData.self).len > 0
        case PROTOBUF_C_TYPE_MESSAGE: return place.load(as: UnsafeRawPointer?.self) != nil
        // Treat a negative zero as unset, as protobuf-c does.
        case PROTOBUF_C_TYPE_FLOAT: return place.load(as: Float.self) != 0
        case PROTOBUF_C_TYPE_DOUBLE: return place.load(as: Double.self) != 0
        default:
            return UnsafeRawBufferPointer(start: place, count: size(of: field.pointee.type)).contains { $0 != 0 }
        }
    }

    private static func count(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>, in message: UnsafeRawPointer
    ) -> Int {
        message.load(fromByteOffset: Int(field.pointee.quantifier_offset), as: Int.self)
    }

    /// The size of one value in the struct, or in an array that the struct points to.
    private static func size(of type: ProtobufCType) -> Int {
        switch type {
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_MESSAGE: MemoryLayout<UnsafeRawPointer>.size
        case PROTOBUF_C_TYPE_BYTES: MemoryLayout<ProtobufCBinaryData>.stride
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_UINT64,
            PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_DOUBLE:
            8
        default: 4
        }
    }
}
