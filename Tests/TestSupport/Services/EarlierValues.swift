import CProtobufC
import Messages

/// The latest value of each field in earlier messages, by the name and type of the field.
struct EarlierValues {
    private struct Key: Hashable {
        let name: String
        let type: UInt32
        let isRepeated: Bool

        init(_ field: ProtobufCFieldDescriptor) {
            name = field.protoName
            type = field.type.rawValue
            isRepeated = field.isRepeated
        }
    }

    /// The wire type and the bytes after the tag.
    private var values: [Key: (type: UInt64, bytes: [UInt8])] = [:]

    /// Takes the fields of a message, and those of the messages inside.
    mutating func take<Taken: Message>(_ message: Taken) throws {
        try message.encoded().withUnsafeBytes { try take($0, as: Taken.descriptor) }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer, as descriptor: MessageDescriptor) throws {
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            var value = reader
            try reader.skip(tag & 7)
            guard let field = descriptor.fields.first(where: { UInt64($0.id) == tag >> 3 }) else { continue }
            let size = value.rest.count - reader.rest.count
            values[Key(field)] = (tag & 7, Array(value.rest.prefix(size)))
            if field.type == PROTOBUF_C_TYPE_MESSAGE { try take(try value.bytes(), as: field.message) }
        }
    }

    /// A request whose fields have the values of earlier ones. Fields without an earlier value are not set.
    func request(as descriptor: MessageDescriptor) -> [UInt8] {
        descriptor.fields.reduce(into: []) { request, field in
            guard let value = values[Key(field)] else { return }
            request.append(atMost: WireWriter.maxFieldHeaderBytes) { $0.varint(UInt64(field.id) << 3 | value.type) }
            request += value.bytes
        }
    }
}
