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

        """

    static func main() {
        do {
            let arguments = CommandLine.arguments.dropFirst()
            switch arguments.first {
            case nil: try Files.write(Plugin.answer(Files.readAll(STDIN_FILENO)), to: STDOUT_FILENO)
            case "compatibility" where arguments.count == 3: try compare(old: arguments[2], new: arguments[3])
            case "--help", "-h": Files.write(Array(usage.utf8), to: STDOUT_FILENO)
            default: fail(usage, status: 2)
            }
        } catch {
            fail("MessageGenerator: \(error)\n", status: 1)
        }
    }

    private static func compare(old: String, new: String) throws(SchemaProblem) {
        let problems = Compatibility.problems(from: try descriptorSet(old), to: try descriptorSet(new))
        guard problems.isEmpty else { fail(problems.map { "\($0)\n" }.joined(), status: 1) }
    }

    private static func descriptorSet(_ path: String) throws(SchemaProblem) -> [SchemaFile] {
        guard let bytes = Files.read(path), let files = DescriptorSet.read(bytes) else {
            throw SchemaProblem(file: path, line: 1, reason: "is not a file with a descriptor set")
        }
        return files
    }

    private static func fail(_ text: String, status: Int32) -> Never {
        Files.write(Array(text.utf8), to: STDERR_FILENO)
        exit(status)
    }
}
