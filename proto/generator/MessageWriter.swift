/// Writes the Swift struct of a message and its conversions from and to the C struct.
struct MessageWriter {
    let message: MessageType
    let types: TypeNames

    private var layout: String { CNames.type(message.fullName) }
    private var swiftName: String { types.name(message.fullName) }

    /// Writes the declaration and the nested types.
    func writeType(_ text: inout SwiftText) {
        if let reasons = message.reasons {
            return ReasonWriter(message: message, reasons: reasons, types: types).write(&text)
        }
        text.comment(message.declaration)
        text.block("package struct \(message.swiftName): Message") { text in
            writeProperties(&text)
            for oneof in message.oneofs.indices { writeOneof(oneof, &text) }
            for type in message.enums { EnumWriter(type: type).write(&text) }
            for nested in message.messages {
                text.line()
                MessageWriter(message: nested, types: types).writeType(&text)
            }
            if !properties.isEmpty { text.line() }
            writeInitialiser(&text)
        }
    }

    /// Writes the conversions from and to C, including those of the nested types.
    func writeLayout(_ text: inout SwiftText) {
        guard message.reasons == nil else { return }
        text.line()
        text.block("extension \(swiftName)") { text in
            text.line("package static let descriptor = MessageDescriptor(\(CNames.initialiser(message.fullName)))")
            text.line()
            writeReading(&text)
            text.line()
            writeLayingOut(&text)
            RuleWriter(message: message, types: types).write(&text)
        }
        for nested in message.messages { MessageWriter(message: nested, types: types).writeLayout(&text) }
    }

    /// A property of the Swift struct, with the lines that read it from the C struct and write it there.
    private struct Property {
        let declaration: Declaration
        let name: String
        let type: String
        let defaultValue: String?
        let reading: [String]
        let writing: [String]
    }

    /// Fields in the order of the .proto file. A oneof takes the position of its first member.
    private var properties: [Property] {
        var seen: Set<Int> = []
        return message.fields.compactMap { field in
            guard let oneof = field.oneof else { return property(writer(field)) }
            return seen.insert(oneof).inserted ? property(ofOneof: oneof) : nil
        }
    }

    private func property(_ field: FieldWriter) -> Property {
        Property(
            declaration: field.field.declaration, name: field.name, type: field.type, defaultValue: field.defaultValue,
            reading: ["\(field.name) = \(field.reading)"], writing: field.writing(field.name))
    }

    private func property(ofOneof index: Int) -> Property {
        let oneof = message.oneofs[index]
        let name = SwiftNames.escaped(SwiftNames.lowerCamel(oneof.swiftName))
        let tag = "fields.pointee.\(CNames.oneofMember(oneof.name))"
        let members = members(of: index).map { ($0, CNames.oneofCase(message.fullName, oneof.name, $0.field.name)) }
        let reading = members.map { "    case \($1): .\($0.name)(\($0.readingMember))" }
        let writing = members.flatMap { member, constant in
            ["case .\(member.name)(let value):"]
                + (["\(tag) = \(constant)"] + member.writing("value")).map { "    \($0)" }
        }
        return Property(
            declaration: oneof.declaration, name: name, type: "\(SwiftNames.upperCamel(oneof.swiftName))?",
            defaultValue: "nil",
            reading: ["\(name) =", "    switch \(tag) {"] + reading + ["    default: nil", "    }"],
            writing: ["switch \(name) {"] + writing + ["case nil: break", "}"])
    }

    private func writer(_ field: Field) -> FieldWriter {
        FieldWriter(field: field, message: message, types: types)
    }

    private func members(of oneof: Int) -> [FieldWriter] {
        message.fields.filter { $0.oneof == oneof }.map(writer)
    }

    private func writeProperties(_ text: inout SwiftText) {
        for property in properties {
            text.comment(property.declaration)
            text.line("package var \(property.name): \(property.type)")
        }
    }

    private func writeOneof(_ oneof: Int, _ text: inout SwiftText) {
        text.line()
        let type = SwiftNames.upperCamel(message.oneofs[oneof].swiftName)
        text.block("package enum \(type): Equatable, Sendable") { text in
            for member in members(of: oneof) {
                text.comment(member.field.declaration)
                text.line("case \(member.name)(\(member.elementType))")
            }
        }
    }

    private func writeInitialiser(_ text: inout SwiftText) {
        guard !properties.isEmpty else { return text.line("package init() {}") }
        let parameters = properties.map { "\($0.name): \($0.type)" + ($0.defaultValue.map { " = \($0)" } ?? "") }
        text.block("package init(\(parameters.joined(separator: ", ")))") { text in
            for property in properties { text.line("self.\(property.name) = \(property.name)") }
        }
    }

    private func writeReading(_ text: inout SwiftText) {
        text.block("package init(reading fields: UnsafePointer<\(layout)>) throws(MessageError)") { text in
            for line in properties.flatMap(\.reading) { text.line(line) }
        }
    }

    private func writeLayingOut(_ text: inout SwiftText) {
        let head = "package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<\(layout)>"
        let make = "try arena.make(\(CNames.initialiser(message.fullName)))"
        text.block(head) { text in
            guard !properties.isEmpty else { return text.line(make) }
            text.line("let fields = \(make)")
            for line in properties.flatMap(\.writing) { text.line(line) }
            text.line("return fields")
        }
    }
}
