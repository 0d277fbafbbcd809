import CProtobufC
import Messages

/// Converts messages to and from protobuf JSON, for any type with a descriptor.
///
/// It reads field names in lowerCamelCase or as in the .proto file, and writes lowerCamelCase. 64-bit numbers are strings,
/// bytes are Base64, enums are names. It omits fields with their default value.
package enum MessageJSON {
    /// The packed message that `text` describes.
    package static func bytes(from text: String, as descriptor: MessageDescriptor) throws(JSONError) -> [UInt8] {
        var wire = JSONToWire()
        try wire.message(try JSONParser.parse(text), as: descriptor.pointer)
        do throws(MessageError) {
            return try canonical(wire.bytes, as: descriptor)
        } catch {
            throw JSONError(error.field, error.problem)
        }
    }

    /// The JSON of the packed message in `bytes`, indented by two spaces or on one line.
    package static func text(
        of bytes: [UInt8], as descriptor: MessageDescriptor, isIndented: Bool = true
    ) throws(MessageError) -> String {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var json = WireToJSON(isIndented: isIndented)
        json.message(try unpack(bytes, as: descriptor, in: arena), as: descriptor.pointer)
        return json.text
    }

    /// Unpacks and packs the message, because protobuf-c then orders the fields and omits defaults.
    private static func canonical(_ bytes: [UInt8], as descriptor: MessageDescriptor) throws(MessageError) -> [UInt8] {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let unpacked = UnsafeMutableRawPointer(mutating: try unpack(bytes, as: descriptor, in: arena))
        let message = LaidOutMessage(unpacked.assumingMemoryBound(to: ProtobufCMessage.self))
        let size = message.packedSize
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            if let start = buffer.baseAddress { message.pack(into: start) }
            count = size
        }
    }

    private static func unpack(
        _ bytes: [UInt8], as descriptor: MessageDescriptor, in arena: Arena
    ) throws(MessageError) -> UnsafeRawPointer {
        try bytes.withUnsafeBufferPointer { bytes throws(MessageError) in
            try arena.unpack(UnsafeRawBufferPointer(bytes), as: descriptor)
        }
    }
}
