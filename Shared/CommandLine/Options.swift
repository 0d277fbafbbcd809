import Kernel

/// All options of a program without commands. An option overrides the environment, and the environment overrides the
/// default.
package struct Options: Sendable {
    /// A condition on several options together. It is evaluated only if each of them is valid by itself.
    package struct Check: Sendable {
        let names: [String]
        let problem: @Sendable (Configuration) -> String?

        /// `problem` returns a sentence that says what to do, or nil.
        package init(_ names: [String], problem: @escaping @Sendable (Configuration) -> String?) {
            self.names = names
            self.problem = problem
        }
    }

    package enum Reading: Sendable {
        case configuration(Configuration)
        /// The help text, manual page or version, because `--help`, `--man` or `--version` was given.
        case help(String)
    }

    package static let variablePrefix = "ONSALE_"

    package let syntax: Syntax
    let checks: [Check]
    let readsEnvironment: Bool
    /// The last paragraph of the help.
    let notes: String

    package init(
        _ program: String, _ summary: String, _ list: [any AnyOption], checks: [Check] = [],
        readsEnvironment: Bool = true, notes: String = ""
    ) {
        syntax = Syntax(program, summary, options: readsEnvironment ? list.map(\.withVariable) : list)
        self.checks = checks
        self.readsEnvironment = readsEnvironment
        self.notes = notes
    }

    /// `words` does not contain the name of the program.
    package func read(_ words: [String], environment: [String: String] = [:]) throws(CommandLineError) -> Reading {
        if words.contains("--help") || words.contains("-h") { return .help(help) }
        if words == ["--man"] { return .help(ManPage.text(of: self)) }
        if words == ["--version"] { return .help("\(Version.text(of: syntax.program))\n") }
        let environment = readsEnvironment ? environment : [:]
        let arguments = Arguments(words[...], of: syntax, environment: environment)
        var entries = arguments.options
        for option in syntax.options where entries[option.name] == nil && !arguments.invalid.contains(option.name) {
            entries[option.name] = option.initialEntry
        }
        let problems = arguments.problems + mistyped(environment)
        let configuration = Configuration(entries: entries)
        let broken = checks.filter { $0.names.allSatisfy { entries[$0] != nil } }.compactMap {
            $0.problem(configuration)
        }
        guard (problems + broken).isEmpty else { throw CommandLineError(problems: problems + broken) }
        return .configuration(configuration)
    }

    /// Problems of variables whose names resemble an option. Other variables may belong to other programs and are
    /// ignored.
    private func mistyped(_ environment: [String: String]) -> [String] {
        let known = syntax.options.compactMap(\.variable)
        return environment.keys.sorted().compactMap { name in
            guard name.hasPrefix(Self.variablePrefix), !known.contains(name),
                let nearest = name.nearest(among: known)
            else { return nil }
            return "unknown variable \(name). Did you mean \(nearest)? Rename or unset it"
        }
    }

    var help: String {
        var text = "\(syntax.program): \(syntax.summary)\n\nUsage: \(syntax.program) [--OPTION VALUE]...\n\nOptions:\n"
        for option in syntax.options {
            text += "  \(option.flag)\(option.placeholder.map { " " + $0 } ?? "")\n      \(option.summary)\n"
            text += "      Default: \(option.initialEntry?.shown ?? "none")."
            text += "\(option.variable.map { " Environment: \($0)." } ?? "")\n"
        }
        text += "  --help\n      Prints this help. --man prints it as a manual page, and --version the version.\n"
        if readsEnvironment {
            text +=
                "\nA flag overrides the environment, which overrides the default. An empty variable counts as not set.\n"
            text += "Pass secrets by the environment: other users of the machine can see flags.\n"
        }
        return notes.isEmpty ? text : "\(text)\n\(notes)\n"
    }
}

/// The values of all options of a program, complete and valid.
package struct Configuration: Sendable {
    package struct Entry: Sendable {
        let value: any Sendable
        let shown: String
        /// The option or variable that gave the value. Nil for the default.
        let source: String?
    }

    let entries: [String: Entry]

    package subscript<Value>(_ option: Option<Value>) -> Value {
        guard let value = entries[option.name]?.value as? Value else {
            preconditionFailure("--\(option.name) is not among the options that were read")
        }
        return value
    }

    /// The option or variable that gave the value. Nil for the default.
    package func source<Value>(of option: Option<Value>) -> String? { entries[option.name]?.source }

    /// Every option with its value, for the log at the start. Secrets are masked.
    package var summary: [(name: String, value: String)] {
        entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.shown) }
    }
}
