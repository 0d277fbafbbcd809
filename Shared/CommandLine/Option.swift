import Kernel

/// One setting, given by `--name VALUE` or by an environment variable.
package struct Option<Value: Sendable>: Sendable {
    /// Lower-case words with hyphens.
    package let name: String
    package let kind: ValueKind<Value>
    /// One sentence for the help.
    package let summary: String
    package private(set) var variable: String?
    let initial: Value?

    /// An option without a default.
    package init(_ name: String, _ kind: ValueKind<Value>, _ summary: String, variable: String? = nil) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.variable = variable
        initial = nil
    }

    package init(_ name: String, _ kind: ValueKind<Value>, default initial: Value, _ summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.initial = initial
        variable = nil
    }
}

/// An option of any type, for lists of options.
package protocol AnyOption: Sendable {
    var name: String { get }
    var summary: String { get }
    var variable: String? { get }
    /// Nil for a flag, which needs no value.
    var placeholder: String? { get }
    var choices: [String] { get }
    var isPath: Bool { get }
    /// Nil without a default.
    var initialEntry: Configuration.Entry? { get }
    func entry(of text: Arguments.Text) throws(CommandLineError) -> Configuration.Entry
    /// The same option with the variable of its name, such as `ONSALE_DRAIN_TIMEOUT`.
    var withVariable: any AnyOption { get }
}

extension AnyOption {
    /// `--name`
    package var flag: String { "--" + name }
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

    package func entry(of text: Arguments.Text) throws(CommandLineError) -> Configuration.Entry {
        let value = try kind.value(of: text.value, from: text.source)
        return Configuration.Entry(value: value, shown: kind.show(value), source: text.source)
    }
}

/// An argument without an option.
package struct Operand<Value: Sendable>: Sendable {
    package let name: String
    package let kind: ValueKind<Value>
    package let arity: Arity

    package init(_ name: String, _ kind: ValueKind<Value>, _ arity: Arity = .one) {
        self.name = name
        self.kind = kind
        self.arity = arity
    }
}

/// How many values an operand takes. Only the last operand of a command may take several.
package enum Arity: Sendable {
    case one
    case optional
    /// Zero or more.
    case any
    /// One or more.
    case some

    var isRequired: Bool { self == .one || self == .some }
    var isRepeated: Bool { self == .any || self == .some }
}

package protocol AnyOperand: Sendable {
    var name: String { get }
    var arity: Arity { get }
    var choices: [String] { get }
}

extension Operand: AnyOperand {
    package var choices: [String] { kind.choices }
}
