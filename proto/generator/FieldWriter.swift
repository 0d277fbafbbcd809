/// Writes the Swift code of one field, or of one element of a repeated field.
struct FieldWriter {
    let field: Field
    let message: MessageType
    let types: TypeNames

    /// The name of the property, or of the case of a oneof.
    var name: String { SwiftNames.escaped(SwiftNames.property(field)) }

    var elementType: String {
        if isID { return "\(field.rules.id)ID" }
        if field.rules.isTime { return "Timestamp" }
        if field.rules.isDuration { return "Duration" }
        return switch field.kind {
        case .double: "Double"
        case .float: "Float"
        case .bool: "Bool"
        case .string: "String"
        case .bytes: "[UInt8]"
        case .message(let type), .enumeration(let type): types.name(type)
        default: field.kind.integer ?? "Never"
        }
    }

    var type: String {
        if field.isRepeated { return "[\(elementType)]" }
        return isOptional ? "\(elementType)?" : elementType
    }

    private var isID: Bool { !field.rules.id.isEmpty }

    /// True if nil means that the field is not set. The field is an id, a time or a message that is not required.
    private var isOptional: Bool { canBeNil && !field.rules.isRequired }

    private var canBeNil: Bool { isID || field.rules.isTime || (field.kind.isMessage && field.oneof == nil) }

    /// Nil if the initialiser needs a value.
    var defaultValue: String? {
        if field.isRepeated { return "[]" }
        if canBeNil { return isOptional ? "nil" : nil }
        if field.rules.isDuration { return ".zero" }
        return switch field.kind {
        case .bool: "false"
        case .string: "\"\""
        case .bytes: "[]"
        case .message: "nil"
        case .enumeration(let type): ".\(SwiftNames.escaped(types.caseName(type, 0)))"
        default: "0"
        }
    }

    /// The expression that reads the field from `fields`, the C struct.
    var reading: String {
        let source = "fields.pointee.\(SwiftNames.escaped(field.name))"
        if field.isRepeated {
            let arguments = "reading: \(source), count: fields.pointee.n_\(field.name)"
            if field.kind.isMessage {
                return "try Array(\(arguments)) { element throws(MessageError) in \(reading(required: "element")) }"
            }
            return isNumber ? "Array(\(arguments))" : "Array(\(arguments)) { \(reading(element: "$0")) }"
        }
        return reading(element: source)
    }

    /// The expression that reads the field as the set member of a oneof.
    var readingMember: String {
        let source = "fields.pointee.\(SwiftNames.escaped(field.name))"
        return field.kind.isMessage ? reading(required: source) : reading(element: source)
    }

    private func reading(required message: String) -> String {
        "try \(elementType)(required: \(message), in: \"\(field.name)\")"
    }

    private func reading(element: String) -> String {
        let label = isOptional ? "reading" : "required"
        if isID { return "try \(elementType)(\(label): \(element), \"\(field.name)\")" }
        if field.rules.isTime { return "\(elementType)(\(label): \(element))" }
        if field.rules.isDuration { return ".milliseconds(Int64(clamping: \(element)))" }
        return switch field.kind {
        case .bool: "\(element) != 0"
        case .string: "String(reading: \(element))"
        case .bytes: "[UInt8](reading: \(element))"
        case .message: "try \(elementType)(\(label): \(element), in: \"\(field.name)\")"
        case .enumeration(let type):
            types.isSigned(type)
                ? "\(elementType)(rawValue: \(element).rawValue)"
                : "\(elementType)(rawValue: Int32(bitPattern: \(element).rawValue))"
        default: element
        }
    }

    /// The statements that store the Swift value `value` in `fields`, the C struct.
    func writing(_ value: String) -> [String] {
        let target = "fields.pointee.\(SwiftNames.escaped(field.name))"
        if field.isRepeated {
            let call = "\(target) = try arena.array(\(value), \(quotedName))"
            return [
                "fields.pointee.n_\(field.name) = \(value).count",
                isNumber ? call : "\(call) { element throws(MessageError) in \(writing(element: "element")) }",
            ]
        }
        if field.kind.isMessage, isOptional { return ["\(target) = try \(value)?.layOut(in: arena)"] }
        return ["\(target) = \(writing(element: value))"]
    }

    private func writing(element: String) -> String {
        if isID { return "try arena.id(\(element), \(quotedName))" }
        if let integer = field.kind.integer, field.rules.isTime || field.rules.isDuration {
            return "\(integer)(clamping: \(element)\(isOptional ? "?.milliseconds ?? 0" : ".milliseconds"))"
        }
        return switch field.kind {
        case .bool: "\(element) ? 1 : 0"
        case .string: "try arena.string(\(element), \(quotedName))"
        case .bytes: "try arena.bytes(\(element), \(quotedName))"
        case .message: "try \(element).layOut(in: arena)"
        case .enumeration(let type):
            types.isSigned(type)
                ? "\(CNames.type(type))(rawValue: \(element).rawValue)"
                : "\(CNames.type(type))(rawValue: UInt32(bitPattern: \(element).rawValue))"
        default: element
        }
    }

    private var isNumber: Bool { field.kind.integer != nil || [.double, .float].contains(field.kind) }

    private var quotedName: String { "\"\(message.fullName).\(field.name)\"" }
}
