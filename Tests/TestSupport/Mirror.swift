import RPC

/// Python's protobuf library, which reads our messages and writes them again.
package enum Mirror {
    package enum Form: String {
        case packed, json
    }

    package struct MirrorError: Error {
        package let output: String
    }

    /// Returns one answer for each line.
    package static func reflect(_ lines: [String], _ given: Form, _ wanted: Form) async throws -> [String] {
        try await onThread { try reflectNow(lines, given, wanted) }
    }

    private static func reflectNow(_ lines: [String], _ given: Form, _ wanted: Form) throws -> [String] {
        let folder = TemporaryFolder()
        folder.write(lines.map { $0 + "\n" }.joined(), to: "lines")
        let outcome = Command.run(
            "\(Repository.folder)/Tests/TestSupport/mirror.py", given.rawValue, wanted.rawValue, "\(folder.path)/lines")
        let answers = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard outcome.status == 0, answers.count == lines.count else { throw MirrorError(output: outcome.output) }
        return answers.map(String.init)
    }
}
