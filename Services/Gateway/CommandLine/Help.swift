/// What `--help` prints.
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
            \(command.usage)

            \(command.summary)
            \(command.details.isEmpty ? "" : "\n\(command.details)\n")
            Options:
            \(columns(flags))
            Examples:
            \(command.examples.map { "  \($0)\n" }.joined())
            \(GatewayExit.help)
            """
    }

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { head, text in
            "  \(head)\(String(repeating: " ", count: width - head.count))  \(text)\n"
        }.joined()
    }
}
