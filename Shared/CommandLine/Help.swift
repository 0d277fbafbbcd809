/// The parts of help texts, always 80 columns wide.
package enum Help {
    package static let columns = 80

    /// The help of a command, above its exit codes.
    package static func text(of command: Syntax) -> String {
        let own = command.options.filter { option in !command.common.contains { $0.name == option.name } }
        let common = command.common.map(\.flags).joined(separator: "; ")
        let note = "Options of every command: \(common). See: \(command.program) --help"
        return """
            \(command.usage.wrapped(to: columns))

            \(command.summary.wrapped(to: columns))
            \(command.details.isEmpty ? "" : "\n\(paragraph(command.details))\n")
            \(own.isEmpty ? "" : "Options:\n\(rows(of: own))\n")\
            \(common.isEmpty ? "" : "\(note.wrapped(to: columns))\n\n")\
            Examples:
            \(command.examples.map { "  \(broken($0))\n" }.joined())
            """
    }

    /// The options with their summaries.
    package static func rows(of options: [any AnyOption]) -> String {
        rows(
            options.map { option in
                (
                    option.flags + (option.placeholder.map { " \($0)" } ?? ""),
                    option.summary + (option.variable.map { " (environment: \($0))" } ?? "")
                )
            })
    }

    /// Heads of equal width with their texts beside them.
    package static func rows(_ rows: [(head: String, text: String)]) -> String {
        let width = rows.map(\.head.cells).max() ?? 0
        let margin = String(repeating: " ", count: width + 4)
        return rows.map { head, text in
            let lines = text.wrapped(to: columns - margin.count).split(separator: "\n")
            let gap = String(repeating: " ", count: width - head.cells + 2)
            return "  \(head)\(gap)\(lines.joined(separator: "\n" + margin))\n"
        }.joined()
    }

    /// The text with its paragraphs wrapped. Indented lines stay as they are.
    private static func paragraph(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n").map(String.init) {
            if let last = lines.last, !last.hasPrefix(" "), !line.hasPrefix(" ") {
                lines[lines.count - 1] = "\(last) \(line)"
            } else {
                lines.append(line)
            }
        }
        return lines.map { $0.hasPrefix(" ") ? $0 : $0.wrapped(to: columns) }.joined(separator: "\n")
    }

    /// A command line broken before its options, with backslashes for the shell.
    private static func broken(_ example: String) -> String {
        var lines = [""]
        for part in example.replacing(" --", with: "\n--").split(separator: "\n").map(String.init) {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = part
            } else if last.count + 1 + part.count + 8 <= columns {
                lines[lines.count - 1] = "\(last) \(part)"
            } else {
                lines.append(part)
            }
        }
        return lines.joined(separator: " \\\n      ")
    }
}

extension String {
    /// The text in lines of at most `columns` cells, broken between words. A longer word stays whole. The lines of a
    /// paragraph begin where its first one does.
    package func wrapped(to columns: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            guard line.cells > columns else { return String(line) }
            let margin = line.prefix { $0 == " " }
            var lines: [String] = []
            for word in line.split(separator: " ") {
                if let last = lines.last, last.cells + 1 + word.cells <= columns {
                    lines[lines.count - 1] = "\(last) \(word)"
                } else {
                    lines.append("\(margin)\(word)")
                }
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
