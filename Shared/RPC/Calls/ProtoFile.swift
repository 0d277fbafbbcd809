import Encoding

/// A compiled .proto file, for reflection.
package struct ProtoFile: Sendable {
    /// `queue.proto`
    package let name: String
    /// The imported files, without those that every protobuf library contains.
    package let imports: [ProtoFile]
    /// A packed google.protobuf.FileDescriptorProto, without comments, in hexadecimal digits.
    private let digits: StaticString

    package init(_ name: String, imports: [ProtoFile], _ digits: StaticString) {
        self.name = name
        self.imports = imports
        self.digits = digits
    }

    /// A packed google.protobuf.FileDescriptorProto.
    package var descriptor: [UInt8] {
        Hexadecimal.bytes(of: "\(digits)") ?? []
    }

    /// The files and all their imports, each once, imports first.
    package static func withImports(_ files: [ProtoFile]) -> [ProtoFile] {
        var all: [ProtoFile] = []
        for file in files {
            for needed in withImports(file.imports) + [file] where !all.contains(where: { $0.name == needed.name }) {
                all.append(needed)
            }
        }
        return all
    }
}
