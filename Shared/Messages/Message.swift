import CProtobufC

/// A message of proto/: a value that can be decoded from and encoded to bytes.
///
/// The generator writes the conformances. Decoding validates the bytes, lets protobuf-c unpack them into an arena, and
/// copies the values. Encoding lays the message out in an arena, measures it, and packs it into its destination.
@usableFromInline
package protocol Message: Equatable, Sendable {
    /// The C struct that protobuf-c packs and unpacks.
    associatedtype Layout

    static var descriptor: MessageDescriptor { get }

    /// Throws if a field breaks a rule of the contract.
    static func check(_ fields: UnsafePointer<Layout>) throws(MessageError)

    /// Copies the values from the struct. Throws if an id has another length, or a required message or id is absent.
    init(reading fields: UnsafePointer<Layout>) throws(MessageError)

    /// Builds the struct. It is valid until `arena` is reset.
    func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Layout>
}

extension Message {
    @inlinable
    package static func check(_ fields: UnsafePointer<Layout>) throws(MessageError) {}

    /// Decodes untrusted bytes. Throws an error that names the invalid field.
    @inlinable
    package init(decoding bytes: UnsafeRawBufferPointer, in arena: Arena) throws(MessageError) {
        defer { withExtendedLifetime(arena) {} }
        let unpacked = try arena.unpack(bytes, as: Self.descriptor)
        try self.init(reading: UnsafePointer(unpacked.assumingMemoryBound(to: Layout.self)))
    }

    /// Decodes a request. Also throws if a field breaks a rule of the contract, such as a range. A client does not check
    /// the rules of a reply, because those of another version may differ.
    @inlinable
    package init(checking bytes: UnsafeRawBufferPointer, in arena: Arena) throws(MessageError) {
        defer { withExtendedLifetime(arena) {} }
        let fields = UnsafePointer(try arena.unpack(bytes, as: Self.descriptor).assumingMemoryBound(to: Layout.self))
        try Self.check(fields)
        try self.init(reading: fields)
    }

    /// Throws if a field breaks a rule of the contract, as the server of a request does.
    package func check() throws(MessageError) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        try Self.check(try layOut(in: arena))
    }

    /// Lays the message out for packing. Valid until `arena` is reset.
    @inlinable
    package func laidOut(in arena: Arena) throws(MessageError) -> LaidOutMessage {
        LaidOutMessage(try layOut(in: arena))
    }
}

/// A message laid out as a C struct in an arena.
@usableFromInline
package struct LaidOutMessage {
    @usableFromInline let base: UnsafePointer<ProtobufCMessage>
    /// The number of bytes that `pack` writes.
    @usableFromInline package let size: Int

    @inlinable
    package init<Layout>(_ fields: UnsafeMutablePointer<Layout>) {
        base = UnsafeRawPointer(fields).assumingMemoryBound(to: ProtobufCMessage.self)
        size = protobuf_c_message_get_packed_size(base)
    }

    @inlinable
    package func pack(into bytes: UnsafeMutableRawPointer) {
        protobuf_c_message_pack(base, bytes.assumingMemoryBound(to: UInt8.self))
    }

    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            if let start = buffer.baseAddress { pack(into: start) }
            count = size
        }
    }
}

// Conversions from and to arrays, for code that is not performance-critical.
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
        return try laidOut(in: arena).bytes
    }
}
