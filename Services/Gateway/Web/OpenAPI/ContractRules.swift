import Messages
import RPC

/// The rules that the contracts declare for fields, read from the compiled .proto files. The numbers are those of
/// google/protobuf/descriptor.proto and `options.proto`.
struct ContractRules: Sendable {
    struct Field: Sendable {
        struct Text: Sendable {
            let bounds: ClosedRange<Int>
            let kind: TextKind
        }

        fileprivate let isDeclaredRequired: Bool
        let range: ClosedRange<Int64>?
        /// The meaning of 0, if 0 is allowed outside of the range.
        let zero: String?
        let text: Text?

        /// True if the default value of the field, which is left out, breaks a rule.
        var isRequired: Bool {
            let refusesZero = zero == nil && range.map { !$0.contains(0) } ?? false
            let refusesEmpty = text.map { $0.kind == .currency || $0.bounds.lowerBound > 0 } ?? false
            return isDeclaredRequired || refusesZero || refusesEmpty
        }
    }

    private var fields: [String: Field] = [:]

    /// A file that cannot be read has no rules. `OpenAPITests` compares them with the contract.
    init(of files: [ProtoFile]) {
        for file in files {
            guard let file = try? WireMessage(file.descriptor[...]) else { continue }
            let package = file.text(2)
            for message in (try? file.messages(4)) ?? [] { add(message, in: package) }
        }
    }

    /// The rules of a field by the names in its .proto file. Nil if it has no options.
    subscript(message: String, field: String) -> Field? { fields["\(message).\(field)"] }

    private mutating func add(_ message: WireMessage, in scope: String) {
        let name = "\(scope).\(message.text(1))"
        for field in (try? message.messages(2)) ?? [] {
            if let options = try? field.message(8) { fields["\(name).\(field.text(1))"] = Field(options) }
        }
        for inner in (try? message.messages(3)) ?? [] { add(inner, in: name) }
    }
}

extension ContractRules.Field {
    fileprivate init(_ options: WireMessage) {
        isDeclaredRequired = options.flag(50016)
        let range = try? options.message(50014)
        self.range = range.map { Int64($0.number(1) ?? 0)...Int64($0.number(2) ?? 0) }
        zero = range.map { $0.text(3) }.flatMap { $0.isEmpty ? nil : $0 }
        text = (try? options.message(50015)).map {
            Text(bounds: ($0.number(1) ?? 0)...($0.number(2) ?? 0), kind: TextKind(rawValue: Int32($0.number(3) ?? 0)))
        }
    }
}
