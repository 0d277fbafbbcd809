import CProtocPlugin

/// The plugin interface of protoc: reads a packed CodeGeneratorRequest and returns a packed CodeGeneratorResponse.
enum Plugin {
    static func answer(_ request: [UInt8]) throws(SchemaProblem) -> [UInt8] {
        guard
            let request = google__protobuf__compiler__code_generator_request__unpack(nil, request.count, request)
        else {
            throw SchemaProblem(
                file: "standard input", line: 1, reason: "is not a CodeGeneratorRequest; protoc sends one")
        }
        defer { google__protobuf__compiler__code_generator_request__free_unpacked(request, nil) }
        let files = list(request.pointee.proto_file, request.pointee.n_proto_file).map { SchemaReader.read($0!) }
        let wanted = list(request.pointee.file_to_generate, request.pointee.n_file_to_generate).map {
            String(optional: $0)
        }
        let generator = Generator(files: files, targets: try Target.parse(String(optional: request.pointee.parameter)))
        let sources = files.filter { wanted.contains($0.name) }
        let problems = sources.flatMap { generator.problems(of: $0) }
        guard problems.isEmpty else {
            return pack(outputs: [], error: problems.map(\.description).joined(separator: "\n"))
        }
        return pack(outputs: sources.map { generator.generate($0) }, error: nil)
    }

    private static func pack(outputs: [Generator.Output], error: String?) -> [UInt8] {
        var memory = CMemory()
        defer { memory.free() }
        var response = Google__Protobuf__Compiler__CodeGeneratorResponse()
        google__protobuf__compiler__code_generator_response__init(&response)
        // Declare support for proto3 `optional`, so that this plugin refuses it with a line and a reason.
        let proto3Optional: UInt64 = 1
        response.has_supported_features = 1
        response.supported_features = proto3Optional
        response.error = error.map { memory.string($0) }
        response.n_file = outputs.count
        response.file = memory.array(
            outputs.map { output in
                var file = Google__Protobuf__Compiler__CodeGeneratorResponse__File()
                google__protobuf__compiler__code_generator_response__file__init(&file)
                file.name = memory.string(output.name)
                file.content = memory.string(output.content)
                return memory.array([file])
            })
        let size = google__protobuf__compiler__code_generator_response__get_packed_size(&response)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = google__protobuf__compiler__code_generator_response__pack(&response, buffer.baseAddress)
        }
    }
}

/// Owns the memory that C structs point to until they are packed.
private struct CMemory {
    private var pieces: [UnsafeMutableRawPointer] = []

    mutating func string(_ text: String) -> UnsafeMutablePointer<CChar> { array(text.utf8CString.map { $0 })! }

    mutating func array<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element>? {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        memory.initialize(from: elements, count: elements.count)
        pieces.append(memory)
        return memory
    }

    func free() {
        for piece in pieces { piece.deallocate() }
    }
}
