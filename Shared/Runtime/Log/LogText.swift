/// Makes any text safe to stand in a line of a log: whoever chose it can neither end the line, nor add a field, nor move
/// the cursor of the terminal it is shown on.
enum LogText {
    /// Without quotes around it; at most about `maximumByteCount` bytes, and an ellipsis where more were cut.
    static func escaped(_ text: String, maximumByteCount: Int) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if escaped.utf8.count >= maximumByteCount { return escaped + "…" }
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            default:
                if isHarmless(scalar) {
                    escaped.unicodeScalars.append(scalar)
                } else {
                    // As JSON writes it: beyond the first 65,536, in two halves.
                    for unit in String(scalar).utf16 { escaped += "\\u" + hexadecimal(unit) }
                }
            }
        }
        return escaped
    }

    /// Whether `text` needs no quotes in a line of `name=value`.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.:/+@%,[]*".utf8.contains(byte)
                }
            }
    }

    /// `text` as the name of a field: letters, digits, `_`, `.` and `-`, at most 64, and `_` for all else.
    static func name(_ text: String) -> String {
        let name = text.utf8.prefix(64).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return name.isEmpty ? "_" : String(decoding: name, as: UTF8.self)
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7f }
        return switch scalar.properties.generalCategory {
        // Among them: C1 controls, line and paragraph separators, and the marks that turn the direction of writing.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    private static func hexadecimal(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
