import Messages

/// The plugin interface of protoc: reads a packed CodeGeneratorRequest and returns a packed CodeGeneratorResponse.
enum Plugin {
    static func answer(_ bytes: [UInt8]) throws -> [UInt8] {
        let request = try SchemaProblem.naming("standard input", "is not a CodeGeneratorRequest; protoc sends one") {
            try WireMessage(bytes[...])
        }
        let files = try request.bytes(15).map(SchemaReader.read)
        let generator = Generator(files: files, targets: try Target.parse(request.text(2)))
        let sources = files.filter { request.texts(1).contains($0.name) }
        let problems = sources.flatMap { generator.problems(of: $0) }
        // Declare support for proto3 `optional`, so that this plugin refuses it with a line and a reason.
        let proto3Optional: [UInt8] = [2 << 3, 1]
        if !problems.isEmpty {
            return field(1, problems.map(\.description).joined(separator: "\n").utf8) + proto3Optional
        }
        return sources.map { generator.generate($0) }.reduce(proto3Optional) { answer, output in
            answer + field(15, field(1, output.name.utf8) + field(15, output.content.utf8))
        }
    }

    /// A field of texts or messages on the wire.
    private static func field(_ number: UInt64, _ content: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(atMost: WireWriter.maxFieldHeaderBytes + content.count) { writer in
            Array(content).withUnsafeBytes { writer.bytes(number, $0) }
        }
        return bytes
    }
}
