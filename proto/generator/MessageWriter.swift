/// Writes the Swift struct of a message and its conversions from and to the C struct.
struct MessageWriter {
    let message: MessageType
    let types: TypeNames

    private var layout: String { CNames.type(message.fullName) }
    private var swiftName: String { types.name(message.fullName) }

    /// Writes the declaration and the nested types.
    func writeType(_ text: inout SwiftText) {
        if let reasons = message.reasons { return ReasonWriter(message: message, reasons: reasons).write(&text) }
        text.comment(message.declaration)
        text.block("package struct \(message.name): Message") { text in
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

    private enum Property {
        case field(FieldWriter)
        case oneof(Int)
    }

    /// Fields in the order of the .proto file. A oneof takes the position of its first member.
    private var properties: [Property] {
        var seen: Set<Int> = []
        return message.fields.compactMap { field in
            guard let oneof = field.oneof else { return .field(writer(field)) }
            return seen.insert(oneof).inserted ? .oneof(oneof) : nil
        }
    }

    private func writer(_ field: Field) -> FieldWriter {
        FieldWriter(field: field, message: message, types: types)
    }

    private func members(of oneof: Int) -> [FieldWriter] {
        message.fields.filter { $0.oneof == oneof }.map(writer)
    }

    private func name(ofOneof oneof: Int) -> String {
        SwiftNames.escaped(SwiftNames.lowerCamel(message.oneofs[oneof].name))
    }

    private func type(ofOneof oneof: Int) -> String { SwiftNames.upperCamel(message.oneofs[oneof].name) }

    private func writeProperties(_ text: inout SwiftText) {
        for property in properties {
            switch property {
            case .field(let field):
                text.comment(field.field.declaration)
                text.line("package var \(field.name): \(field.type)")
            case .oneof(let oneof):
                text.comment(message.oneofs[oneof].declaration)
                text.line("package var \(name(ofOneof: oneof)): \(type(ofOneof: oneof))?")
            }
        }
    }

    private func writeOneof(_ oneof: Int, _ text: inout SwiftText) {
        text.line()
        text.block("package enum \(type(ofOneof: oneof)): Equatable, Sendable") { text in
            for member in members(of: oneof) {
                text.comment(member.field.declaration)
                text.line("case \(member.name)(\(member.elementType))")
            }
        }
    }

    private func writeInitialiser(_ text: inout SwiftText) {
        guard !properties.isEmpty else { return text.line("package init() {}") }
        let parameters = properties.map { property in
            switch property {
            case .field(let field): "\(field.name): \(field.type)" + (field.defaultValue.map { " = \($0)" } ?? "")
            case .oneof(let oneof): "\(name(ofOneof: oneof)): \(type(ofOneof: oneof))? = nil"
            }
        }
        text.block("package init", parameters: parameters) { text in
            for property in properties {
                switch property {
                case .field(let field): text.line("self.\(field.name) = \(field.name)")
                case .oneof(let oneof): text.line("self.\(name(ofOneof: oneof)) = \(name(ofOneof: oneof))")
                }
            }
        }
    }

    private func writeReading(_ text: inout SwiftText) {
        text.block("package init(reading fields: UnsafePointer<\(layout)>)") { text in
            for property in properties {
                switch property {
                case .field(let field): text.line("\(field.name) = \(field.reading)")
                case .oneof(let oneof): writeReading(oneof, &text)
                }
            }
        }
    }

    private func writeReading(_ oneof: Int, _ text: inout SwiftText) {
        let name = message.oneofs[oneof].name
        text.line("\(self.name(ofOneof: oneof)) =")
        text.block("    switch fields.pointee.\(CNames.oneofMember(name))") { text in
            for member in members(of: oneof) {
                let constant = CNames.oneofCase(message.fullName, name, member.field.name)
                text.line("case \(constant): .\(member.name)(\(member.readingMember))")
            }
            text.line("default: nil")
        }
    }

    private func writeLayingOut(_ text: inout SwiftText) {
        let head = "package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<\(layout)>"
        text.block(head) { text in
            guard !properties.isEmpty else {
                return text.line("try arena.make(\(CNames.initialiser(message.fullName)))")
            }
            text.line("let fields = try arena.make(\(CNames.initialiser(message.fullName)))")
            for property in properties {
                switch property {
                case .field(let field): for line in field.writing(field.name) { text.line(line) }
                case .oneof(let oneof): writeLayingOut(oneof, &text)
                }
            }
            text.line("return fields")
        }
    }

    private func writeLayingOut(_ oneof: Int, _ text: inout SwiftText) {
        let name = message.oneofs[oneof].name
        text.block("switch \(self.name(ofOneof: oneof))") { text in
            for member in members(of: oneof) {
                text.line("case .\(member.name)(let value):")
                let constant = CNames.oneofCase(message.fullName, name, member.field.name)
                text.line("    fields.pointee.\(CNames.oneofMember(name)) = \(constant)")
                for line in member.writing("value") { text.line("    \(line)") }
            }
            text.line("case nil: break")
        }
    }
}
