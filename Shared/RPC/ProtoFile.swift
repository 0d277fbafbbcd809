import Kernel

/// A .proto file as it was compiled: what reflection hands out.
package struct ProtoFile: Sendable {
    /// `queue.proto`
    package let name: String
    /// The files it imports, without those that every protobuf library brings along.
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

    /// The files and all that they import, each once, imports first.
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
