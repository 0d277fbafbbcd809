@testable import MessageJSON

/// The exit code and the output of a command of the gateway with `--json`.
struct Answer: Error, CustomStringConvertible {
    let line: String
    let exit: Int32
    let text: String

    var description: String { "gateway \(line) ended with \(exit): \(text)" }

    /// Null if the output is not one JSON value.
    var json: JSONValue { (try? JSONParser.parse(text)) ?? .null }

    subscript(name: String) -> JSONValue { json[name] }
    subscript(index: Int) -> JSONValue { json[index] }

    var reason: String { json["error"]["reason"].string }
    var message: String { json["error"]["message"].string }
}

/// Access without optionals: a missing member is null, so that a test states its expectation and no more.
extension JSONValue {
    subscript(name: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }

    subscript(index: Int) -> JSONValue {
        elements.indices.contains(index) ? elements[index] : .null
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var string: String {
        guard case .string(let string) = self else { return "" }
        return string
    }

    /// -1 if the value is not a whole number.
    var number: Int {
        guard case .number(let text) = self, let number = Int(text) else { return -1 }
        return number
    }
}
