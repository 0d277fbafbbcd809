import Kernel

/// Reads one value of a command line, describes the allowed values, and formats a value.
package struct ValueKind<Value: Sendable>: Sendable {
    /// The value in the help, such as `HOST:PORT`. Nil for a flag, which needs no value.
    let placeholder: String?
    /// The allowed values, to follow "is not" in an error.
    let allowed: String
    /// The values that shell completion offers. Empty if there is no fixed list.
    let choices: [String]
    let isPath: Bool
    /// Messages never quote the text of a secret kind. They print only the result of `show`.
    let isSecret: Bool
    let show: @Sendable (Value) -> String
    /// Nil for an invalid value.
    let read: @Sendable (String) -> Value?

    package init(
        placeholder: String?, allowed: String, choices: [String] = [], isPath: Bool = false, isSecret: Bool = false,
        show: @escaping @Sendable (Value) -> String = { "\($0)" }, read: @escaping @Sendable (String) -> Value?
    ) {
        self.placeholder = placeholder
        self.allowed = allowed
        self.choices = choices
        self.isPath = isPath
        self.isSecret = isSecret
        self.show = show
        self.read = read
    }

    /// The values of `kind`, for an option that may be omitted.
    package static func optional<Wrapped>(_ kind: ValueKind<Wrapped>) -> Self where Value == Wrapped? {
        ValueKind(
            placeholder: kind.placeholder, allowed: kind.allowed, choices: kind.choices, isPath: kind.isPath,
            isSecret: kind.isSecret, show: { $0.map(kind.show) ?? "none" }
        ) { text in kind.read(text).map { .some($0) } }
    }

    /// The value of `text`, which `source` gave: an option, an operand or an environment variable.
    func value(of text: String, from source: String) throws(CommandLineError) -> Value {
        if let value = read(text) { return value }
        throw CommandLineError("\(source) \(isSecret ? "(not shown)" : text.quotedIfNeeded) is not \(allowed)")
    }
}

extension ValueKind<Bool> {
    /// An option without a value is true.
    package static var flag: Self {
        ValueKind(placeholder: nil, allowed: "true or false") { text in
            switch text {
            case "true", "yes", "1": true
            case "false", "no", "0": false
            default: nil
            }
        }
    }
}

extension ValueKind<String> {
    package static func text(_ placeholder: String) -> Self {
        ValueKind(placeholder: placeholder, allowed: "a text of at least one character") { $0.isEmpty ? nil : $0 }
    }

    package static var path: Self {
        ValueKind(placeholder: "FILE", allowed: "the path of a file", isPath: true) { $0.isEmpty ? nil : $0 }
    }

    package static func choice(_ choices: [String]) -> Self {
        ValueKind(
            placeholder: choices.joined(separator: "|"), allowed: "one of \(choices.joined(separator: ", "))",
            choices: choices
        ) { choices.contains($0) ? $0 : nil }
    }
}

extension ValueKind where Value: CaseIterable & RawRepresentable<String> {
    package static var choice: Self {
        let kind = ValueKind<String>.choice(Value.allCases.map(\.rawValue))
        return ValueKind(
            placeholder: kind.placeholder, allowed: kind.allowed, choices: kind.choices, show: { $0.rawValue },
            read: { Value(rawValue: $0) })
    }
}

extension ValueKind<Int> {
    package static func integer(in range: ClosedRange<Int>) -> Self {
        ValueKind(
            placeholder: "NUMBER", allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension ValueKind<UInt32> {
    /// A number whose upper bound only the service checks.
    package static func count(from least: UInt32) -> Self {
        ValueKind(placeholder: "NUMBER", allowed: "a whole number from \(least)") { text in
            UInt32(text).flatMap { $0 >= least ? $0 : nil }
        }
    }
}

extension ValueKind<Duration> {
    private static let examples = "such as 500ms, 10s, 5m, 2h or 1d"

    package static var duration: Self { duration(allowed: "a duration \(examples)") { $0 > .zero } }

    package static func duration(in range: ClosedRange<Duration>) -> Self {
        let bounds = "from \(range.lowerBound.optionText) to \(range.upperBound.optionText)"
        return duration(allowed: "a duration \(bounds), \(examples)", range.contains)
    }

    private static func duration(allowed: String, _ isAllowed: @escaping @Sendable (Duration) -> Bool) -> Self {
        ValueKind(placeholder: "TIME", allowed: allowed, show: { $0.optionText }) { text in
            Duration(optionText: text).flatMap { isAllowed($0) ? $0 : nil }
        }
    }
}

extension ValueKind<Address> {
    package static var address: Self {
        ValueKind(placeholder: "HOST:PORT", allowed: "an address, such as 127.0.0.1:7000 or [::1]:7000") {
            Address($0)
        }
    }
}

extension ValueKind<[Address]> {
    package static var addresses: Self {
        .list("HOST:PORT,...", of: "addresses, such as 10.0.0.1:7001,10.0.0.2:7001") { Address($0) }
    }
}

extension ValueKind {
    private static var maximumElements: Int { 64 }

    /// Values between commas. `noun` names them in the plural, with an example.
    package static func list<Element: CustomStringConvertible>(
        _ placeholder: String, of noun: String, read: @escaping @Sendable (String) -> Element?
    ) -> Self where Value == [Element] {
        ValueKind(
            placeholder: placeholder, allowed: "a list of 1 to \(maximumElements) \(noun)",
            show: { $0.map(\.description).joined(separator: ",") }
        ) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let elements = parts.compactMap { read(String($0)) }
            return elements.count == parts.count && parts.count <= maximumElements ? elements : nil
        }
    }
}

extension ValueKind<SecretURL> {
    /// `examples` shows a URL of each scheme, without a password.
    package static func secretURL(schemes: [String], examples: String) -> Self {
        ValueKind(placeholder: "URL", allowed: examples, isSecret: true) { text in
            schemes.contains { text.hasPrefix($0 + ":") } ? SecretURL(text) : nil
        }
    }
}

extension ValueKind {
    package static func id<Entity>(of placeholder: String = "UUID") -> Self where Value == ID<Entity> {
        ValueKind(placeholder: placeholder, allowed: "a UUID") { ID($0) }
    }
}

extension ValueKind<[String]> {
    private static let maximum = 64

    package static var hosts: Self {
        ValueKind(
            placeholder: "HOST,...",
            allowed: "a list of 1 to \(maximum) names or IP addresses, such as db.example,10.0.0.1,::1",
            show: { $0.joined(separator: ",") }
        ) { text in
            let hosts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let isValid = hosts.allSatisfy { host in
                host.utf8.count <= 253 && (Address("\(host):0") != nil || Address("[\(host)]:0") != nil)
            }
            return isValid && hosts.count <= maximum ? hosts : nil
        }
    }
}
