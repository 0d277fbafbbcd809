extension String {
    /// The text in lines of at most `columns` characters, broken between words. A longer word stays whole.
    func wrapped(to columns: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.count > columns else { return String(line) }
            var lines: [String] = []
            for word in line.split(separator: " ") {
                if let last = lines.last, last.count + 1 + word.count <= columns {
                    lines[lines.count - 1] = "\(last) \(word)"
                } else {
                    lines.append(String(word))
                }
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

extension Console {
    /// The text, wrapped to the width of the terminal. Unchanged without a terminal.
    func fitted(_ text: String) -> String { isTerminal ? text.wrapped(to: columns) : text }
}
