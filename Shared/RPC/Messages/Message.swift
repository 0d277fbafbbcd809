import CProto

/// A message of proto/: a value that can be read from and written to the bytes of the wire.
///
/// The generator writes the conformances. On the way in, bytes are validated, unpacked by protobuf-c into an arena, and
/// read from there; on the way out, a message is laid out in an arena, measured, and packed wherever its bytes shall be.
@usableFromInline
package protocol Message: Equatable, Sendable {
    /// The struct that protobuf-c packs and unpacks.
    associatedtype Layout

    static var descriptor: MessageDescriptor { get }

    /// Copies everything out of the struct.
    init(reading fields: UnsafePointer<Layout>)

    /// Builds the struct. It lives as long as `arena` is not reset.
    func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Layout>
}

extension Message {
    /// Bytes from anywhere: whatever they are, the outcome is a message or an error that names what is wrong.
    @inlinable
    package init(decoding bytes: UnsafeRawBufferPointer, in arena: Arena) throws(MessageError) {
        defer { withExtendedLifetime(arena) {} }
        let unpacked = try arena.unpack(bytes, as: Self.descriptor)
        self.init(reading: UnsafePointer(unpacked.assumingMemoryBound(to: Layout.self)))
    }

    /// Ready to be packed; good until `arena` is reset.
    @inlinable
    package func laidOut(in arena: Arena) throws(MessageError) -> LaidOutMessage {
        LaidOutMessage(try layOut(in: arena))
    }
}

/// A message that lies in an arena as a C struct, about to be packed.
@usableFromInline
package struct LaidOutMessage {
    @usableFromInline
    let base: UnsafePointer<ProtobufCMessage>

    @inlinable
    package init<Layout>(_ fields: UnsafeMutablePointer<Layout>) {
        base = UnsafeRawPointer(fields).assumingMemoryBound(to: ProtobufCMessage.self)
    }

    @inlinable
    package var packedSize: Int { protobuf_c_message_get_packed_size(base) }

    /// Writes exactly `packedSize` bytes.
    @inlinable
    package func pack(into bytes: UnsafeMutableRawPointer) {
        protobuf_c_message_pack(base, bytes.assumingMemoryBound(to: UInt8.self))
    }
}

// Whole arrays, for where nothing is in a hurry.
extension Message {
    package init(decoding bytes: [UInt8]) throws(MessageError) {
        let arena = Arena()
        self = try bytes.withUnsafeBufferPointer { bytes throws(MessageError) in
            try Self(decoding: UnsafeRawBufferPointer(bytes), in: arena)
        }
    }

    package func encoded() throws(MessageError) -> [UInt8] {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let message = try laidOut(in: arena)
        let size = message.packedSize
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            if let start = buffer.baseAddress { message.pack(into: start) }
            count = size
        }
    }
}
