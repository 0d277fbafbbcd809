/// What `--help` prints: as wide as a usual window, wherever it goes.
enum Help {
    /// Of the program, or of the commands that begin with `prefix`.
    static func overview(of commands: [Command], after prefix: [String] = []) -> String {
        // From above, all commands of operators are one line.
        let admin = "admin"
        var lines = commands.filter { !prefix.isEmpty || $0.words[0] != admin }.map { command in
            (command.words.dropFirst(prefix.count).joined(separator: " "), command.summary)
        }
        if prefix.isEmpty { lines.append((admin, "What operators do; gateway \(admin) --help lists it.")) }
        let list = columns(lines)
        let program = (["gateway"] + prefix).joined(separator: " ")
        return """
            \(program) COMMAND [OPTIONS]

            \(list)
            \(program) COMMAND --help tells more about one of them, with examples.

            \(GatewayExit.help)
            """
    }

    static func text(of command: Command) -> String {
        let flags = command.allFlags.map { flag in
            (
                flag.name + (flag.placeholder.map { " \($0)" } ?? ""),
                flag.summary + (flag.variable.map { " (environment: \($0))" } ?? "")
            )
        }
        return """
            \(command.usage.wrapped(to: Terminal.usualColumns))

            \(command.summary.wrapped(to: Terminal.usualColumns))
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

    /// A text beside its head, in as many lines as it takes.
    static func row(_ head: String, _ text: String) -> String {
        let margin = String(repeating: " ", count: head.count + 2)
        let lines = text.wrapped(to: Terminal.usualColumns - margin.count).split(separator: "\n")
        return "  \(head)\(lines.joined(separator: "\n" + margin))\n"
    }

    /// Lines that are indented are shown as they are; others flow.
    private static func paragraph(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n").map(String.init) {
            if let last = lines.last, !last.hasPrefix(" "), !line.hasPrefix(" ") {
                lines[lines.count - 1] = "\(last) \(line)"
            } else {
                lines.append(line)
            }
        }
        return lines.map { $0.hasPrefix(" ") ? $0 : $0.wrapped(to: Terminal.usualColumns) }.joined(separator: "\n")
    }

    /// A command line in several, as a shell takes it: never within a quoted word.
    private static func broken(_ example: String) -> String {
        let continued = " \\\n      "
        var lines = [""]
        for part in example.replacing(" --", with: "\n--").split(separator: "\n").map(String.init) {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = part
            } else if last.count + 1 + part.count + 8 <= Terminal.usualColumns {
                lines[lines.count - 1] = "\(last) \(part)"
            } else {
                lines.append(part)
            }
        }
        return lines.joined(separator: continued)
    }
}
