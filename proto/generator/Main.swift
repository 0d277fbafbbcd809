import Files
import Glibc

/// The protoc plugin that writes the Swift side of proto/. `proto/generate` runs it.
@main
enum Main {
    private static let usage = """
        MessageGenerator
            As a plugin of protoc: reads a CodeGeneratorRequest from standard input, writes a CodeGeneratorResponse.
        MessageGenerator compatibility OLD NEW
            Compares two descriptor sets, as protoc --descriptor_set_out writes them. Prints each incompatible change and
            fails if there is one.
        MessageGenerator reference SET
            Prints the reasons and the rules of fields as Markdown. SET needs --include_source_info.
        MessageGenerator refusals SET FILE.proto
            Prints the reasons of a file as Swift for the domain of its service.

        """

    static func main() {
        do {
            let arguments = CommandLine.arguments.dropFirst()
            switch arguments.first {
            case nil: try Bytes.write(try Plugin.answer(try Bytes.read(STDIN_FILENO)), to: STDOUT_FILENO)
            case "compatibility" where arguments.count == 3: try compare(old: arguments[2], new: arguments[3])
            case "reference" where arguments.count == 2:
                try Bytes.write(ReferenceWriter(try descriptorSet(arguments[2])).text, to: STDOUT_FILENO)
            case "refusals" where arguments.count == 3:
                guard let file = try descriptorSet(arguments[2]).first(where: { $0.name == arguments[3] }) else {
                    fail("MessageGenerator: \(arguments[2]) has no file \(arguments[3])\n", status: 1)
                }
                try Bytes.write(ReasonWriter.refusals(of: file), to: STDOUT_FILENO)
            case "--help", "-h": try Bytes.write(usage, to: STDOUT_FILENO)
            default: fail(usage, status: 2)
            }
        } catch {
            fail("MessageGenerator: \(error)\n", status: 1)
        }
    }

    private static func compare(old: String, new: String) throws {
        let problems = Compatibility.problems(from: try descriptorSet(old), to: try descriptorSet(new))
        guard problems.isEmpty else { fail(problems.map { "\($0)\n" }.joined(), status: 1) }
    }

    static func descriptorSet(_ path: String) throws -> [SchemaFile] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw SchemaProblem(file: path, line: 1, reason: "cannot be opened") }
        defer { close(file) }
        return try SchemaProblem.naming(path, "is not a file with a descriptor set") {
            try SchemaReader.files(inSet: try Bytes.read(file))
        }
    }

    private static func fail(_ text: String, status: Int32) -> Never {
        try? Bytes.write(text, to: STDERR_FILENO)
        exit(status)
    }
}
