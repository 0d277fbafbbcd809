import Kernel

/// What `--json` prints: one line, names in lowerCamelCase, ids as UUIDs, times in UTC.
indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    /// In the order in which they are written; those that are nil are left out.
    static func object(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    static func list<Element>(_ elements: [Element], _ json: (Element) -> JSON) -> JSON {
        .array(elements.map(json))
    }

    static func count(_ number: some BinaryInteger) -> JSON { .number(Int64(clamping: number)) }

    /// An id as it came; null where there is none.
    static func id(_ bytes: [UInt8]) -> JSON? { RequestID(bytes: bytes).map { .string("\($0)") } }

    /// Milliseconds since 1970, of which 0 is no time.
    static func time(_ milliseconds: some BinaryInteger) -> JSON? {
        milliseconds == 0 ? nil : .string("\(Timestamp(milliseconds: Int64(clamping: milliseconds)))")
    }

    /// A state as the contract names it, in lowerCamelCase.
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
