/// `--best 2`: what a command can be told beyond its operands.
struct Flag<Value: Sendable>: Sendable {
    /// With its hyphens.
    let name: String
    let kind: ValueKind<Value>
    let summary: String
    /// Read where the flag is not given.
    let variable: String?

    init(_ name: String, _ kind: ValueKind<Value>, _ summary: String, variable: String? = nil) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.variable = variable
    }
}

/// A flag whatever its type: what a command's list of them is made of.
protocol AnyFlag: Sendable {
    var name: String { get }
    var summary: String { get }
    var variable: String? { get }
    /// Nil for a switch, which takes no value.
    var placeholder: String? { get }
    var choices: [String] { get }
    var isPath: Bool { get }
    /// Refuses what cannot be read, also where the command would not look at it.
    func check(_ text: String) throws(GatewayError)
}

extension Flag: AnyFlag {
    var placeholder: String? { kind.placeholder }
    var choices: [String] { kind.choices }
    var isPath: Bool { kind.isPath }

    func check(_ text: String) throws(GatewayError) { _ = try kind.value(of: text, for: name) }
}

/// What stands without a flag.
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

/// How often an operand may stand there. Only the last one of a command may be of any number.
enum Arity: Sendable {
    case one
    case optional
    case any
    /// At least one.
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
