import Messages

/// Reads the descriptors of protoc. The field numbers are those of google/protobuf/descriptor.proto and `options.proto`.
struct SchemaReader {
    /// A descriptor and its path in SourceCodeInfo: the numbers of the fields that lead to it, with their indices.
    private struct Node {
        let message: WireMessage
        let path: [Int]

        func children(_ field: Int) throws -> [Node] {
            try message.messages(UInt64(field)).enumerated().map { Node(message: $1, path: path + [field, $0]) }
        }

        var name: String { message.text(1) }
    }

    private let locations: [[Int]: Declaration]

    /// The files of a packed FileDescriptorSet, as `protoc --descriptor_set_out` writes it.
    static func files(inSet bytes: [UInt8]) throws -> [SchemaFile] {
        try WireMessage(bytes[...]).bytes(1).map(read)
    }

    /// A packed FileDescriptorProto.
    static func read(_ bytes: ArraySlice<UInt8>) throws -> SchemaFile {
        let file = try WireMessage(bytes)
        let package = file.text(2)
        let reader = SchemaReader(locations: try locations(file))
        let node = Node(message: file, path: [])
        return SchemaFile(
            name: file.text(1), package: package, syntax: file.text(12), syntaxLine: reader.declaration([12]).line,
            imports: file.texts(3),
            messages: try node.children(4).map { try reader.message($0, in: package) },
            enums: try node.children(5).map { try reader.enumeration($0, in: package) },
            services: try node.children(6).map { try reader.service($0, in: package) },
            descriptor: try withoutComments(bytes))
    }

    private func message(_ node: Node, in scope: String) throws -> MessageType {
        let fullName = Self.join(scope, node.name)
        let options = try node.message.message(7) ?? WireMessage()
        let swiftName = options.text(50031)
        return MessageType(
            fullName: fullName, declaration: declaration(node.path),
            fields: try node.children(2).map(field),
            oneofs: try node.children(8).map { oneof in
                let swiftName = try oneof.message.message(2)?.text(50041) ?? ""
                return Oneof(
                    name: oneof.name, swiftName: swiftName.isEmpty ? oneof.name : swiftName,
                    declaration: declaration(oneof.path))
            },
            messages: try node.children(3).map { try message($0, in: fullName) },
            enums: try node.children(4).map { try enumeration($0, in: fullName) },
            isMapEntry: options.flag(7),
            // A reserved range of a message excludes its end. One of an enum includes it.
            reservedNumbers: try node.message.messages(9).map { range in
                let start = Int32(range.number(1) ?? 0)
                return start...max(start, Int32((range.number(2) ?? 0) - 1))
            }, swiftName: swiftName.isEmpty ? node.name : swiftName)
    }

    private func field(_ node: Node) throws -> Field {
        let field = node.message
        let options = try field.message(8) ?? WireMessage()
        let repeated = 3
        return Field(
            name: node.name, number: Int32(field.number(3) ?? 0), declaration: declaration(node.path),
            kind: kind(field), isRepeated: field.number(4) == repeated, isPacked: options.number(2) != 0,
            oneof: field.number(9), isProto3Optional: field.flag(17), jsonName: field.text(10),
            rules: try rules(options))
    }

    private func kind(_ field: WireMessage) -> Field.Kind {
        let kinds: [Field.Kind] = [
            .double, .float, .int64, .uint64, .int32, .fixed64, .fixed32, .bool, .string, .group,
            .message(typeName(field, 6)), .bytes, .uint32, .enumeration(typeName(field, 6)), .sfixed32, .sfixed64,
            .sint32, .sint64,
        ]
        let number = field.number(5) ?? 0
        return (1...kinds.count).contains(number) ? kinds[number - 1] : .group
    }

    private func rules(_ options: WireMessage) throws -> Field.Rules {
        Field.Rules(
            id: options.text(50011), isTime: options.flag(50012), isDuration: options.flag(50013),
            range: try options.message(50014).map { range in
                Field.Rules.Range(min: range.number(1) ?? 0, max: range.number(2) ?? 0, zero: range.text(3))
            },
            text: try options.message(50015).map { text in
                Field.Rules.Text(min: text.number(1) ?? 0, max: text.number(2) ?? 0, kind: text.number(3) ?? 0)
            },
            isRequired: options.flag(50016), isSecret: options.flag(50018), swiftName: options.text(50017))
    }

    private func enumeration(_ node: Node, in scope: String) throws -> EnumType {
        EnumType(
            fullName: Self.join(scope, node.name), declaration: declaration(node.path),
            values: try node.children(2).map { value in
                let options = try value.message.message(3)
                return EnumType.Value(
                    name: value.name, number: Int32(value.message.number(2) ?? 0),
                    declaration: declaration(value.path), code: options?.number(50021) ?? 0,
                    sentence: options?.text(50022) ?? "")
            },
            reservedNumbers: try node.message.messages(4).map { range in
                Int32(range.number(1) ?? 0)...Int32(range.number(2) ?? 0)
            })
    }

    private func service(_ node: Node, in scope: String) throws -> Service {
        Service(
            fullName: Self.join(scope, node.name), declaration: declaration(node.path),
            methods: try node.children(2).map(method))
    }

    private func method(_ node: Node) throws -> Service.Method {
        let method = node.message
        let options = try method.message(4)
        let noSideEffects = 1
        let idempotent = 2
        return Service.Method(
            name: node.name, declaration: declaration(node.path),
            request: typeName(method, 2), reply: typeName(method, 3),
            isClientStream: method.flag(5), isServerStream: method.flag(6),
            isSafeToRepeat: [noSideEffects, idempotent].contains(options?.number(34)),
            isReadOnly: options?.number(34) == noSideEffects,
            isAnsweredLater: options?.flag(50002) ?? false, callers: try options?.numbers(50001) ?? [],
            duties: try options?.numbers(50003) ?? [])
    }

    /// A full name without the dot that it begins with.
    private func typeName(_ message: WireMessage, _ field: UInt64) -> String {
        String(message.text(field).drop { $0 == "." })
    }

    private func declaration(_ path: [Int]) -> Declaration { locations[path] ?? Declaration(line: 1, comment: "") }

    private static func locations(_ file: WireMessage) throws -> [[Int]: Declaration] {
        var locations: [[Int]: Declaration] = [:]
        for location in try file.message(9)?.messages(1) ?? [] {
            let leading = location.text(3)
            locations[try location.numbers(1)] = Declaration(
                line: (try location.numbers(2).first ?? 0) + 1, comment: leading.isEmpty ? location.text(4) : leading)
        }
        return locations
    }

    /// The bytes of the file without its SourceCodeInfo.
    private static func withoutComments(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        try bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            var kept: [UInt8] = []
            while !reader.isAtEnd {
                let start = reader.rest
                let tag = try reader.tag()
                try reader.skip(tag & 7)
                if tag >> 3 != 9 { kept += start.prefix(start.count - reader.rest.count) }
            }
            return kept
        }
    }

    private static func join(_ scope: String, _ name: String) -> String { scope.isEmpty ? name : "\(scope).\(name)" }
}
