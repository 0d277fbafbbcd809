/// Paints text with ANSI colours, or leaves it plain.
struct Style: Sendable {
    enum Colour: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
    }

    let isColoured: Bool

    static let plain = Style(isColoured: false)
    static let coloured = Style(isColoured: true)

    /// `isFilled` paints the background.
    func paint(_ text: String, _ colour: Colour?, isFilled: Bool = false) -> String {
        guard isColoured, let colour, !text.isEmpty else { return text }
        return "\u{1b}[\(isFilled ? "7;" : "")\(colour.rawValue)m\(text)\u{1b}[0m"
    }
}

extension BinaryInteger {
    /// `1 seat`, `2 seats`. `plural` is that of a noun without a regular one.
    func counted(_ noun: String, _ plural: String? = nil) -> String {
        "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
    }
}

extension StringProtocol {
    /// The text without the white space around it.
    var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}

extension String {
    /// The text with `?` in place of control characters, because texts of other users must not control the terminal.
    var printable: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            text.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return text
    }

    /// The text as one argument of a command to type.
    var argument: String {
        let text = printable
        return text.contains(" ") ? "\"\(text)\"" : text
    }
}
