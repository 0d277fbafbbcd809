/// An option of a command: `--best 2`.
struct Flag<Value: Sendable>: Sendable {
    /// With both hyphens: `--best`.
    let name: String
    let kind: ValueKind<Value>
    let summary: String
    /// The environment variable that is read if the flag is not given.
    let variable: String?

    init(_ name: String, _ kind: ValueKind<Value>, _ summary: String, variable: String? = nil) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.variable = variable
    }
}

/// A flag without its value type, for the list of a command's flags.
protocol AnyFlag: Sendable {
    var name: String { get }
    var summary: String { get }
    var variable: String? { get }
    /// Nil for a flag without a value.
    var placeholder: String? { get }
    var choices: [String] { get }
    var isPath: Bool { get }
    /// Throws if the value is invalid. Called for every given flag, because a command may ignore some of its flags.
    func check(_ text: String) throws(GatewayError)
}

extension Flag: AnyFlag {
    var placeholder: String? { kind.placeholder }
    var choices: [String] { kind.choices }
    var isPath: Bool { kind.isPath }

    func check(_ text: String) throws(GatewayError) { _ = try kind.value(of: text, for: name) }
}

/// An argument without a flag.
struct Operand<Value: Sendable>: Sendable {
    let name: String
    let kind: ValueKind<Value>
    let arity: Arity

    init(_ name: String, _ kind: ValueKind<Value>, _ arity: Arity = .one) {
        self.name = name
        self.kind = kind
        self.arity = arity
    }
}

/// How many values an operand takes. Only the last operand of a command may take several.
enum Arity: Sendable {
    case one
    case optional
    /// Zero or more.
    case any
    /// One or more.
    case some

    var isRequired: Bool { self == .one || self == .some }
    var isRepeated: Bool { self == .any || self == .some }
}

protocol AnyOperand: Sendable {
    var name: String { get }
    var arity: Arity { get }
    var choices: [String] { get }
}

extension Operand: AnyOperand {
    var choices: [String] { kind.choices }
}
