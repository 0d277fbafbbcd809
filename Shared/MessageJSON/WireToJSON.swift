import CProtobufC
import Kernel

/// Converts an unpacked message to JSON according to its descriptor.
struct WireToJSON {
    private let isIndented: Bool
    private(set) var text = ""
    private var depth = 0

    init(isIndented: Bool) {
        self.isIndented = isIndented
    }

    /// `message` is a struct that `descriptor` describes.
    mutating func message(_ message: UnsafeRawPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        let fields = (0..<Int(descriptor.pointee.n_fields)).map { descriptor.pointee.fields + $0 }
        list("{", fields.filter { Self.isSet($0, in: message) }, "}") { json, field in
            json.string(FieldName.json(String(cString: field.pointee.name)))
            json.text += ": "
            let place = message + Int(field.pointee.offset)
            guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { return json.value(place, of: field) }
            let elements = place.load(as: UnsafeRawPointer.self)
            let size = Self.size(of: field.pointee.type)
            json.list("[", Array(0..<Self.count(field, in: message)), "]") { json, index in
                json.value(elements + index * size, of: field)
            }
        }
    }

    private mutating func value(_ place: UnsafeRawPointer, of field: UnsafePointer<ProtobufCFieldDescriptor>) {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32:
            text += "\(place.load(as: Int32.self))"
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
            text += "\(place.load(as: UInt32.self))"
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            text += "\"\(place.load(as: Int64.self))\""
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64:
            text += "\"\(place.load(as: UInt64.self))\""
        case PROTOBUF_C_TYPE_FLOAT:
            fraction(place.load(as: Float.self))
        case PROTOBUF_C_TYPE_DOUBLE:
            fraction(place.load(as: Double.self))
        case PROTOBUF_C_TYPE_BOOL:
            text += place.load(as: protobuf_c_boolean.self) != 0 ? "true" : "false"
        case PROTOBUF_C_TYPE_ENUM:
            enumeration(place.load(as: Int32.self), of: field)
        case PROTOBUF_C_TYPE_STRING:
            string(place.load(as: UnsafePointer<CChar>?.self).map { String(cString: $0) } ?? "")
        case PROTOBUF_C_TYPE_BYTES:
            let data = place.load(as: ProtobufCBinaryData.self)
            text += "\"\(Base64.text(of: UnsafeBufferPointer(start: data.data, count: data.len)))\""
        default:
            let descriptor = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            message(place.load(as: UnsafeRawPointer.self), as: descriptor)
        }
    }

    private mutating func fraction(_ number: some BinaryFloatingPoint & CustomStringConvertible) {
        if number.isFinite {
            text += number.description
        } else {
            text += number.isNaN ? "\"NaN\"" : number < 0 ? "\"-Infinity\"" : "\"Infinity\""
        }
    }

    /// Writes the name of an enum value, or its number if it has no name.
    private mutating func enumeration(_ number: Int32, of field: UnsafePointer<ProtobufCFieldDescriptor>) {
        let descriptor = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
        if let value = protobuf_c_enum_descriptor_get_value(descriptor, number) {
            string(String(cString: value.pointee.name))
        } else {
            text += "\(number)"
        }
    }

    private mutating func list<Element>(
        _ start: String, _ elements: [Element], _ end: String, _ write: (inout WireToJSON, Element) -> Void
    ) {
        text += start
        depth += 1
        for (index, element) in elements.enumerated() {
            text += index == 0 ? "" : ","
            newLine()
            write(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { newLine() }
        text += end
    }

    private mutating func newLine() {
        guard isIndented else { return }
        text += "\n" + String(repeating: "  ", count: depth)
    }

    private mutating func string(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ", "\u{7f}":
                text += "\\u00" + Hexadecimal.text(of: [UInt8(scalar.value)])
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
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
