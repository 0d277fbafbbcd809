import CProtobufC
import Kernel
import Messages
import RPC

/// JSON schemas of messages, made from their descriptors and from the rules of the contracts.
struct OpenAPISchema {
    private static let failure = "connect.Failure"
    private static let idBytes = 16

    let rules: ContractRules

    /// The schemas of the messages of `methods` and of all messages inside, and that of a failure.
    func all(of methods: [MethodDescription]) -> [(name: String, value: JSON)] {
        var found: [String: JSON] = [Self.failure: Self.failureSchema]
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

    private func schema(of descriptor: MessageDescriptor) -> JSON {
        let required = descriptor.fields.filter { field in
            rules[descriptor.name, field.protoName]?.isRequired ?? false && !field.isInOneof && !field.isRepeated
        }
        return .object([
            "type": .string("object"), "additionalProperties": .bool(false),
            "required": required.isEmpty ? nil : .list(required) { .string($0.jsonName) },
            "properties": .object(
                descriptor.fields.map { field in
                    let value = Self.value(of: field, rules[descriptor.name, field.protoName])
                    let array = JSON.object(["type": .string("array"), "items": value])
                    return (field.jsonName, field.isRepeated ? array : value)
                }),
        ])
    }

    private static func value(of field: ProtobufCFieldDescriptor, _ rules: ContractRules.Field?) -> JSON {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING: return rules?.text.map(ruled) ?? text()
        case PROTOBUF_C_TYPE_BYTES: return field.isNamedAsID ? id : text(format: "byte")
        case PROTOBUF_C_TYPE_BOOL: return .object(["type": .string("boolean")])
        case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_DOUBLE: return .object(["type": .string("number")])
        case PROTOBUF_C_TYPE_MESSAGE: return reference(to: field.message)
        case PROTOBUF_C_TYPE_ENUM:
            return .object([
                "type": .string("string"), "enum": .list(Array(field.enumValues)) { .string(String(cString: $0.name)) },
            ])
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
            return number(UInt32.min, UInt32.max, rules)
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64:
            let digits = rules?.range.map { "\($0.upperBound)".count } ?? 20
            return text(format: "uint64", pattern: "^[0-9]{1,\(digits)}$")
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            return text(format: "int64", pattern: "^-?[0-9]{1,19}$")
        default: return number(Int32.min, Int32.max, rules)
        }
    }

    private static func text(format: String? = nil, pattern: String? = nil) -> JSON {
        .object([
            "type": .string("string"), "format": format.map(JSON.string), "pattern": pattern.map(JSON.string),
        ])
    }

    private static func number(
        _ least: some BinaryInteger, _ most: some BinaryInteger, _ rules: ContractRules.Field?
    ) -> JSON {
        guard let range = rules?.range else { return integer(least, most) }
        let ruled = integer(range.lowerBound, range.upperBound)
        guard let zero = rules?.zero else { return ruled }
        let none = JSON.object(["const": .number(0), "description": .string(zero)])
        return .object(["anyOf": .array([ruled, none])])
    }

    private static func integer(_ least: some BinaryInteger, _ most: some BinaryInteger) -> JSON {
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

// Texts. JSON counts code points; the contract counts bytes or what people see as characters.
extension OpenAPISchema {
    private static let mostBytesOfACodePoint = 4
    private static let mostBytesOfACharacter = 8

    fileprivate static func ruled(_ rule: ContractRules.Field.Text) -> JSON {
        let (least, most) = (rule.bounds.lowerBound, rule.bounds.upperBound)
        return switch rule.kind {
        case .name: name("[a-z0-9]([a-z0-9-]*[a-z0-9])?", least, most)
        case .nameOfRoom: name("[a-z][a-z0-9-]*", least, most)
        case .nameOfUser: name("[a-z][a-z0-9._-]*", least, most)
        case .currency: text(pattern: "^[A-Z]{3}$")
        case .characters: sized(least, nil)
        case .plainCharacters: sized(least, most * mostBytesOfACharacter)
        case .bytes, .plainBytes, .unrecognized:
            sized((least + mostBytesOfACodePoint - 1) / mostBytesOfACodePoint, most)
        }
    }

    private static func name(_ pattern: String, _ least: Int, _ most: Int) -> JSON {
        .object([
            "type": .string("string"), "minLength": .count(least), "maxLength": .count(most),
            "pattern": .string(least == 0 ? "^(\(pattern))?$" : "^\(pattern)$"),
        ])
    }

    private static func sized(_ least: Int, _ most: Int?) -> JSON {
        .object([
            "type": .string("string"), "minLength": least == 0 ? nil : .count(least),
            "maxLength": most.map { .count($0) },
        ])
    }
}
