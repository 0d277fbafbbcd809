import CProtobufC
import Kernel
import Messages
import RPC

/// JSON schemas of messages, made from their descriptors.
enum OpenAPISchema {
    private static let failure = "connect.Failure"
    private static let idBytes = 16

    /// The schemas of the messages of `methods` and of all messages inside, and that of a failure.
    static func all(of methods: [MethodDescription]) -> [(name: String, value: JSON)] {
        var found: [String: JSON] = [failure: failureSchema]
        func add(_ descriptor: MessageDescriptor) {
            guard found[descriptor.name] == nil else { return }
            found[descriptor.name] = schema(of: descriptor)
            for field in descriptor.fields where field.type == PROTOBUF_C_TYPE_MESSAGE { add(field.message) }
        }
        for method in methods {
            add(method.request)
            add(method.reply)
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    static func reference(to descriptor: MessageDescriptor) -> JSON { reference(to: descriptor.name) }

    static var failureReference: JSON { reference(to: failure) }

    private static func reference(to name: String) -> JSON {
        .object(["$ref": .string("#/components/schemas/\(name)")])
    }

    private static func schema(of descriptor: MessageDescriptor) -> JSON {
        .object([
            "type": .string("object"), "additionalProperties": .bool(false),
            "properties": .object(
                descriptor.fields.map { field in
                    let value = value(of: field)
                    let array = JSON.object(["type": .string("array"), "items": value])
                    return (field.jsonName, field.isRepeated ? array : value)
                }),
        ])
    }

    private static func value(of field: ProtobufCFieldDescriptor) -> JSON {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING: return text()
        case PROTOBUF_C_TYPE_BYTES: return field.isNamedAsID ? id : text(format: "byte")
        case PROTOBUF_C_TYPE_BOOL: return .object(["type": .string("boolean")])
        case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_DOUBLE: return .object(["type": .string("number")])
        case PROTOBUF_C_TYPE_MESSAGE: return reference(to: field.message)
        case PROTOBUF_C_TYPE_ENUM:
            return .object([
                "type": .string("string"), "enum": .list(Array(field.enumValues)) { .string(String(cString: $0.name)) },
            ])
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
            return number(UInt32.min, UInt32.max)
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64:
            return text(format: "uint64", pattern: "^[0-9]{1,20}$")
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            return text(format: "int64", pattern: "^-?[0-9]{1,19}$")
        default: return number(Int32.min, Int32.max)
        }
    }

    private static func text(format: String? = nil, pattern: String? = nil) -> JSON {
        .object([
            "type": .string("string"), "format": format.map(JSON.string), "pattern": pattern.map(JSON.string),
        ])
    }

    private static func number(_ least: some BinaryInteger, _ most: some BinaryInteger) -> JSON {
        .object(["type": .string("integer"), "minimum": .count(least), "maximum": .count(most)])
    }

    private static let id = JSON.object([
        "description": .string("An id of \(idBytes) bytes in Base64. Requests may have a UUID."),
        "anyOf": .array([text(format: "uuid"), text(format: "byte")]),
    ])

    private static let failureSchema = JSON.object([
        "type": .string("object"), "required": .array([.string("code"), .string("message")]),
        "properties": .object([
            "code": text(), "message": text(),
            "details": .object([
                "type": .string("array"),
                "items": .object([
                    "type": .string("object"), "required": .array([.string("type"), .string("value")]),
                    "properties": .object([
                        "type": text(), "value": text(), "debug": .object(["type": .string("object")]),
                    ]),
                ]),
            ]),
        ]),
    ])
}
