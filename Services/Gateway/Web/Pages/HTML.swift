import Kernel

/// Markup. A text becomes part of it only escaped, because a literal is markup and each interpolated text is escaped.
///
///     let heading: HTML = "<h1>\(concert.title)</h1>"
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral text: String) { self.text = text }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Markup that another function of this program has written.
    init(trusted text: String) { self.text = text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) { text += value.escapedForHTML }
        mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }
        mutating func appendInterpolation<Entity>(_ value: ID<Entity>) { text += value.description }
        mutating func appendInterpolation(_ value: HTML) { text += value.text }
        mutating func appendInterpolation(_ value: HTML?) { text += value?.text ?? "" }
        mutating func appendInterpolation(_ values: [HTML]) { for value in values { text += value.text } }
    }

    static func + (a: HTML, b: HTML) -> HTML { HTML(trusted: a.text + b.text) }

    /// The markup if the condition is true, or else nothing.
    static func when(_ condition: Bool, _ markup: @autoclosure () -> HTML) -> HTML { condition ? markup() : "" }
}

extension String {
    /// The text for markup, also inside a quoted attribute. Control characters become spaces.
    var escapedForHTML: String {
        var escaped = ""
        escaped.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n": escaped.unicodeScalars.append(scalar)
            case _ where scalar.isInvisible: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Unicode.Scalar {
    /// True for control characters, and for those that change the direction of the text after them.
    private static func isDirection(_ value: UInt32) -> Bool {
        (0x202a...0x202e).contains(value) || (0x2066...0x2069).contains(value)
    }

    fileprivate var isInvisible: Bool {
        value < 0x20 || (0x7f...0x9f).contains(value) || Self.isDirection(value)
    }
}
