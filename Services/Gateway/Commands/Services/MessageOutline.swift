import CProtobufC
import Kernel
import Messages
import RPC

/// Lists the fields of a message, for users who write it in JSON.
enum MessageOutline {
    /// One line per field. Fields of inner messages are indented.
    static func text(of descriptor: MessageDescriptor, indentation: Int) -> String {
        let margin = String(repeating: " ", count: indentation)
        guard !descriptor.fields.isEmpty else { return "\(margin)no fields\n" }
        return descriptor.fields.map { field in
            let name = FieldName.json(String(cString: field.name))
            let isRepeated = field.label == PROTOBUF_C_LABEL_REPEATED
            let line = "\(margin)\(name): \(isRepeated ? "[\(type(of: field))]" : type(of: field))\n"
            guard field.type == PROTOBUF_C_TYPE_MESSAGE else { return line }
            let inner = field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            return line + text(of: MessageDescriptor(inner), indentation: indentation + 2)
        }.joined()
    }

    private static func type(of field: ProtobufCFieldDescriptor) -> String {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING: "string"
        case PROTOBUF_C_TYPE_BYTES: "bytes in Base64"
        case PROTOBUF_C_TYPE_BOOL: "true or false"
        case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_DOUBLE: "number"
        case PROTOBUF_C_TYPE_MESSAGE: "object"
        case PROTOBUF_C_TYPE_ENUM: names(of: field).joined(separator: " or ")
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_FIXED64:
            "whole number from 0"
        default: "whole number"
        }
    }

    private static func names(of field: ProtobufCFieldDescriptor) -> [String] {
        let descriptor = field.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
        return UnsafeBufferPointer(start: descriptor.pointee.values, count: Int(descriptor.pointee.n_values)).map {
            String(cString: $0.name)
        }
    }
}
