/// Collects lines of Swift code with their indentation.
struct SwiftText {
    private(set) var text = ""
    private var depth = 0

    mutating func line(_ line: String = "") {
        if !line.isEmpty { text += String(repeating: "    ", count: depth) + line }
        text += "\n"
    }

    /// Writes `head {`, the lines of `body` one level deeper, and `}`.
    mutating func block(_ head: String, _ body: (inout SwiftText) -> Void) {
        line(head + " {")
        depth += 1
        body(&self)
        depth -= 1
        line("}")
    }

    /// Writes the comment of a declaration in the .proto file.
    mutating func comment(_ declaration: Declaration) {
        for line in declaration.comment.commentLines {
            self.line(line.isEmpty ? "///" : "/// \(line)")
        }
    }
}

extension String {
    /// The lines without their leading space and without empty lines at the end.
    var commentLines: [String] {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.hasPrefix(" ") ? line.dropFirst() : line)
        }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines
    }
}
