/// A JSON value with names in lowerCamelCase, ids as UUIDs, and times in UTC.
package indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])
    /// The JSON of another writer.
    case written(String)

    /// An object with its members in this order. Omits members that are nil.
    package static func object(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    /// The object with further members.
    package func adding(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        guard case .object(let before) = self, case .object(let more) = JSON.object(members) else { return self }
        return .object(before + more)
    }

    /// Nil for an empty text.
    package static func text(_ text: String) -> JSON? { text.isEmpty ? nil : .string(text) }

    package static func list<Element>(_ elements: [Element], _ json: (Element) -> JSON) -> JSON {
        .array(elements.map(json))
    }

    package static func count(_ number: some BinaryInteger) -> JSON { .number(Int64(clamping: number)) }

    package static func id<Entity>(_ id: ID<Entity>?) -> JSON? { id.map { .string("\($0)") } }

    package static func time(_ time: Timestamp?) -> JSON? { time.map { .string("\($0)") } }

    /// The name of a state in the contract, in lowerCamelCase.
    package static func name(of state: some Sendable) -> JSON { .string("\(state)") }

    package var text: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.literal("null")
        case .bool(let value): writer.literal(value)
        case .number(let number): writer.literal(number)
        case .string(let string): writer.string(string)
        case .written(let text): writer.literal(text)
        case .array(let elements): writer.array(elements) { $1.write(to: &$0) }
        case .object(let members): writer.object(members) { $1.write(to: &$0) }
        }
    }
}
