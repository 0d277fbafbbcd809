import CProtobufC

/// The C descriptor of a message type: its name, its fields and their layout.
///
/// Unchecked but sound: descriptors are constants of the program.
@usableFromInline
package struct MessageDescriptor: @unchecked Sendable {
    /// The maximum number of fields. The generator refuses more, and `WireValidator` relies on it.
    package static let maximumFields = 64

    package let pointer: UnsafePointer<ProtobufCMessageDescriptor>

    package init(_ pointer: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.pointer = pointer
    }

    /// Reads the descriptor that `initialise`, the struct's `init` function, writes, because Swift cannot take the
    /// address of an imported constant.
    package init<Layout>(_ initialise: (UnsafeMutablePointer<Layout>?) -> Void) {
        self = withUnsafeTemporaryAllocation(of: Layout.self, capacity: 1) { memory in
            initialise(memory.baseAddress)
            let base = UnsafeRawPointer(memory.baseAddress!).assumingMemoryBound(to: ProtobufCMessage.self)
            return MessageDescriptor(base.pointee.descriptor)
        }
        precondition(pointer.pointee.n_fields <= Self.maximumFields, "\(name) has more fields than a message may")
    }

    /// The full name: `onsale.queue.v1.JoinRequest`.
    package var name: String { String(cString: pointer.pointee.name) }

    /// The fields ordered by number.
    package var fields: UnsafeBufferPointer<ProtobufCFieldDescriptor> {
        UnsafeBufferPointer(start: pointer.pointee.fields, count: Int(pointer.pointee.n_fields))
    }
}

extension ProtobufCFieldDescriptor {
    /// The name in the .proto file: `user_id`.
    package var protoName: String { String(cString: name) }
    /// The name in protobuf JSON: `userId`.
    package var jsonName: String { FieldName.json(protoName) }
    /// True for `room_id`. The contracts declare every field with such a name an id.
    package var isNamedAsID: Bool { protoName.hasSuffix("_id") }
    package var isRepeated: Bool { label == PROTOBUF_C_LABEL_REPEATED }
    package var isInOneof: Bool { flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0 }

    /// The type of a field that is a message.
    package var message: MessageDescriptor {
        MessageDescriptor(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    }

    /// The values of a field that is an enum.
    package var enumValues: UnsafeBufferPointer<ProtobufCEnumValue> {
        let descriptor = descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
        return UnsafeBufferPointer(start: descriptor.pointee.values, count: Int(descriptor.pointee.n_values))
    }
}
