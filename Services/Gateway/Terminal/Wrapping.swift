extension String {
    /// In lines of at most so many characters, broken between words where that is possible.
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
    /// As a window shows it best; without one, text stays as it is.
    func fitted(_ text: String) -> String { isTerminal ? text.wrapped(to: columns) : text }
}
