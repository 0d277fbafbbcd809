/// Turns .proto files into Swift files.
struct Generator {
    struct Output {
        /// `queue.pb.swift`
        let name: String
        let content: String
    }

    private let files: [SchemaFile]
    private let targets: [String: Target]
    private let types: SwiftTypes

    /// `files` holds those to generate and all that they import.
    init(files: [SchemaFile], targets: [String: Target]) {
        self.files = files
        self.targets = targets
        types = SwiftTypes(files)
    }

    /// Everything that is wrong with a file, in the order of its lines; empty means that it can be generated.
    func problems(of file: SchemaFile) -> [SchemaProblem] {
        var problems = SchemaRules.problems(of: file, among: files)
        for name in [file.name] + file.imports where targets[name] == nil && !ProtoFileWriter.isBroughtAlong(name) {
            problems.append(
                SchemaProblem(
                    file: file.name, line: 1, reason: "no module is known for \(name); add it to proto/generate"))
        }
        return problems.sorted { $0.line < $1.line }
    }

    func generate(_ file: SchemaFile) -> Output {
        var text = SwiftText()
        text.line("// Generated from \(file.name) by MessageGenerator. Do not edit: change that file and run generate.")
        text.line()
        for module in imports(of: file) { text.line("import \(module)") }
        for message in file.messages {
            text.line()
            MessageWriter(message: message, types: types).writeType(&text)
        }
        for type in file.enums { EnumWriter(type: type).write(&text) }
        for service in file.services { ServiceWriter(service: service, file: file, types: types).write(&text) }
        for message in file.messages { MessageWriter(message: message, types: types).writeLayout(&text) }
        ProtoFileWriter(file: file).write(&text)
        let base = file.name.split(separator: "/").last?.dropLast(".proto".count) ?? ""
        return Output(name: "\(base).pb.swift", content: text.text)
    }

    private func imports(of file: SchemaFile) -> [String] {
        var modules: Set<String> = ["RPC"]
        if !file.services.isEmpty { modules.insert("Kernel") }
        for name in [file.name] + file.imports {
            guard let target = targets[name] else { continue }
            modules.insert(target.module)
            if name == file.name { modules.insert(target.cModule) }
        }
        if let own = targets[file.name] { modules.remove(own.module) }
        return modules.sorted()
    }
}
