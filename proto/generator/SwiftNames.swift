enum SwiftNames {
    /// `request_id` is `requestID`, `timeout_us` is `timeoutUs`, `JoinRequest` is `joinRequest`.
    static func lowerCamel(_ name: some StringProtocol) -> String {
        let words = name.split(separator: "_").map { String($0) }
        guard let first = words.first else { return String(name) }
        return first.prefix(1).lowercased() + first.dropFirst() + words.dropFirst().map(capitalised).joined()
    }

    /// The property of a field. A time or a duration does not repeat its unit: `starts_at_ms` is `startsAt`.
    static func property(_ field: Field) -> String {
        if !field.rules.swiftName.isEmpty { return field.rules.swiftName }
        let isTyped = field.rules.isTime || field.rules.isDuration
        return lowerCamel(isTyped && field.name.hasSuffix("_ms") ? String(field.name.dropLast(3)) : field.name)
    }

    /// `accept_reply` is `AcceptReply`.
    static func upperCamel(_ name: some StringProtocol) -> String {
        name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// `KIND_UNSPECIFIED` of the enum `Kind` is `unspecified`; `REQUEST` is `request`.
    static func enumCase(_ value: String, of type: String) -> String {
        let prefix = screamingSnake(type) + "_"
        let short = value.hasPrefix(prefix) ? value.dropFirst(prefix.count) : value[...]
        let isName = short.first.map { $0.isLetter } ?? false
        return lowerCamel((isName ? short : value[...]).lowercased())
    }

    /// The name as written in source code, in backticks if it is a keyword.
    static func escaped(_ name: String) -> String {
        keywords.contains(name) ? "`\(name)`" : name
    }

    private static func capitalised(_ word: String) -> String {
        switch word {
        case "id": "ID"
        case "ids": "IDs"
        case "url": "URL"
        default: word.prefix(1).uppercased() + word.dropFirst()
        }
    }

    private static func screamingSnake(_ name: String) -> String {
        var result = ""
        for (index, character) in name.enumerated() {
            if index > 0, character.isUppercase { result += "_" }
            result += character.uppercased()
        }
        return result
    }

    private static let keywords: Set<String> = Set(
        """
        as associatedtype break case catch class continue default defer deinit do else enum extension fallthrough false \
        fileprivate for func guard if import in init inout internal is let nil operator precedencegroup private protocol \
        public repeat rethrows return static struct subscript super switch throw throws true try typealias var where while
        """.split(separator: " ").map(String.init))

    /// Type names that generated code uses. A message or enum with such a name would shadow one of them.
    static let takenTypes: Set<String> = Set(
        """
        Any Answer Arena Array Bool Call CallReason CallOptions Client Double Duration Equatable FieldRule Float Hashable Int Int32 Int64 ItemStream ItemWriter \
        Layout Message MessageDescriptor MessageError Method MethodDescription Optional Protocol ProtoFile RPCFailure Role \
        Route Self Sendable ServedService ServiceDescription StatusCode StreamMethod String Timestamp Type UInt32 UInt64 UInt8 UnsafeMutablePointer UnsafePointer
        """.split(separator: " ").map(String.init))
}
