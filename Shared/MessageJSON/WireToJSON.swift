import CProtobufC
import Encoding
import Kernel
import Messages

/// Converts an unpacked message to JSON according to its descriptor.
struct WireToJSON {
    /// Fields of the outer message to leave out, by their names in the .proto file.
    var omitted: Set<String> = []
    /// Writes ids as UUIDs, not as bytes in Base64.
    var writesUUIDs = true

    /// `message` is a struct that `descriptor` describes.
    func text(
        of message: UnsafeRawPointer, as descriptor: MessageDescriptor, _ layout: JSONWriter.Layout
    ) -> String {
        var json = JSONWriter(layout)
        write(message, as: descriptor, without: omitted, &json)
        return json.text
    }

    private func write(
        _ message: UnsafeRawPointer, as descriptor: MessageDescriptor, without omitted: Set<String> = [],
        _ json: inout JSONWriter
    ) {
        let members = descriptor.fields.filter { isSet($0, in: message) && !omitted.contains($0.protoName) }
            .map { (name: $0.jsonName, value: $0) }
        json.object(members) { json, field in
            let place = message + Int(field.offset)
            guard field.isRepeated else { return value(place, of: field, &json) }
            let elements = place.load(as: UnsafeRawPointer.self)
            let size = size(of: field.type)
            json.array(0..<count(field, in: message)) { json, index in
                value(elements + index * size, of: field, &json)
            }
        }
    }

    private func value(_ place: UnsafeRawPointer, of field: ProtobufCFieldDescriptor, _ json: inout JSONWriter) {
        switch field.type {
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
            let bytes = UnsafeBufferPointer(start: data.data, count: data.len)
            if writesUUIDs, field.isNamedAsID, let id = ID<Never>(bytes: UnsafeRawBufferPointer(bytes)) {
                json.string("\(id)")
            } else {
                json.escaped(Base64.text(of: bytes))
            }
        default:
            write(place.load(as: UnsafeRawPointer.self), as: field.message, &json)
        }
    }

    private func fraction(
        _ number: some BinaryFloatingPoint & CustomStringConvertible, _ json: inout JSONWriter
    ) {
        if number.isFinite {
            json.literal(number)
        } else {
            json.string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
    }

    /// Writes the name of an enum value, or its number if it has no name.
    private func enumeration(_ number: Int32, of field: ProtobufCFieldDescriptor, _ json: inout JSONWriter) {
        if let value = field.enumValues.first(where: { $0.value == number }) {
            json.string(String(cString: value.name))
        } else {
            json.literal(number)
        }
    }

    /// True if a field differs from its default. A message or a member of a oneof is set if it is present.
    private func isSet(_ field: ProtobufCFieldDescriptor, in message: UnsafeRawPointer) -> Bool {
        if field.isRepeated { return count(field, in: message) > 0 }
        if field.isInOneof {
            return message.load(fromByteOffset: Int(field.quantifier_offset), as: UInt32.self) == field.id
        }
        let place = message + Int(field.offset)
        switch field.type {
        case PROTOBUF_C_TYPE_STRING: return place.load(as: UnsafePointer<CChar>?.self).map { $0.pointee != 0 } ?? false
        case PROTOBUF_C_TYPE_BYTES: return place.load(as: ProtobufCBinaryData.self).len > 0
        case PROTOBUF_C_TYPE_MESSAGE: return place.load(as: UnsafeRawPointer?.self) != nil
        // Treat a negative zero as unset, as protobuf-c does.
        case PROTOBUF_C_TYPE_FLOAT: return place.load(as: Float.self) != 0
        case PROTOBUF_C_TYPE_DOUBLE: return place.load(as: Double.self) != 0
        default: return UnsafeRawBufferPointer(start: place, count: size(of: field.type)).contains { $0 != 0 }
        }
    }

    private func count(_ field: ProtobufCFieldDescriptor, in message: UnsafeRawPointer) -> Int {
        message.load(fromByteOffset: Int(field.quantifier_offset), as: Int.self)
    }

    /// The size of one value in the struct, or in an array that the struct points to.
    private func size(of type: ProtobufCType) -> Int {
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
