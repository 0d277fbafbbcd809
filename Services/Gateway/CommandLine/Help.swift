/// The texts of `--help`, always 80 columns wide.
enum Help {
    /// Help of the program, or of the commands that begin with `prefix`.
    static func overview(of commands: [Command], after prefix: [String] = []) -> String {
        // The help of the program lists all commands of operators in one line.
        let admin = "admin"
        var lines = commands.filter { !prefix.isEmpty || $0.words[0] != admin }.map { command in
            (command.words.dropFirst(prefix.count).joined(separator: " "), command.summary)
        }
        if prefix.isEmpty { lines.append((admin, "Commands for operators. To list them: gateway \(admin) --help")) }
        let list = columns(lines)
        let program = (["gateway"] + prefix).joined(separator: " ")
        return """
            \(program) COMMAND [OPTIONS]

            \(list)
            For options and examples of a command: \(program) COMMAND --help

            \(GatewayExit.help)
            """
    }

    /// Help of one command.
    static func text(of command: Command) -> String {
        let flags = command.allFlags.map { flag in
            (
                flag.name + (flag.placeholder.map { " \($0)" } ?? ""),
                flag.summary + (flag.variable.map { " (environment: \($0))" } ?? "")
            )
        }
        return """
            \(command.usage.wrapped(to: Terminal.defaultColumns))

            \(command.summary.wrapped(to: Terminal.defaultColumns))
            \(command.details.isEmpty ? "" : "\n\(paragraph(command.details))\n")
            Options:
            \(columns(flags))
            Examples:
            \(command.examples.map { "  \(broken($0))\n" }.joined())
            \(GatewayExit.help)
            """
    }

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { head, text in
            row(head + String(repeating: " ", count: width - head.count) + "  ", text)
        }.joined()
    }

    /// A head with its text beside it, wrapped to 80 columns.
    static func row(_ head: String, _ text: String) -> String {
        let margin = String(repeating: " ", count: head.count + 2)
        let lines = text.wrapped(to: Terminal.defaultColumns - margin.count).split(separator: "\n")
        return "  \(head)\(lines.joined(separator: "\n" + margin))\n"
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
        return lines.map { $0.hasPrefix(" ") ? $0 : $0.wrapped(to: Terminal.defaultColumns) }.joined(separator: "\n")
    }

    /// A command line broken before its options, with backslashes for the shell.
    private static func broken(_ example: String) -> String {
        let continued = " \\\n      "
        var lines = [""]
        for part in example.replacing(" --", with: "\n--").split(separator: "\n").map(String.init) {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = part
            } else if last.count + 1 + part.count + 8 <= Terminal.defaultColumns {
                lines[lines.count - 1] = "\(last) \(part)"
            } else {
                lines.append(part)
            }
        }
        return lines.joined(separator: continued)
    }
}
