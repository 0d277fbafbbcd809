/// One setting of a program, given by `--name` or by the environment.
package struct Option<Value: Sendable>: Sendable {
    /// Lower-case words with hyphens.
    package let name: String
    /// One sentence for the help.
    package let meaning: String
    package let kind: OptionKind<Value>
    /// Nil if the option is required.
    let initial: @Sendable () -> Value?

    package init(_ name: String, _ kind: OptionKind<Value>, default initial: Value, _ meaning: String) {
        self.name = name
        self.kind = kind
        self.initial = { initial }
        self.meaning = meaning
    }

    package init(required name: String, _ kind: OptionKind<Value>, _ meaning: String) {
        self.name = name
        self.kind = kind
        self.initial = { nil }
        self.meaning = meaning
    }
}

/// An option of any type, for lists of options.
package protocol AnyOption: Sendable {
    var name: String { get }
    var meaning: String { get }
    var placeholder: String? { get }
    var allowed: String { get }
    var isSecret: Bool { get }
    var initialValue: Configuration.Value? { get }
    func read(_ text: String) -> Configuration.Value?
}

extension Option: AnyOption {
    package var placeholder: String? { kind.placeholder }
    package var allowed: String { kind.allowed }
    package var isSecret: Bool { kind.isSecret }
    package var initialValue: Configuration.Value? { initial().map(configurationValue) }

    package func read(_ text: String) -> Configuration.Value? {
        kind.read(text).map(configurationValue)
    }

    private func configurationValue(_ value: Value) -> Configuration.Value {
        Configuration.Value(value: value, shown: kind.show(value))
    }
}
