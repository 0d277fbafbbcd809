import Kernel
import Messages

/// The rules for .proto files. protobuf-c mishandles a file that breaks one, or it cannot become Swift.
struct SchemaRules {
    /// The maximum nesting of messages, as in `WireValidator`.
    static let maximumDepth = 16
    /// The maximum number of fields, as in `MessageDescriptor`.
    static let maximumFields = 64

    private let file: SchemaFile
    private let messages: [String: MessageType]
    private var problems: [SchemaProblem] = []

    /// The problems of `file`. `files` are the files that it can refer to.
    static func problems(of file: SchemaFile, among files: [SchemaFile]) -> [SchemaProblem] {
        let messages = files.flatMap(\.allMessages).map { ($0.fullName, $0) }
        var rules = SchemaRules(file: file, messages: Dictionary(messages) { first, _ in first })
        rules.checkFile()
        return rules.problems
    }

    private mutating func checkFile() {
        guard file.syntax == "proto3" else {
            return refuse(file.syntaxLine, "is not proto3; begin the file with: syntax = \"proto3\";")
        }
        if file.package.isEmpty { refuse(1, "has no package; every name begins with one, such as onsale.queue.v1") }
        for message in file.allMessages where !message.isMapEntry { check(message) }
        for type in file.allEnums { check(type) }
        for service in file.services { check(service) }
        refuseTwins(
            file.messages.map { ([$0.swiftName], $0.name, $0.declaration.line) }
                + file.enums.map { ([$0.name], $0.name, $0.declaration.line) }, "in Swift")
    }

    private mutating func check(_ message: MessageType) {
        let line = message.declaration.line
        checkTypeName(message.name, line)
        if message.swiftName != message.name { checkTypeName(message.swiftName, line) }
        if message.fields.count > Self.maximumFields {
            let count = message.fields.count
            refuse(line, "message \(message.name) has \(count) fields; at most \(Self.maximumFields) work")
        }
        for field in message.fields {
            check(field, of: message)
            checkRules(field, of: message)
        }
        if let reasons = message.reasons { check(reasons, of: message) }
        refuseTwins(Self.cMembers(of: message), "in C")
        refuseTwins(Self.swiftMembers(of: message), "in Swift")
        let depth = Self.depth(of: message, in: messages)
        if depth > Self.maximumDepth {
            refuse(line, "message \(message.name) is \(depth) messages deep; at most \(Self.maximumDepth) work")
        }
    }

    private mutating func check(_ field: Field, of message: MessageType) {
        let line = field.declaration.line
        let name = "field \(message.name).\(field.name)"
        if field.isProto3Optional {
            refuse(line, "\(name) is `optional`, which protobuf-c does not keep; use a oneof or a message of its own")
        }
        if field.kind == .group { refuse(line, "\(name) is a group; use a message") }
        if case .message(let type) = field.kind {
            if messages[type]?.isMapEntry == true {
                refuse(
                    line, "\(name) is a map, which protobuf-c does not support; use a repeated message of key and value"
                )
            } else if let path = Self.path(from: type, to: message.fullName, in: messages) {
                let way = ([message.fullName] + path).map(\.lastPart).joined(separator: " -> ")
                refuse(line, "\(name) makes its type recursive (\(way)), which overflows protobuf-c's stack")
            }
        }
        if !field.name.isName(with: "_") {
            refuse(line, "\(name) is not in lower_snake_case, which C and Swift names are made from")
        }
        if field.name == "self" { refuse(line, "\(name) means something else in Swift; choose another name") }
        refuseKeyword(field.name, name, line)
        if field.jsonName != FieldName.json(field.name), !field.jsonName.isEmpty {
            refuse(line, "\(name) sets json_name, which protobuf-c does not keep")
        }
    }

    private mutating func checkRules(_ field: Field, of message: MessageType) {
        let rules = field.rules
        let isNumber = field.kind.integer != nil
        let isTyped = rules.isTime || rules.isDuration
        let isRequirable = !rules.id.isEmpty || rules.isTime || field.kind.isMessage
        let table: [(isSet: Bool, isAllowed: Bool, option: String, purpose: String)] = [
            (!rules.id.isEmpty, field.kind == .bytes, "id", "a single field of type bytes"),
            (isTyped, isNumber, "time or duration", "a single whole number"),
            (rules.isRequired, isRequirable, "required", "an id, a time or a message"),
            (
                rules.range != nil, isNumber && rules.range.map { $0.min <= $0.max } == true, "range",
                "a single whole number, from min to a larger max"
            ),
            (
                rules.text != nil, field.kind == .string && rules.text.map { $0.min <= $0.max } == true, "text",
                "a single string, from min to a larger max"
            ),
            (
                rules.isSecret, [.string, .bytes].contains(field.kind) && message.name.hasSuffix("Request"), "secret",
                "a single text or bytes of a message that ends in Request"
            ),
        ]
        let isAlone = !field.isRepeated && field.oneof == nil
        for rule in table where rule.isSet && !(isAlone && rule.isAllowed) {
            let name = "field \(message.name).\(field.name)"
            refuse(field.declaration.line, "\(name) has the option \(rule.option), which is for \(rule.purpose)")
        }
    }

    /// A reason needs a code and a sentence. The message of the reasons has nothing else.
    private mutating func check(_ reasons: EnumType, of message: MessageType) {
        if !message.fields.isEmpty || !message.messages.isEmpty || message.enums.count > 1 {
            refuse(message.declaration.line, "message \(message.name) has reasons, so it can have nothing else")
        }
        for value in reasons.values where value.number != 0 && (value.code == 0 || value.sentence.isEmpty) {
            refuse(
                value.declaration.line,
                "reason \(value.name) needs the options onsale.rpc.v1.code and onsale.rpc.v1.sentence")
        }
    }

    private mutating func check(_ type: EnumType) {
        checkTypeName(type.name, type.declaration.line)
        var numbers: [Int32: String] = [:]
        for value in type.values {
            if let twin = numbers.updateValue(value.name, forKey: value.number) {
                refuse(
                    value.declaration.line,
                    "value \(type.name).\(value.name) is an alias of \(twin); a number has one name")
            }
        }
        refuseTwins(
            type.values.map { ([SwiftNames.enumCase($0.name, of: type.name)], $0.name, $0.declaration.line) }
                + [(["unrecognized", "rawValue"], "what every enum has", type.declaration.line)], "in Swift")
    }

    private mutating func check(_ service: Service) {
        for method in service.methods {
            let line = method.declaration.line
            let name = "method \(service.name)/\(method.name)"
            refuseKeyword(SwiftNames.lowerCamel(method.name).lowercased(), name, line)
            if method.isClientStream { refuse(line, "\(name) takes a stream; streams go from server to client only") }
            if method.isServerStream, method.isAnsweredLater {
                refuse(line, "\(name) is a stream, which has no answer to give later; leave out answered_later")
            }
            if method.callers.isEmpty || method.callers.contains(0) {
                refuse(
                    line,
                    "\(name) does not say who may call it; add: option (onsale.rpc.v1.callers) = USER; "
                        + "(or OPERATOR, SERVICE, ANYONE)")
            }
            let anyone = 1
            if method.callers.contains(anyone), method.callers.count > 1 {
                refuse(line, "\(name) may be called by ANYONE and by others; ANYONE stands alone")
            }
            checkDuties(of: method, name)
        }
        refuseTwins(
            service.methods.map { ([SwiftNames.lowerCamel($0.name)], $0.name, $0.declaration.line) }, "in Swift")
    }

    /// A method for operators needs a duty, and no other method has one.
    private mutating func checkDuties(of method: Service.Method, _ name: String) {
        let operators = 3
        let line = method.declaration.line
        if method.callers.contains(operators) {
            guard method.duties.isEmpty || method.duties.contains(0) else { return }
            refuse(
                line,
                "\(name) does not say which duty an operator needs; add: option (onsale.rpc.v1.duties) = SALES; "
                    + "(or OWNER, GATE, READ)")
        } else if !method.duties.isEmpty {
            refuse(line, "\(name) names a duty, but operators may not call it; leave out duties")
        }
    }

    private mutating func checkTypeName(_ name: String, _ line: Int) {
        if SwiftNames.takenTypes.contains(name) {
            refuse(line, "\(name) is a name that generated Swift uses itself; choose another")
        }
        if name.contains("_") || name.first?.isUppercase != true {
            refuse(line, "\(name) is not in UpperCamelCase, which C and Swift names are made from")
        }
    }

    private mutating func refuseKeyword(_ cName: String, _ name: String, _ line: Int) {
        if Self.keywords.contains(cName) {
            refuse(line, "\(name) is called like a keyword of C or C++, which protoc-c mishandles; choose another name")
        }
    }

    /// Refuses two declarations that would get the same name.
    private mutating func refuseTwins(_ declarations: [(names: [String], of: String, line: Int)], _ language: String) {
        var owners: [String: String] = [:]
        for (names, owner, line) in declarations {
            for name in names {
                if let twin = owners.updateValue(owner, forKey: name) {
                    refuse(line, "\(owner) and \(twin) are both called \(name) \(language); choose another name")
                }
            }
        }
    }

    private mutating func refuse(_ line: Int, _ reason: String) {
        problems.append(SchemaProblem(file: file.name, line: line, reason: reason))
    }

    private static let keywords: Set<String> = Set(
        """
        alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const const_cast constexpr \
        continue decltype default delete do double dynamic_cast else enum explicit export extern false float for friend \
        goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public \
        register reinterpret_cast restrict return short signed sizeof static static_assert static_cast struct switch \
        template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t \
        while xor xor_eq
        """.split(separator: " ").map(String.init))
}

extension SchemaRules {
    /// The messages on the path from `start` to `end` through their fields. Nil if there is no path.
    private static func path(from start: String, to end: String, in messages: [String: MessageType]) -> [String]? {
        var seen: Set<String> = []
        func search(_ name: String) -> [String]? {
            if name == end { return [name] }
            guard seen.insert(name).inserted, let message = messages[name] else { return nil }
            for next in message.fields.compactMap(\.kind.messageName) {
                if let rest = search(next) { return [name] + rest }
            }
            return nil
        }
        return search(start)
    }

    /// The nesting depth: 1 for a message without messages. A recursive message, refused elsewhere, counts once.
    private static func depth(of message: MessageType, in messages: [String: MessageType]) -> Int {
        var known: [String: Int] = [:]
        func depth(_ message: MessageType) -> Int {
            if let depth = known[message.fullName] { return depth }
            known[message.fullName] = 1
            let inner = message.fields.compactMap { messages[$0.kind.messageName ?? ""] }.map(depth).max() ?? 0
            known[message.fullName] = inner + 1
            return inner + 1
        }
        return depth(message)
    }

    private static func cMembers(of message: MessageType) -> [(names: [String], of: String, line: Int)] {
        [(["base"], "what every message has", message.declaration.line)]
            + message.fields.map { (CNames.members(of: $0), $0.name, $0.declaration.line) }
            + message.oneofs.map { ([CNames.oneofMember($0.name)], $0.name, $0.declaration.line) }
    }

    private static func swiftMembers(of message: MessageType) -> [(names: [String], of: String, line: Int)] {
        message.fields.filter { $0.oneof == nil }.map { ([SwiftNames.property($0)], $0.name, $0.declaration.line) }
            + message.oneofs.map {
                (
                    [SwiftNames.lowerCamel($0.swiftName), SwiftNames.upperCamel($0.swiftName)], $0.name,
                    $0.declaration.line
                )
            }
            + message.messages.filter { !$0.isMapEntry }.map { ([$0.swiftName], $0.name, $0.declaration.line) }
            + message.enums.map { ([$0.name], $0.name, $0.declaration.line) }
    }
}
