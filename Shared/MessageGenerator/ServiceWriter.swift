/// Writes what is made of a service: its method table.
struct ServiceWriter {
    let service: Service
    let file: SchemaFile
    let types: SwiftTypes

    func write(_ text: inout SwiftText) {
        writeMethods(&text)
    }

    private func writeMethods(_ text: inout SwiftText) {
        text.line()
        text.line("/// The methods of `\(service.fullName)`, as callers and servers know them.")
        text.block("package enum \(service.name)Methods") { text in
            for method in service.methods {
                text.comment(method.declaration)
                text.line(
                    "package static let \(tableName(method)) = \(declaration(method))(\"\(service.fullName)/\(method.name)\", "
                        + "isSafeToRepeat: \(method.isSafeToRepeat), callers: \(callers(method)))")
            }
            text.line()
            text.line("package static let service = ServiceDescription(")
            text.line("    \"\(service.fullName)\",")
            let names = service.methods.map { "\(tableName($0)).description" }
            text.line("    methods: [\(names.joined(separator: ", "))],")
            text.line("    file: .\(ProtoFileWriter.name(of: file.name)))")
        }
    }

    private func declaration(_ method: Service.Method) -> String {
        let types = "<\(self.types.name(method.request)), \(self.types.name(method.reply))>"
        return method.isServerStream ? "StreamMethod\(types)" : "Method\(types)"
    }

    /// A method may be called like what the table itself has.
    private func tableName(_ method: Service.Method) -> String {
        let name = SwiftNames.lowerCamel(method.name)
        return ["service", "self", "init"].contains(name) ? "\(name)Method" : SwiftNames.escaped(name)
    }

    private func callers(_ method: Service.Method) -> String {
        let names = method.callers.compactMap { [2: ".user", 3: ".operator", 4: ".service"][$0] }
        return "[\(names.joined(separator: ", "))]"
    }
}
