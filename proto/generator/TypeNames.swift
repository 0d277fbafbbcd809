/// The types in proto/ with their Swift names.
struct TypeNames {
    private var names: [String: String] = [:]
    private var enums: [String: EnumType] = [:]
    /// The messages that have a rule, or contain a message that has one.
    private var checked: Set<String> = []

    init(_ files: [SchemaFile]) {
        for file in files {
            for message in file.messages { add(message, prefix: "") }
            for type in file.enums { add(type, prefix: "") }
        }
        let messages = files.flatMap(\.allMessages)
        var isComplete = false
        while !isComplete {
            let found = messages.filter { message in
                !checked.contains(message.fullName)
                    && message.fields.contains { $0.isChecked || isChecked($0.kind.messageName ?? "") }
            }
            checked.formUnion(found.map(\.fullName))
            isComplete = found.isEmpty
        }
    }

    /// True if the message has a generated check.
    func isChecked(_ fullName: String) -> Bool { checked.contains(fullName) }

    /// `Everything.Nested`
    func name(_ fullName: String) -> String { names[fullName] ?? fullName.lastPart }

    func values(_ type: String) -> [EnumType.Value] { enums[type]?.values ?? [] }

    func value(_ type: String, _ number: Int) -> EnumType.Value? { values(type).first { $0.number == number } }

    func caseName(_ type: String, _ number: Int) -> String {
        value(type, number).map { SwiftNames.enumCase($0.name, of: type.lastPart) } ?? ""
    }

    /// True if the C type of the enum can be negative.
    func isSigned(_ type: String) -> Bool { values(type).contains { $0.number < 0 } }

    private mutating func add(_ message: MessageType, prefix: String) {
        names[message.fullName] = prefix + message.swiftName
        for nested in message.messages { add(nested, prefix: "\(prefix)\(message.swiftName).") }
        for type in message.enums { add(type, prefix: "\(prefix)\(message.swiftName).") }
    }

    private mutating func add(_ type: EnumType, prefix: String) {
        names[type.fullName] = prefix + type.name
        enums[type.fullName] = type
    }
}
