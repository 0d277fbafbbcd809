import TestSupport

@testable import MessageGenerator

/// Compiles .proto text with protoc.
struct Compiled {
    struct CompileError: Error {
        let output: String
    }

    let files: [SchemaFile]

    /// The file has the name test.proto and can import `options.proto` of this repository.
    init(_ text: String) throws {
        let folder = TemporaryFolder()
        folder.write(text, to: "test.proto")
        let outcome = Command.run(
            "protoc", "-I\(folder.path)", "-I\(Repository.folder)/proto", "--include_imports", "--include_source_info",
            "--descriptor_set_out=\(folder.path)/set", "test.proto")
        guard outcome.status == 0 else { throw CompileError(output: outcome.output) }
        files = try Main.descriptorSet("\(folder.path)/set")
    }

    var file: SchemaFile { files.last! }

    /// The problems that the generator reports: `12: reason`.
    var problems: [String] { generator.problems(of: file).map { "\($0.line): \($0.reason)" } }

    var generated: String { generator.generate(file).content }

    private var generator: Generator {
        let target = Target(module: "TestAPI", cModule: "CProto")
        let options = Target(module: "RPC", cModule: "CProto")
        return Generator(files: files, targets: ["test.proto": target, "options.proto": options])
    }
}
