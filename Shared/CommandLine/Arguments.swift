import Kernel

/// The values of one command line: of its operands, of its options, and of the variables of other options.
package struct Arguments: Sendable {
    /// The key is the option's name.
    private(set) var options: [String: Configuration.Entry] = [:]
    private var operands: [String: any Sendable] = [:]
    /// The texts of options that may be given several times.
    private var lines: [String: [String]] = [:]
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
            if word.hasPrefix("--") {
                readOption(word, &rest, of: syntax)
            } else if word.isShortOption {
                readShortOptions(word, &rest, of: syntax)
            } else {
                loose.append(word)
            }
        }
        readOperands(loose, of: syntax)
        for option in syntax.options where options[option.name] == nil && !invalid.contains(option.name) {
            guard let variable = option.variable, let text = environment[variable], !text.isEmpty else { continue }
            read(option, text, from: variable)
        }
    }

    private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>, of syntax: Syntax) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = syntax.options.first(where: { $0.flag == parts[0] }) else {
            let hint = parts[0].nearest(among: syntax.options.map(\.flag)).map { "Did you mean \($0)?" }
            problems.append("unknown option \(parts[0].quotedIfNeeded). \(hint ?? "See: \(syntax.name) --help")")
            // Skip the value of the unknown option, because it is not a second mistake.
            if parts.count == 1, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
            return
        }
        give(option, parts.count == 2 ? parts[1] : nil, &rest)
    }

    /// Reads `-o json`, `-ojson`, `-o=json`, and several flags in one word, such as `-qy`.
    private mutating func readShortOptions(_ word: String, _ rest: inout ArraySlice<String>, of syntax: Syntax) {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = syntax.options.first(where: { $0.short == letter }) else {
                problems.append("unknown option -\(String(letter).quotedIfNeeded). See: \(syntax.name) --help")
                if letters.isEmpty, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
                return
            }
            if option.placeholder != nil || letters.first == "=" {
                let value = letters.first == "=" ? letters.dropFirst() : letters
                return give(option, letters.isEmpty ? nil : String(value), &rest)
            }
            give(option, nil, &rest)
        }
    }

    /// Stores the value of an option: the one in its word, the next word, or true for a flag.
    private mutating func give(_ option: any AnyOption, _ given: String?, _ rest: inout ArraySlice<String>) {
        var value = given ?? "true"
        if given == nil, let placeholder = option.placeholder {
            guard let next = rest.first, !next.hasPrefix("--") else {
                return add("\(option.flag) needs a value: \(option.flag) \(placeholder)", of: option)
            }
            rest.removeFirst()
            value = next
        }
        if option.isRepeated {
            lines[option.name, default: []].append(value)
            value = lines[option.name, default: []].joined(separator: "\n")
        } else if options[option.name] != nil {
            return add("\(option.flag) is given twice. Give it once", of: option)
        }
        read(option, value, from: option.flag)
    }

    private mutating func read(_ option: any AnyOption, _ text: String, from source: String) {
        do throws(CommandLineError) {
            options[option.name] = try option.entry(of: text, from: source)
        } catch {
            add(error.description, of: option)
        }
    }

    private mutating func add(_ problem: String, of option: any AnyOption) {
        problems.append(problem)
        invalid.insert(option.name)
    }

    private mutating func readOperands(_ loose: [String], of syntax: Syntax) {
        var rest = loose[...]
        for operand in syntax.operands {
            if operand.isRequired, rest.isEmpty {
                return problems.append("\(operand.name) is missing. Usage: \(syntax.usage)")
            }
            let words = operand.isRepeated ? rest : rest.prefix(1)
            rest = rest.dropFirst(words.count)
            do throws(CommandLineError) {
                operands[operand.name] = try operand.value(of: Array(words))
            } catch {
                problems += error.problems
            }
        }
        problems += rest.map { "unexpected argument \($0.quotedIfNeeded). Usage: \(syntax.usage)" }
    }

    /// True if the option or its variable is given.
    package func contains(_ option: any AnyOption) -> Bool { options[option.name] != nil }

    /// Nil if neither the option nor its variable is given.
    package subscript<Value>(_ option: Option<Value>) -> Value? { options[option.name]?.value as? Value }

    /// Requires a command line without problems.
    package subscript<Value>(_ operand: Operand<Value>) -> Value {
        guard let value = operands[operand.name], let value = value as? Value else {
            preconditionFailure("\(operand.name) is not among the operands that were read")
        }
        return value
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
    /// True for `-o`. A hyphen alone is standard input, and `-5` a number.
    fileprivate var isShortOption: Bool { wholeMatch(of: /-[^0-9].*/) != nil }

    /// The text, in quotes if it has other characters than a plain word. It is shortened, and shows no control
    /// characters and no password of a URL.
    var quotedIfNeeded: String {
        let text = SecretURL.withoutPassword(self).escapedForLine(maximumByteCount: 80)
        return text.isPlainWord ? text : "\"\(text)\""
    }
}
