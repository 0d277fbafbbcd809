/// The values of all options of a program, complete and valid.
package struct Configuration: Sendable {
    package struct Value: Sendable {
        let value: any Sendable
        let shown: String
    }

    package enum Origin: String, Sendable {
        case flag
        case environment
        case `default`
    }

    struct Entry: Sendable {
        let name: String
        let value: Value
        let origin: Origin
    }

    let entries: [String: Entry]

    package subscript<Value>(_ option: Option<Value>) -> Value {
        guard let value = entries[option.name]?.value.value as? Value else {
            preconditionFailure("--\(option.name) is not among the options that were read")
        }
        return value
    }

    package func origin<Value>(of option: Option<Value>) -> Origin {
        entries[option.name]?.origin ?? .default
    }

    /// Every option with its value, for the log at the start. Secrets are masked.
    package var summary: [(name: String, value: String, origin: Origin)] {
        entries.values.sorted { $0.name < $1.name }.map { ($0.name, $0.value.shown, $0.origin) }
    }
}

/// All problems of the options. Each is a sentence that says what to do.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let problems: [String]

    package init(_ problem: String) {
        problems = [problem]
    }

    init(problems: [String]) {
        self.problems = problems
    }

    package var description: String { problems.joined(separator: "\n") }
}
