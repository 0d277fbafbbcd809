import CProto

/// The C descriptor of a message type: its name, its fields, and how they lie in its struct.
///
/// Unchecked, and sound: descriptors are constants of the program that nobody writes to.
@usableFromInline
package struct MessageDescriptor: @unchecked Sendable {
    /// How many fields a message may have. The generator refuses more, and `WireValidator` counts on it.
    package static let maximumFields = 64

    package let pointer: UnsafePointer<ProtobufCMessageDescriptor>

    package init(_ pointer: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.pointer = pointer
    }

    /// Taken from what `initialise`, the `init` function of the struct, writes into it: the address of an imported
    /// constant cannot be had in Swift.
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

    /// In the order of their numbers.
    package var fields: UnsafeBufferPointer<ProtobufCFieldDescriptor> {
        UnsafeBufferPointer(start: pointer.pointee.fields, count: Int(pointer.pointee.n_fields))
    }
}
