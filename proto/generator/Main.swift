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
            case nil: Files.write(try Plugin.answer(Files.readAll(STDIN_FILENO)), to: STDOUT_FILENO)
            case "compatibility" where arguments.count == 3: try compare(old: arguments[2], new: arguments[3])
            case "reference" where arguments.count == 2:
                print(ReferenceWriter(try descriptorSet(arguments[2])).text)
            case "refusals" where arguments.count == 3:
                guard let file = try descriptorSet(arguments[2]).first(where: { $0.name == arguments[3] }) else {
                    fail("MessageGenerator: \(arguments[2]) has no file \(arguments[3])\n", status: 1)
                }
                print(ReasonWriter.refusals(of: file))
            case "--help", "-h": print(usage)
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

    private static func descriptorSet(_ path: String) throws -> [SchemaFile] {
        try SchemaProblem.naming(path, "is not a file with a descriptor set") {
            try SchemaReader.files(inSet: Files.read(path))
        }
    }

    private static func print(_ text: String) { Files.write(Array(text.utf8), to: STDOUT_FILENO) }

    private static func fail(_ text: String, status: Int32) -> Never {
        Files.write(Array(text.utf8), to: STDERR_FILENO)
        exit(status)
    }
}
