import CProtobufC
import CommandLine
import Kernel
import Messages

/// A request as fields, such as `name=moon-tour`, `best.count=2` or `seats.names=A-1-1,A-1-2`.
struct CallFields: Sendable {
    private let fields: [(path: [String], value: String)]

    /// Nil if a line is not NAME=VALUE.
    init?(_ text: String) {
        var fields: [([String], String)] = []
        for line in text.split(separator: "\n") {
            guard let parts = line.wholeMatch(of: /([A-Za-z][A-Za-z0-9_.]*)=(.*)/)?.output else { return nil }
            fields.append((parts.1.split(separator: ".").map(String.init), String(parts.2)))
        }
        self.fields = fields
    }

    /// The request as JSON. The types of the fields come from the contract.
    func json(as descriptor: MessageDescriptor) -> JSON {
        var request = JSON.object([])
        for (path, value) in fields { request = Self.adding(value, at: path[...], to: request, descriptor) }
        return request
    }

    private static func adding(
        _ value: String, at path: ArraySlice<String>, to json: JSON, _ descriptor: MessageDescriptor?
    ) -> JSON {
        guard case .object(var members) = json, let name = path.first else { return json }
        let field = descriptor?.fields.first { $0.jsonName == name || $0.protoName == name }
        let index = members.firstIndex { $0.name == name } ?? members.endIndex
        if index == members.endIndex { members.append((name: name, value: path.count > 1 ? .object([]) : .null)) }
        if path.count > 1 {
            let isMessage = field?.type == PROTOBUF_C_TYPE_MESSAGE
            members[index].value = adding(
                value, at: path.dropFirst(), to: members[index].value, isMessage ? field?.message : nil)
        } else {
            members[index].value = Self.json(value, field)
        }
        return .object(members)
    }

    /// Numbers may be strings in the JSON of protobuf. Lists are separated by commas.
    private static func json(_ value: String, _ field: ProtobufCFieldDescriptor?) -> JSON {
        func single(_ value: String) -> JSON {
            if field?.type == PROTOBUF_C_TYPE_BOOL, value == "true" || value == "false" {
                return .bool(value == "true")
            }
            return .string(value)
        }
        guard let field, field.isRepeated else { return single(value) }
        return .list(value.split(separator: ",").map { String($0).trimmed }, single)
    }
}

extension ValueKind<CallFields> {
    static var fields: Self {
        ValueKind(placeholder: "NAME=VALUE", allowed: "a field and its value, such as name=moon-tour or best.count=2") {
            CallFields($0)
        }
    }
}
