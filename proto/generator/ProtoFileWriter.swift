import Kernel

/// Writes the compiled .proto file as a constant, for reflection.
struct ProtoFileWriter {
    let file: SchemaFile

    /// `queue` for `queue.proto`.
    static func name(of file: String) -> String {
        let base = file.split(separator: "/").last.map(String.init) ?? file
        return SwiftNames.escaped(SwiftNames.lowerCamel(String(base.prefix { $0 != "." })))
    }

    /// True for a file that every protobuf library contains. Reflection does not serve these.
    static func isStandard(_ file: String) -> Bool { file.hasPrefix("google/protobuf/") }

    func write(_ text: inout SwiftText) {
        let imports = file.imports.filter { !Self.isStandard($0) }.map { ".\(Self.name(of: $0))" }
        text.line()
        text.block("extension ProtoFile") { text in
            text.line("/// `\(file.name)`")
            text.line("package static let \(Self.name(of: file.name)) = ProtoFile(")
            text.line("    \"\(file.name)\", imports: [\(imports.joined(separator: ", "))],")
            text.line("    \"\"\"")
            let digits = file.descriptor.map(\.hexadecimalDigits).joined()
            var rest = digits[...]
            while !rest.isEmpty {
                let part = rest.prefix(96)
                rest = rest.dropFirst(96)
                text.line("    \(part)\(rest.isEmpty ? "" : "\\")")
            }
            text.line("    \"\"\")")
        }
    }
}
