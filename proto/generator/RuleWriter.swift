/// Writes the checks of a message: those that its options declare, and those of the messages inside.
struct RuleWriter {
    let message: MessageType
    let types: TypeNames

    func write(_ text: inout SwiftText) {
        guard types.isChecked(message.fullName) else { return }
        let layout = CNames.type(message.fullName)
        text.line()
        text.block("package static func check(_ fields: UnsafePointer<\(layout)>) throws(MessageError)") { text in
            for field in message.fields { write(field, &text) }
        }
    }

    private func write(_ field: Field, _ text: inout SwiftText) {
        let value = "fields.pointee.\(SwiftNames.escaped(field.name))"
        let name = "\"\(field.name)\""
        let rules = field.rules
        if rules.isTime { text.line("try FieldRule.time(\(number(value)), isRequired: \(rules.isRequired), \(name))") }
        if let range = rules.range {
            let zero = range.zero.isEmpty ? "nil" : "\"\(range.zero)\""
            text.line("try FieldRule.range(\(number(value)), \(range.min)...\(range.max), zero: \(zero), \(name))")
        }
        if let rule = rules.text {
            let kind = types.caseName("onsale.rpc.v1.TextKind", rule.kind)
            text.line("try FieldRule.text(\(value), \(rule.min)...\(rule.max), .\(kind), \(name))")
        }
        guard case .message(let type) = field.kind else { return }
        guard types.isChecked(type) else { return }
        let check = "try \(types.name(type)).check(\(value)"
        if field.isRepeated {
            text.line("\(check), count: fields.pointee.n_\(field.name), in: \(name))")
        } else if let oneof = field.oneof.map({ message.oneofs[$0].name }) {
            let member = CNames.oneofCase(message.fullName, oneof, field.name)
            text.line("if fields.pointee.\(CNames.oneofMember(oneof)) == \(member) { \(check), in: \(name)) }")
        } else {
            text.line("\(check), in: \(name))")
        }
    }

    private func number(_ value: String) -> String { "Int64(clamping: \(value))" }
}

extension Field {
    /// True if the generated check reads this field.
    var isChecked: Bool {
        rules.isTime || rules.range != nil || rules.text != nil
    }

    var isTyped: Bool { !rules.id.isEmpty || rules.isTime || rules.isDuration }
}

extension Field.Kind {
    /// The full name of the message. Nil for all other kinds.
    var messageName: String? {
        if case .message(let name) = self { name } else { nil }
    }

    var isMessage: Bool { messageName != nil }

    /// The Swift type of a whole number. Nil for all other kinds.
    var integer: String? {
        switch self {
        case .int32, .sint32, .sfixed32: "Int32"
        case .int64, .sint64, .sfixed64: "Int64"
        case .uint32, .fixed32: "UInt32"
        case .uint64, .fixed64: "UInt64"
        default: nil
        }
    }
}
