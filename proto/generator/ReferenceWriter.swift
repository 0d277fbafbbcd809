/// Writes the lists in README.md: the reasons of failures, and the rules of the fields of each request.
struct ReferenceWriter {
    private let files: [SchemaFile]
    private let types: TypeNames
    private let messages: [String: MessageType]

    init(_ files: [SchemaFile]) {
        self.files = files
        types = TypeNames(files)
        messages = Dictionary(files.flatMap(\.allMessages).map { ($0.fullName, $0) }) { first, _ in first }
    }

    var text: String {
        let kinds = types.values("onsale.rpc.v1.TextKind").map { kind in
            "- `\(kind.name)`: \(kind.declaration.comment.commentLines.joined(separator: " "))\n"
        }
        return """
            ### Reasons

            | service | reason | code | sentence |
            |---|---|---|---|
            \(reasons.joined())
            ### Duties of operators

            OWNER suffices for each of these methods.

            | method | duty |
            |---|---|
            \(files.flatMap(\.services).flatMap(duties).joined())
            ### Fields of requests

            \(kinds.joined())
            | method | field | rule |
            |---|---|---|
            \(files.flatMap(\.services).flatMap(rows).joined())
            """
    }

    private var reasons: [String] {
        files.flatMap { file in
            file.messages.flatMap { message in
                (message.reasons?.values ?? []).filter { $0.number != 0 }.map { reason in
                    let service = file.services.first?.name ?? "all"
                    let code = types.value("onsale.rpc.v1.Code", reason.code)?.name ?? ""
                    return "| \(service) | `\(reason.name)` | \(code) | \(reason.sentence) |\n"
                }
            }
        }
    }

    private func duties(_ service: Service) -> [String] {
        service.methods.filter { !$0.duties.isEmpty }.map { method in
            let names = method.duties.map { types.value("onsale.rpc.v1.Duty", $0)?.name ?? "" }
            return "| \(service.name)/\(method.name) | \(names.joined(separator: " or ")) |\n"
        }
    }

    private func rows(_ service: Service) -> [String] {
        service.methods.flatMap { method in
            rules(of: method.request).map { "| \(service.name)/\(method.name) | `\($0)` | \($1) |\n" }
        }
    }

    /// The fields with a rule, also those of the messages inside, by their paths.
    private func rules(of message: String) -> [(path: String, rule: String)] {
        messages[message]?.fields.flatMap { field in
            let rule = rule(field)
            let own = rule.isEmpty ? [] : [(field.name, rule)]
            guard case .message(let type) = field.kind else { return own }
            return own + rules(of: type).map { ("\(field.name).\($0)", $1) }
        } ?? []
    }

    private func rule(_ field: Field) -> String {
        let rules = field.rules
        let none = rules.isRequired ? "" : " or none"
        var parts: [String] = []
        if !rules.id.isEmpty { parts.append("id of the type \(rules.id): 16 bytes\(none)") }
        if rules.isTime { parts.append("milliseconds since 1970\(rules.isRequired ? "" : ", or 0 for none")") }
        if rules.isDuration { parts.append("milliseconds") }
        if let range = rules.range {
            parts.append("\(range.min) to \(range.max)\(range.zero.isEmpty ? "" : ", or 0 for \(range.zero)")")
        }
        if let text = rules.text {
            let kind = types.value("onsale.rpc.v1.TextKind", text.kind)?.name ?? ""
            parts.append(text.max == 0 ? "`\(kind)`" : "\(text.min) to \(text.max) `\(kind)`")
        }
        if rules.isSecret { parts.append("secret") }
        if rules.isRequired, field.kind.isMessage { parts.append("must be set") }
        return parts.joined(separator: "; ")
    }
}
