/// Manual pages for man(1), from the same descriptions as the help.
package enum ManPage {
    /// The page of a program with commands.
    package static func text(
        of program: String, summary: String, _ commands: [Syntax], exits: [(code: Int32, meaning: String)]
    ) -> String {
        let common = commands.first?.common ?? []
        return heading(program, section: 1, summary)
            + ".SH SYNOPSIS\n.B \(escaped(program))\n.I COMMAND\n[\n.I OPTIONS\n]\n"
            + ".SH COMMANDS\n" + commands.map(section).joined()
            + ".SH OPTIONS OF EVERY COMMAND\n" + common.map(option).joined()
            + ".SH EXIT STATUS\n" + exits.map { ".TP\n\($0.code)\n\(escaped($0.meaning))\n" }.joined()
    }

    /// The page of a program without commands.
    static func text(of options: Options) -> String {
        let program = options.syntax.program
        return heading(program, section: 8, options.syntax.summary)
            + ".SH SYNOPSIS\n.B \(escaped(program))\n[\n.I OPTIONS\n]\n"
            + ".SH OPTIONS\n" + options.syntax.options.map(option).joined()
            + (options.notes.isEmpty ? "" : ".SH NOTES\n.nf\n\(escaped(options.notes))\n.fi\n")
    }

    private static func heading(_ program: String, section: Int, _ summary: String) -> String {
        ".TH \(program.uppercased()) \(section) \"\" \"Onsale\"\n.SH NAME\n\(escaped(program)) \\- \(escaped(summary))\n"
    }

    private static func section(_ command: Syntax) -> String {
        let own = command.options.filter { option in !command.common.contains { $0.name == option.name } }
        return ".SS \(escaped(command.usage))\n\(escaped(command.summary))\n"
            + (command.details.isEmpty ? "" : ".PP\n\(escaped(command.details))\n") + own.map(option).joined()
            + ".PP\nExamples:\n.PP\n.nf\n.RS\n\(escaped(command.examples.joined(separator: "\n")))\n.RE\n.fi\n"
    }

    private static func option(_ option: any AnyOption) -> String {
        let value = option.placeholder.map { " \\fI\(escaped($0))\\fR" } ?? ""
        let initial = option.initialEntry.map { " Default: \($0.shown)." } ?? ""
        let variable = option.variable.map { " Environment: \($0)." } ?? ""
        return ".TP\n\\fB\(escaped(option.flags))\\fR\(value)\n\(escaped(option.summary + initial + variable))\n"
    }

    /// Text without commands of roff: a line that begins with a dot or an apostrophe would be one.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-").split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }.joined(separator: "\n")
    }
}
