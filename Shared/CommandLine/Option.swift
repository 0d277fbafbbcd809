import Kernel

/// One setting, given by `--name VALUE`, perhaps by `-n VALUE`, or by an environment variable.
package struct Option<Value: Sendable>: Sendable {
    /// Lower-case words with hyphens.
    package let name: String
    /// The letter of its short form.
    package let short: Character?
    /// True if it may be given several times. The texts are then lines of one text.
    package let isRepeated: Bool
    package let kind: ValueKind<Value>
    /// One sentence for the help.
    package let summary: String
    package private(set) var variable: String?
    let initial: Value?

    /// An option without a default.
    package init(
        _ name: String, short: Character? = nil, isRepeated: Bool = false, _ kind: ValueKind<Value>, _ summary: String,
        variable: String? = nil
    ) {
        self.name = name
        self.short = short
        self.isRepeated = isRepeated
        self.kind = kind
        self.summary = summary
        self.variable = variable
        initial = nil
    }

    package init(_ name: String, _ kind: ValueKind<Value>, default initial: Value, _ summary: String) {
        self.name = name
        short = nil
        isRepeated = false
        self.kind = kind
        self.summary = summary
        self.initial = initial
        variable = nil
    }
}

/// An option of any type, for lists of options.
package protocol AnyOption: Sendable {
    var name: String { get }
    var short: Character? { get }
    var isRepeated: Bool { get }
    var summary: String { get }
    var variable: String? { get }
    /// Nil for a flag, which needs no value.
    var placeholder: String? { get }
    var choices: [String] { get }
    var isPath: Bool { get }
    /// Nil without a default.
    var initialEntry: Configuration.Entry? { get }
    /// `source` is the option or the variable that gave the text.
    func entry(of text: String, from source: String) throws(CommandLineError) -> Configuration.Entry
    /// The same option with the variable of its name, such as `ONSALE_DRAIN_TIMEOUT`.
    var withVariable: any AnyOption { get }
}

extension AnyOption {
    /// `--name`
    package var flag: String { "--" + name }

    /// `-n, --name`
    package var flags: String { (short.map { "-\($0), " } ?? "") + flag }
}

extension Option: AnyOption {
    package var placeholder: String? { kind.placeholder }
    package var choices: [String] { kind.choices }
    package var isPath: Bool { kind.isPath }

    package var initialEntry: Configuration.Entry? {
        initial.map { Configuration.Entry(value: $0, shown: kind.show($0), source: nil) }
    }

    package var withVariable: any AnyOption {
        var option = self
        option.variable = Options.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
        return option
    }

    package func entry(of text: String, from source: String) throws(CommandLineError) -> Configuration.Entry {
        let value = try kind.value(of: text, from: source)
        return Configuration.Entry(value: value, shown: kind.show(value), source: source)
    }
}

/// An argument without an option. `Value` is an optional if the argument may be missing, and an array if there may be
/// several. Only the last operand of a command may take several words.
package struct Operand<Value: Sendable>: Sendable {
    package let name: String
    package let isRequired: Bool
    package let isRepeated: Bool
    package let choices: [String]
    private let read: @Sendable ([String]) throws(CommandLineError) -> Value

    private init(
        _ name: String, choices: [String], isRequired: Bool, isRepeated: Bool,
        read: @escaping @Sendable ([String]) throws(CommandLineError) -> Value
    ) {
        self.name = name
        self.choices = choices
        self.isRequired = isRequired
        self.isRepeated = isRepeated
        self.read = read
    }

    /// With `joinsWords` the value may have several words, so that `12.50 EUR` needs no quotes.
    package init(_ name: String, _ kind: ValueKind<Value>, joinsWords: Bool = false) {
        self.init(name, choices: kind.choices, isRequired: true, isRepeated: joinsWords) {
            words throws(CommandLineError) in try kind.value(of: words.joined(separator: " "), from: name)
        }
    }

    package init<Wrapped>(optional name: String, _ kind: ValueKind<Wrapped>) where Value == Wrapped? {
        self.init(name, choices: kind.choices, isRequired: false, isRepeated: false) {
            words throws(CommandLineError) in
            guard let word = words.first else { return nil }
            return try kind.value(of: word, from: name)
        }
    }

    package init<Element>(list name: String, _ kind: ValueKind<Element>, isRequired: Bool) where Value == [Element] {
        self.init(name, choices: kind.choices, isRequired: isRequired, isRepeated: true) {
            words throws(CommandLineError) in
            var values: [Element] = []
            for word in words { values.append(try kind.value(of: word, from: name)) }
            return values
        }
    }
}

package protocol AnyOperand: Sendable {
    var name: String { get }
    var isRequired: Bool { get }
    /// True if it takes all words that are left.
    var isRepeated: Bool { get }
    var choices: [String] { get }
    func value(of words: [String]) throws(CommandLineError) -> any Sendable
}

extension Operand: AnyOperand {
    package func value(of words: [String]) throws(CommandLineError) -> any Sendable { try read(words) }
}
