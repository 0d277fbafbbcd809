import CProtobufC
import Kernel
import Messages

/// Converts messages to and from protobuf JSON, for any type with a descriptor.
///
/// It reads field names in lowerCamelCase or as in the .proto file, and writes lowerCamelCase. 64-bit numbers are strings,
/// bytes are Base64, enums are names. It omits fields with their default value. Ids, which are bytes with a name that ends
/// in `_id`, are UUIDs: it writes them so, except in the canonical text, and reads both forms.
package enum MessageJSON {
    /// The packed message that `text` describes.
    package static func bytes(from text: String, as descriptor: MessageDescriptor) throws(JSONError) -> [UInt8] {
        var wire = JSONToWire()
        try wire.message(try JSONParser.parse(text), as: descriptor)
        do throws(MessageError) {
            // Unpacks and packs the message, because protobuf-c then orders the fields and omits defaults.
            return try unpacked(wire.bytes, as: descriptor) { message in
                LaidOutMessage(message.assumingMemoryBound(to: ProtobufCMessage.self)).bytes
            }
        } catch {
            throw JSONError(error.field, error.problem)
        }
    }

    /// The JSON of the packed message in `bytes`, indented by two spaces or on one line.
    package static func text(
        of bytes: [UInt8], as descriptor: MessageDescriptor, isIndented: Bool = true
    ) throws(MessageError) -> String {
        try unpacked(bytes, as: descriptor) {
            WireToJSON().text(of: $0, as: descriptor, isIndented ? .indented : .spaced)
        }
    }

    /// The compact JSON of the packed message as every protobuf library writes it: ids are bytes in Base64.
    package static func canonicalText(
        of bytes: [UInt8], as descriptor: MessageDescriptor
    ) throws(MessageError) -> String {
        let writer = WireToJSON(writesUUIDs: false)
        return try unpacked(bytes, as: descriptor) { writer.text(of: $0, as: descriptor, .compact) }
    }

    /// The compact JSON of the packed message for a log: without the fields `secrets`.
    package static func logText(
        of bytes: [UInt8], as descriptor: MessageDescriptor, without secrets: Set<String>
    ) throws(MessageError) -> String {
        let writer = WireToJSON(omitted: secrets)
        return try unpacked(bytes, as: descriptor) { writer.text(of: $0, as: descriptor, .compact) }
    }

    private static func unpacked<Value>(
        _ bytes: [UInt8], as descriptor: MessageDescriptor, _ body: (UnsafeMutableRawPointer) -> Value
    ) throws(MessageError) -> Value {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let message = try bytes.withUnsafeBufferPointer { bytes throws(MessageError) in
            try arena.unpack(UnsafeRawBufferPointer(bytes), as: descriptor)
        }
        return body(UnsafeMutableRawPointer(mutating: message))
    }
}

/// The reason why text is not the JSON of a message.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// The place of the error: `line 2, column 7`, or the path of a field: `nesteds[3].name`. Empty for the whole text.
    package let place: String
    /// The error, with the allowed values.
    package let problem: String

    init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { place.isEmpty ? problem : "\(place): \(problem)" }
}
