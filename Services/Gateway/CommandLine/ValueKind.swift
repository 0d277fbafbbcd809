import CommandLine
import Kernel

/// Reads one value of the command line, and describes the allowed values.
struct ValueKind<Value: Sendable>: Sendable {
    /// The value in the help, such as `HOST:PORT`. Nil for a flag without a value.
    let placeholder: String?
    /// The allowed values, to follow "is not" in an error.
    let allowed: String
    /// The values that shell completion offers. Empty if there is no fixed list.
    var choices: [String] = []
    var isPath = false
    /// Nil for an invalid value.
    let read: @Sendable (String) -> Value?
}

extension ValueKind<Bool> {
    static var isGiven: Self { ValueKind(placeholder: nil, allowed: "true or false") { $0 == "true" } }
}

extension ValueKind<String> {
    static func text(_ placeholder: String) -> Self {
        ValueKind(placeholder: placeholder, allowed: "a text of at least one character") { $0.isEmpty ? nil : $0 }
    }

    static var path: Self {
        ValueKind(placeholder: "FILE", allowed: "the path of a file", isPath: true) { $0.isEmpty ? nil : $0 }
    }

    static func choice(_ choices: [String]) -> Self {
        ValueKind(
            placeholder: choices.joined(separator: "|"), allowed: "one of \(choices.joined(separator: ", "))",
            choices: choices
        ) { choices.contains($0) ? $0 : nil }
    }
}

extension ValueKind<Int> {
    static func count(_ range: ClosedRange<Int>, _ placeholder: String = "NUMBER") -> Self {
        ValueKind(
            placeholder: placeholder, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension ValueKind<Duration> {
    static var duration: Self {
        ValueKind(placeholder: "TIME", allowed: "a duration such as 500ms, 10s, 5m, 2h or 1d") { text in
            Duration(optionText: text).flatMap { $0 > .zero ? $0 : nil }
        }
    }
}

extension ValueKind<[Address]> {
    static let maximumAddresses = 64

    static var addresses: Self {
        ValueKind(
            placeholder: "HOST:PORT,...",
            allowed: "a list of 1 to \(maximumAddresses) addresses, such as 10.0.0.1:7001,10.0.0.2:7001"
        ) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let addresses = parts.compactMap { Address(String($0)) }
            return addresses.count == parts.count && parts.count <= maximumAddresses ? addresses : nil
        }
    }
}

extension ValueKind {
    static func id<Entity>(of placeholder: String = "UUID") -> Self where Value == ID<Entity> {
        ValueKind(placeholder: placeholder, allowed: "a UUID") { ID($0) }
    }
}
