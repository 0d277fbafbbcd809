/// Writes the code of a service: its method table, the protocol of its servers, and its client.
struct ServiceWriter {
    let service: Service
    let file: SchemaFile
    let types: TypeNames

    func write(_ text: inout SwiftText) {
        writeMethods(&text)
        writeHandlers(&text)
        writeClient(&text)
    }

    private func writeMethods(_ text: inout SwiftText) {
        text.line()
        text.line("/// The methods of `\(service.fullName)`.")
        text.block("package enum \(service.name)Methods") { text in
            for method in service.methods {
                text.comment(method.declaration)
                text.line(
                    "package static let \(tableName(method)) = \(declaration(method))(\"\(service.fullName)/\(method.name)\", "
                        + "isSafeToRepeat: \(method.isSafeToRepeat), \(method.isReadOnly ? "isReadOnly: true, " : "")"
                        + "callers: \(callers(method))\(duties(method))\(secrets(method)))")
            }
            text.line()
            text.line("package static let service = ServiceDescription(")
            text.line("    \"\(service.fullName)\",")
            let names = service.methods.map { "\(tableName($0)).description" }
            text.line("    methods: [\(names.joined(separator: ", "))],")
            text.line("    file: .\(ProtoFileWriter.name(of: file.name)))")
        }
    }

    private func writeHandlers(_ text: inout SwiftText) {
        text.line()
        text.line("/// The calls that a server of `\(service.fullName)` implements.")
        text.block("package protocol \(service.name)Handlers: Sendable") { text in
            for method in service.methods {
                text.comment(method.declaration)
                let head = "func \(functionName(method))(_ request: \(types.name(method.request)), call: Call"
                text.line(head + handling(method).rest)
            }
        }
        text.line()
        text.block("extension \(service.name)Handlers") { text in
            text.line("/// The service to pass to a `Server`.")
            text.block("package var service: ServedService") { text in
                text.line("ServedService(")
                text.line("    \(service.name)Methods.service,")
                text.line("    [")
                for method in service.methods {
                    let handler = "\(functionName(method))(_:call:\(handling(method).label))"
                    text.line("        Route(\(service.name)Methods.\(tableName(method)), \(handler)),")
                }
                text.line("    ])")
            }
        }
    }

    private func writeClient(_ text: inout SwiftText) {
        text.line()
        text.line("/// Calls `\(service.fullName)`.")
        text.block("package struct \(service.name)Client: Sendable") { text in
            text.line("package let client: Client")
            text.line()
            text.block("package init(_ client: Client)") { text in text.line("self.client = client") }
            for method in service.methods {
                text.line()
                text.comment(method.declaration)
                writeCall(method, &text)
            }
        }
    }

    private func writeCall(_ method: Service.Method, _ text: inout SwiftText) {
        let request = types.name(method.request)
        let reply = types.name(method.reply)
        let table = "\(service.name)Methods.\(tableName(method))"
        text.line("package func \(functionName(method))(")
        text.line("    _ request: \(request), _ options: CallOptions = CallOptions()")
        if method.isServerStream {
            text.block(") -> ItemStream<\(request), \(reply)>") { text in
                text.line("client.open(\(table), request, options)")
            }
        } else {
            text.block(") async throws(RPCFailure) -> \(reply)") { text in
                text.line("try await client.call(\(table), request, options)")
            }
        }
    }

    /// How a handler answers: the rest of its declaration after the call, and the label of its last parameter.
    private func handling(_ method: Service.Method) -> (rest: String, label: String) {
        let reply = types.name(method.reply)
        if method.isServerStream { return (", items: ItemWriter<\(reply)>) async throws", "items:") }
        return method.isAnsweredLater ? (", answer: Answer<\(reply)>)", "answer:") : (") async throws -> \(reply)", "")
    }

    private func declaration(_ method: Service.Method) -> String {
        let types = "<\(self.types.name(method.request)), \(self.types.name(method.reply))>"
        return "\(method.isServerStream ? "Stream" : "")Method\(types)"
    }

    /// The name in the method table. Avoids the names that the table declares itself.
    private func tableName(_ method: Service.Method) -> String {
        let name = SwiftNames.lowerCamel(method.name)
        return ["service", "self", "init"].contains(name) ? "\(name)Method" : SwiftNames.escaped(name)
    }

    private func functionName(_ method: Service.Method) -> String {
        SwiftNames.escaped(SwiftNames.lowerCamel(method.name))
    }

    private func callers(_ method: Service.Method) -> String {
        let roles = method.callers.map { types.caseName("onsale.rpc.v1.CallerRole", $0) }.filter { $0 != "anyone" }
        return "[\(roles.map { ".\($0)" }.joined(separator: ", "))]"
    }

    /// The argument with the secret fields of the request. Empty if it has none.
    private func secrets(_ method: Service.Method) -> String {
        let request = file.allMessages.first { $0.fullName == method.request }
        let names = (request?.fields ?? []).filter(\.rules.isSecret).map { "\"\($0.name)\"" }
        return names.isEmpty ? "" : ", secrets: [\(names.joined(separator: ", "))]"
    }

    /// The argument with the duties. Empty if operators may not call the method.
    private func duties(_ method: Service.Method) -> String {
        guard !method.duties.isEmpty else { return "" }
        let names = method.duties.map { ".\(types.caseName("onsale.rpc.v1.Duty", $0))" }
        return ", duties: [\(names.joined(separator: ", "))]"
    }
}
