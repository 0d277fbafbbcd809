/// Makes any text safe for a log line. The text can neither end the line, nor add a field, nor move the cursor of a
/// terminal.
package enum LogText {
    /// The escaped text, without surrounding quotes. It has about `maximumByteCount` bytes at most, and an ellipsis if
    /// it was cut.
    package static func escaped(_ text: String, maximumByteCount: Int) -> String {
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
                    // As in JSON: a scalar above 65,535 becomes two surrogates.
                    for unit in String(scalar).utf16 { escaped += "\\u" + hexadecimal(unit) }
                }
            }
        }
        return escaped
    }

    /// True if `text` needs no quotes in a line of `name=value`.
    package static func isPlain(_ text: String) -> Bool {
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

    /// `text` as the name of a field: at most 64 letters, digits, `_`, `.` and `-`. Every other byte becomes `_`.
    package static func name(_ text: String) -> String {
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
        // These include C1 controls, line and paragraph separators, and marks that change the direction of writing.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    private static func hexadecimal(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
