import Kernel

/// All options of a program. A flag overrides the environment, and the environment overrides the default.
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
        /// The help text, because `--help` was given.
        case help(String)
    }

    package static let environmentPrefix = "ONSALE_"

    package let program: String
    let summary: String
    let list: [any AnyOption]
    let checks: [Check]
    let readsEnvironment: Bool
    /// The last paragraph of the help.
    let notes: String

    package init(
        _ program: String, _ summary: String, _ list: [any AnyOption], checks: [Check] = [],
        readsEnvironment: Bool = true, notes: String = ""
    ) {
        precondition(Set(list.map(\.name)).count == list.count, "two options share a name")
        self.readsEnvironment = readsEnvironment
        self.notes = notes
        self.program = program
        self.summary = summary
        self.list = list
        self.checks = checks
    }

    /// `arguments` does not contain the name of the program.
    package func read(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws(ConfigurationError) -> Reading {
        if arguments.contains("--help") || arguments.contains("-h") { return .help(help) }
        let environment = readsEnvironment ? environment : [:]
        var flags = Flags(arguments, of: self)
        var entries: [String: Configuration.Entry] = [:]
        for option in list {
            if flags.problems[option.name] != nil { continue }
            do {
                entries[option.name] = try entry(
                    of: option, flag: flags.texts[option.name], environment: environment)
            } catch {
                flags.problems[option.name] = error.problems
            }
        }
        let configuration = Configuration(entries: entries)
        var problems = flags.strays + list.flatMap { flags.problems[$0.name] ?? [] } + mistyped(environment)
        for check in checks where check.names.allSatisfy({ entries[$0] != nil }) {
            if let problem = check.problem(configuration) { problems.append(problem) }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return .configuration(configuration)
    }

    static func variable(_ name: String) -> String {
        environmentPrefix + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    private func entry(
        of option: any AnyOption, flag: String?, environment: [String: String]
    ) throws(ConfigurationError) -> Configuration.Entry {
        let variable = Self.variable(option.name)
        // An empty variable counts as not set, because scripts and unit files unset variables that way.
        let fromEnvironment = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        guard let text = flag ?? fromEnvironment else {
            guard let initial = option.initialValue else { throw missing(option) }
            return Configuration.Entry(name: option.name, value: initial, origin: .default)
        }
        guard let value = option.read(text) else {
            let source = flag == nil ? "\(variable) (for --\(option.name))" : "--\(option.name)"
            let quoted = option.isSecret ? "the value, not shown here," : text.quotedForMessage
            throw ConfigurationError("\(source): \(quoted) is not allowed. Allowed: \(option.allowed).")
        }
        return Configuration.Entry(name: option.name, value: value, origin: flag == nil ? .environment : .flag)
    }

    private func missing(_ option: any AnyOption) -> ConfigurationError {
        let alternative = readsEnvironment ? ", or set \(Self.variable(option.name))" : ""
        return ConfigurationError(
            "--\(option.name) is missing: \(option.meaning) Give \(option.allowed)\(alternative).")
    }

    /// Problems of variables whose names resemble an option. Other variables may belong to other programs and are
    /// ignored.
    private func mistyped(_ environment: [String: String]) -> [String] {
        let known = list.map { Self.variable($0.name) }
        return environment.keys.sorted().compactMap { name in
            guard name.hasPrefix(Self.environmentPrefix), !known.contains(name),
                let nearest = name.nearest(among: known)
            else { return nil }
            return "\(name) is unknown: did you mean \(nearest)? Rename or unset it."
        }
    }
}

extension String {
    /// The text in quotes, shortened, without control characters and without the password of a URL.
    var quotedForMessage: String {
        "\"" + LogText.escaped(SecretURL.withoutPassword(self), maximumByteCount: 80) + "\""
    }
}
