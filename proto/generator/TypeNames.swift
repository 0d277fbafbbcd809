/// The Swift names of the types in proto/ and the files that declare them.
struct TypeNames {
    private struct Entry {
        let name: String
        let file: String
        /// For an enum: true if its C type can be negative.
        var isSigned = false
        /// For an enum: the value of an unset field.
        var zero = ""
    }

    private var entries: [String: Entry] = [:]
    /// The messages that have a rule, or contain a message that has one.
    private var checked: Set<String> = []

    init(_ files: [SchemaFile]) {
        for file in files {
            for message in file.messages { add(message, prefix: "", file.name) }
            for type in file.enums { add(type, prefix: "", file.name) }
        }
        let messages = files.flatMap(\.allMessages)
        var isComplete = false
        while !isComplete {
            let found = messages.filter { message in
                !checked.contains(message.fullName) && message.fields.contains { $0.isChecked || isChecked($0.kind) }
            }
            checked.formUnion(found.map(\.fullName))
            isComplete = found.isEmpty
        }
    }

    /// True if the message has a generated check.
    func isChecked(_ fullName: String) -> Bool { checked.contains(fullName) }

    private func isChecked(_ kind: Field.Kind) -> Bool {
        if case .message(let type) = kind { isChecked(type) } else { false }
    }

    /// `Everything.Nested`
    func name(_ fullName: String) -> String { entries[fullName]?.name ?? fullName.lastPart }

    /// The case of an enum with number zero.
    func zero(_ fullName: String) -> String { entries[fullName]?.zero ?? "" }

    func isSigned(_ fullName: String) -> Bool { entries[fullName]?.isSigned ?? false }

    func file(_ fullName: String) -> String? { entries[fullName]?.file }

    private mutating func add(_ message: MessageType, prefix: String, _ file: String) {
        entries[message.fullName] = Entry(name: prefix + message.name, file: file)
        for nested in message.messages { add(nested, prefix: "\(prefix)\(message.name).", file) }
        for type in message.enums { add(type, prefix: "\(prefix)\(message.name).", file) }
    }

    private mutating func add(_ type: EnumType, prefix: String, _ file: String) {
        entries[type.fullName] = Entry(
            name: prefix + type.name, file: file, isSigned: type.values.contains { $0.number < 0 },
            zero: type.values.first { $0.number == 0 }.map { SwiftNames.enumCase($0.name, of: type.name) } ?? "")
    }
}
