/// Writes one JSON value, from left to right.
package struct JSONWriter {
    package enum Layout: Sendable {
        /// `{"a":1,"b":2}`
        case compact
        /// `{"a": 1,"b": 2}`
        case spaced
        /// One member on each line, indented by two spaces.
        case indented
    }

    package private(set) var text = ""
    private let layout: Layout
    private var depth = 0

    package init(_ layout: Layout = .compact) {
        self.layout = layout
    }

    /// A number, true, false or null.
    package mutating func literal(_ value: some CustomStringConvertible) {
        text += value.description
    }

    package mutating func string(_ string: String) {
        escaped(string.escaped())
    }

    /// A string whose text is escaped already.
    package mutating func escaped(_ escaped: String) {
        text += "\""
        text += escaped
        text += "\""
    }

    package mutating func object<Value>(
        _ members: [(name: String, value: Value)], _ write: (inout JSONWriter, Value) -> Void
    ) {
        elements(of: members, "{", "}") { writer, member in
            writer.string(member.name)
            writer.text += writer.layout == .compact ? ":" : ": "
            write(&writer, member.value)
        }
    }

    package mutating func array<Element>(
        _ elements: some Collection<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        self.elements(of: elements, "[", "]", write)
    }

    private mutating func elements<Element>(
        of elements: some Collection<Element>, _ start: String, _ end: String,
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        text += start
        depth += 1
        var isFirst = true
        for element in elements {
            if !isFirst { text += "," }
            isFirst = false
            newLine()
            write(&self, element)
        }
        depth -= 1
        if !isFirst { newLine() }
        text += end
    }

    private mutating func newLine() {
        if layout == .indented { text += "\n" + String(repeating: "  ", count: depth) }
    }
}

extension String {
    /// The text between the quotes of a JSON string. Control characters, and the scalars that `isUnsafe` selects, become
    /// `\u` and four digits. It has about `maximumByteCount` bytes at most, and an ellipsis if it was cut.
    package func escaped(
        maximumByteCount: Int = .max, _ isUnsafe: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || $0.value == 0x7f }
    ) -> String {
        var escaped = ""
        for scalar in unicodeScalars {
            if escaped.utf8.count >= maximumByteCount { return escaped + "…" }
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            default:
                guard isUnsafe(scalar) else {
                    escaped.unicodeScalars.append(scalar)
                    continue
                }
                // A scalar above 65,535 becomes two surrogates.
                for unit in String(scalar).utf16 {
                    escaped += "\\u" + unit.hexadecimalDigits
                }
            }
        }
        return escaped
    }

    /// The text, safe for a log line and a terminal. It cannot end the line, move the cursor or change the direction of
    /// writing.
    package func escapedForLine(maximumByteCount: Int) -> String {
        escaped(maximumByteCount: maximumByteCount) { scalar in
            if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
            return switch scalar.properties.generalCategory {
            // These include C1 controls, line and paragraph separators, and marks that change the direction of writing.
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
            default: false
            }
        }
    }

    /// True if the text needs no quotes in a line of `name=value`.
    package var isPlainWord: Bool {
        !isEmpty && utf8.allSatisfy { $0.isLetterOrDigit || "-_.:/+@%,[]*".utf8.contains($0) }
    }
}
