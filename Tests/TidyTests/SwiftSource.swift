/// The tokens of Swift source that the rules need: the code without comments and strings, and both of these apart.
struct SwiftSource {
    /// Each line without comments and string contents.
    private(set) var code: [String] = [""]
    /// The comments and string literals with the number of the line on which each piece stands.
    private(set) var prose: [(line: Int, text: String)] = []

    private enum State {
        case code
        case lineComment
        case blockComment
        case string(hashes: Int, isMultiline: Bool)
        /// Code inside `\( … )`, with the number of open parentheses.
        case interpolation(depth: Int)
    }

    private var states: [State] = [.code]
    private var piece = ""

    init(_ text: String) {
        let characters = Array(text.utf8)
        var index = 0
        while index < characters.count { index += step(characters, index) }
        endPiece()
    }

    /// Consumes one token at `index` and returns its length.
    private mutating func step(_ text: [UInt8], _ index: Int) -> Int {
        if text[index] == UInt8(ascii: "\n") {
            if case .lineComment = states.last { states.removeLast() }
            endPiece()
            code.append("")
            return 1
        }
        switch states[states.count - 1] {
        case .lineComment:
            append(text[index])
            return 1
        case .blockComment:
            guard text[index...].starts(with: "*/".utf8) else {
                append(text[index])
                return 1
            }
            states.removeLast()
            endPiece()
            return 2
        case .string(let hashes, let isMultiline):
            return stepInString(text, index, hashes, isMultiline)
        case .code, .interpolation: return stepInCode(text, index)
        }
    }

    private mutating func stepInString(_ text: [UInt8], _ index: Int, _ hashes: Int, _ isMultiline: Bool) -> Int {
        let end = (isMultiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
        if text[index...].starts(with: end.utf8) {
            states.removeLast()
            endPiece()
            code[code.count - 1] += "\""
            return end.utf8.count
        }
        let escape = "\\" + String(repeating: "#", count: hashes)
        guard text[index...].starts(with: escape.utf8), index + escape.utf8.count < text.count else {
            append(text[index])
            return 1
        }
        if text[index + escape.utf8.count] == UInt8(ascii: "(") {
            states.append(.interpolation(depth: 0))
            return escape.utf8.count + 1
        }
        // A line that ends with a backslash keeps its line number.
        return text[index + escape.utf8.count] == UInt8(ascii: "\n") ? escape.utf8.count : escape.utf8.count + 1
    }

    private mutating func stepInCode(_ text: [UInt8], _ index: Int) -> Int {
        if text[index...].starts(with: "//".utf8) {
            states.append(.lineComment)
            return text[index...].prefix { $0 == UInt8(ascii: "/") }.count
        }
        if text[index...].starts(with: "/*".utf8) {
            states.append(.blockComment)
            return 2
        }
        let hashes = text[index...].prefix { $0 == UInt8(ascii: "#") }.count
        if index + hashes < text.count, text[index + hashes] == UInt8(ascii: "\"") {
            let isMultiline = text[(index + hashes)...].starts(with: "\"\"\"".utf8)
            states.append(.string(hashes: hashes, isMultiline: isMultiline))
            return hashes + (isMultiline ? 3 : 1)
        }
        if case .interpolation(let depth) = states.last {
            if text[index] == UInt8(ascii: "(") { states[states.count - 1] = .interpolation(depth: depth + 1) }
            if text[index] == UInt8(ascii: ")") {
                if depth == 0 {
                    states.removeLast()
                } else {
                    states[states.count - 1] = .interpolation(depth: depth - 1)
                }
            }
            return 1
        }
        code[code.count - 1].unicodeScalars.append(Unicode.Scalar(text[index]))
        return 1
    }

    private mutating func append(_ byte: UInt8) {
        piece.unicodeScalars.append(Unicode.Scalar(byte))
    }

    private mutating func endPiece() {
        let text = piece.drop { $0 == " " }
        if !text.isEmpty { prose.append((code.count, String(text))) }
        piece = ""
    }
}
