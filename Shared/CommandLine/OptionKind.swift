import Kernel

/// Reads the text of an option, describes the allowed values, and formats a value.
package struct OptionKind<Value: Sendable>: Sendable {
    /// The placeholder of the value in the help. Nil for a flag, which needs no value.
    let placeholder: String?
    /// Completes "allowed: …".
    let allowed: String
    let isSecret: Bool
    let read: @Sendable (String) -> Value?
    let show: @Sendable (Value) -> String

    /// Messages never quote the text of a secret kind. They print only the result of `show`.
    package init(
        _ placeholder: String?, allowed: String, isSecret: Bool = false, read: @escaping @Sendable (String) -> Value?,
        show: @escaping @Sendable (Value) -> String
    ) {
        self.placeholder = placeholder
        self.allowed = allowed
        self.isSecret = isSecret
        self.read = read
        self.show = show
    }

    /// The values of `kind`, for an option that may be omitted.
    package static func optional<Wrapped>(_ kind: OptionKind<Wrapped>) -> Self where Value == Wrapped? {
        OptionKind(
            kind.placeholder, allowed: kind.allowed, isSecret: kind.isSecret,
            read: { text in kind.read(text).map { .some($0) } }, show: { $0.map(kind.show) ?? "none" })
    }
}

extension OptionKind<String> {
    package static func text(_ placeholder: String, allowed: String = "any text that is not empty") -> Self {
        OptionKind(placeholder, allowed: allowed, read: { $0.isEmpty ? nil : $0 }, show: { $0 })
    }

    package static var path: Self { .text("PATH", allowed: "the path of a file") }
}

extension OptionKind<Int> {
    package static func integer(in range: ClosedRange<Int>) -> Self {
        OptionKind(
            "NUMBER", allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, show: { "\($0)" })
    }
}

extension OptionKind<Bool> {
    /// A flag without a value is true.
    package static var flag: Self {
        OptionKind(
            nil, allowed: "true or false",
            read: { text in
                switch text {
                case "true", "yes", "1": true
                case "false", "no", "0": false
                default: nil
                }
            }, show: { "\($0)" })
    }
}

extension OptionKind<Duration> {
    package static func duration(in range: ClosedRange<Duration>) -> Self {
        OptionKind(
            "TIME",
            allowed: "a time from \(range.lowerBound.optionText) to \(range.upperBound.optionText), "
                + "written as 250ms, 30s, 5m, 2h or 1d",
            read: { text in Duration(optionText: text).flatMap { range.contains($0) ? $0 : nil } },
            show: { $0.optionText })
    }
}

extension OptionKind where Value: CaseIterable & RawRepresentable<String> {
    package static var choice: Self {
        let names = Value.allCases.map(\.rawValue)
        return OptionKind(
            names.joined(separator: "|"), allowed: names.joined(separator: ", "), read: { Value(rawValue: $0) },
            show: { $0.rawValue })
    }
}

extension OptionKind<Address> {
    package static var address: Self {
        OptionKind(
            "HOST:PORT", allowed: "HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000", read: { Address($0) },
            show: { "\($0)" })
    }
}

extension OptionKind<[Address]> {
    package static let maximumAddressCount = 64

    package static var addresses: Self {
        OptionKind(
            "HOST:PORT,...",
            allowed:
                "1 to \(maximumAddressCount) times HOST:PORT, separated by commas, such as 10.0.0.1:7000,10.0.0.2:7000",
            read: { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let addresses = parts.compactMap { Address(String($0)) }
                return addresses.count == parts.count && parts.count <= maximumAddressCount ? addresses : nil
            }, show: { $0.map(\.description).joined(separator: ",") })
    }
}

extension OptionKind<SecretURL> {
    /// `examples` shows a URL of each scheme, without a password.
    package static func secretURL(schemes: [String], examples: String) -> Self {
        OptionKind(
            "URL", allowed: examples, isSecret: true,
            read: { text in
                let url = SecretURL(text)
                return schemes.contains { url.text.hasPrefix($0 + ":") } ? url : nil
            }, show: { $0.description })
    }
}
