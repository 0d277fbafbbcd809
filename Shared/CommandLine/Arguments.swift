import Kernel

/// The words of one command line, sorted by option and operand, and the variables of options that are not given.
package struct Arguments: Sendable {
    package struct Text: Sendable {
        let value: String
        /// The option, operand or variable that gave the value.
        let source: String
    }

    /// The key is the option's name.
    private(set) var options: [String: Text] = [:]
    private var operands: [String: [String]] = [:]
    /// Sentences that say what to do, in the order of the words.
    package private(set) var problems: [String] = []
    /// The names of options with a problem.
    private(set) var invalid: Set<String> = []

    /// An empty variable counts as not set, because scripts and unit files unset variables that way.
    package init(_ words: ArraySlice<String>, of syntax: Syntax, environment: [String: String]) {
        var rest = words
        var loose: [String] = []
        while let word = rest.popFirst() {
            if word == "--" {
                loose += rest
                break
            }
            if word.hasPrefix("--") { readOption(word, &rest, of: syntax) } else { loose.append(word) }
        }
        assignOperands(loose, of: syntax)
        for option in syntax.options where options[option.name] == nil {
            guard let variable = option.variable, let text = environment[variable], !text.isEmpty else { continue }
            options[option.name] = Text(value: text, source: variable)
        }
    }

    private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>, of syntax: Syntax) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let next = rest.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
        guard let option = syntax.options.first(where: { $0.flag == parts[0] }) else {
            let hint = parts[0].nearest(among: syntax.options.map(\.flag)).map { "Did you mean \($0)?" }
            problems.append("unknown option \(parts[0].quotedIfNeeded). \(hint ?? "See: \(syntax.name) --help")")
            // Skip the value of the unknown option, because it is not a second mistake.
            if parts.count == 1, next != nil { rest.removeFirst() }
            return
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if let placeholder = option.placeholder {
            guard let next else {
                return add("\(option.flag) needs a value: \(option.flag) \(placeholder)", of: option)
            }
            rest.removeFirst()
            value = next
        } else {
            value = "true"
        }
        let text = Text(value: value, source: option.flag)
        do { _ = try option.entry(of: text) } catch { add(error.description, of: option) }
        guard options.updateValue(text, forKey: option.name) == nil else {
            return add("\(option.flag) is given twice. Give it once", of: option)
        }
    }

    private mutating func add(_ problem: String, of option: any AnyOption) {
        problems.append(problem)
        invalid.insert(option.name)
    }

    private mutating func assignOperands(_ loose: [String], of syntax: Syntax) {
        var rest = loose[...]
        for operand in syntax.operands {
            if operand.arity.isRequired, rest.isEmpty {
                return problems.append("\(operand.name) is missing. Usage: \(syntax.usage)")
            }
            operands[operand.name] = operand.arity.isRepeated ? Array(rest) : rest.prefix(1).map { $0 }
            rest = operand.arity.isRepeated ? [] : rest.dropFirst()
        }
        problems += rest.map { "unexpected argument \($0.quotedIfNeeded). Usage: \(syntax.usage)" }
    }

    /// Nil if neither the option nor its variable is given.
    package func value<Value>(of option: Option<Value>) throws(CommandLineError) -> Value? {
        guard let text = options[option.name] else { return nil }
        return try option.kind.value(of: text.value, from: text.source)
    }

    package func values<Value>(of operand: Operand<Value>) throws(CommandLineError) -> [Value] {
        var values: [Value] = []
        for text in operands[operand.name] ?? [] { values.append(try operand.kind.value(of: text, from: operand.name)) }
        return values
    }

    /// The words of a repeated operand as one text, so that `12.50 EUR` needs no quotes. Nil without a word.
    package func joinedValue<Value>(of operand: Operand<Value>) throws(CommandLineError) -> Value? {
        guard let words = operands[operand.name], !words.isEmpty else { return nil }
        return try operand.kind.value(of: words.joined(separator: " "), from: operand.name)
    }
}

/// All problems of a command line. Each is a sentence that says what to do.
package struct CommandLineError: Error, Equatable, CustomStringConvertible {
    package let problems: [String]

    package init(_ problem: String) {
        problems = [problem]
    }

    init(problems: [String]) {
        self.problems = problems
    }

    package var description: String { problems.joined(separator: "\n") }
}

extension String {
    /// The text, in quotes if it has other characters than a plain word. It is shortened, and shows no control
    /// characters and no password of a URL.
    var quotedIfNeeded: String {
        let text = SecretURL.withoutPassword(self).escapedForLine(maximumByteCount: 80)
        return text.isPlainWord ? text : "\"\(text)\""
    }
}
