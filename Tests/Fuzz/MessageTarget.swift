import CProtobufC
import CTestProto
import Messages
import RPC

/// Checks that a message that the validator accepts can be unpacked, and that packing it again gives the same bytes.
enum MessageTarget {
    private static let descriptors = [
        MessageDescriptor(onsale__testing__v1__everything__init), Envelope.descriptor, GoAway.descriptor,
        ListMethodsReply.descriptor, MessageDescriptor(onsale__testing__v1__tree__init),
    ]
    nonisolated(unsafe) private static let arena = Arena()  // Safe because libFuzzer calls from one thread.

    static func test(_ input: UnsafeRawBufferPointer) -> Int32 {
        guard let choice = input.first else { return taken }
        let descriptor = descriptors[Int(choice) % descriptors.count]
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        guard (try? WireValidator.validate(bytes, as: descriptor)) != nil else { return taken }
        let once = repacked(bytes, as: descriptor)
        let twice = once.withUnsafeBytes { repacked($0, as: descriptor) }
        expect(once == twice, "the second packing differs from the first")
        readAndWrite(once)
        return taken
    }

    private static func repacked(_ bytes: UnsafeRawBufferPointer, as descriptor: MessageDescriptor) -> [UInt8] {
        arena.reset()
        do {
            let unpacked = UnsafeMutableRawPointer(mutating: try arena.unpack(bytes, as: descriptor))
            return LaidOutMessage(unpacked.assumingMemoryBound(to: ProtobufCMessage.self)).bytes
        } catch {
            fatalError("cannot unpack a message that the validator accepted: \(error)")
        }
    }

    /// Runs the generated conversions in both directions.
    private static func readAndWrite(_ bytes: [UInt8]) {
        guard let envelope = try? Envelope(decoding: bytes) else { return }
        do {
            let again = try Envelope(decoding: envelope.encoded())
            expect(again == envelope, "an envelope differs after conversion to Swift and back")
        } catch {
            fatalError("cannot read an envelope that Swift has written: \(error)")
        }
    }
}
