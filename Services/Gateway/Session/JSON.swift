import Kernel

/// The output of `--json`: one line, names in lowerCamelCase, ids as UUIDs, times in UTC.
indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    /// An object with its members in this order. Omits members that are nil.
    static func object(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    static func list<Element>(_ elements: [Element], _ json: (Element) -> JSON) -> JSON {
        .array(elements.map(json))
    }

    static func count(_ number: some BinaryInteger) -> JSON { .number(Int64(clamping: number)) }

    /// Nil for an empty id.
    static func id(_ bytes: [UInt8]) -> JSON? { RequestID(bytes: bytes).map { .string("\($0)") } }

    /// The time of milliseconds since 1970. Nil for 0, which means no time.
    static func time(_ milliseconds: some BinaryInteger) -> JSON? {
        milliseconds == 0 ? nil : .string("\(Timestamp(milliseconds: Int64(clamping: milliseconds)))")
    }

    /// The name of a state in the contract, in lowerCamelCase.
    static func name(of state: some Sendable) -> JSON { .string("\(state)") }

    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let number): "\(number)"
        case .string(let string): Self.quoted(string)
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)):\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\0"..<" ", "\u{7f}": text += "\\u00" + Hexadecimal.text(of: [UInt8(scalar.value)])
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
