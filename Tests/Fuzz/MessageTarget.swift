import CProto
import CProtocPlugin
import CTestProto
import RPC

/// What the validator lets through must unpack, and what was packed again must stay as it is from then on.
enum MessageTarget {
    private static let descriptors = [
        MessageDescriptor(onsale__testing__v1__everything__init), Envelope.descriptor, GoAway.descriptor,
        ListMethodsReply.descriptor, MessageDescriptor(google__protobuf__descriptor_proto__init),
    ]
    nonisolated(unsafe) private static let arena = Arena()  // Sound because libFuzzer calls from one thread.

    static func test(_ input: UnsafeRawBufferPointer) -> Int32 {
        guard let choice = input.first else { return taken }
        let descriptor = descriptors[Int(choice) % descriptors.count]
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        guard (try? WireValidator.validate(bytes, as: descriptor)) != nil else { return taken }
        let once = repacked(bytes, as: descriptor)
        let twice = once.withUnsafeBytes { repacked($0, as: descriptor) }
        expect(once == twice, "packs differently the second time")
        readAndWrite(once)
        return taken
    }

    private static func repacked(_ bytes: UnsafeRawBufferPointer, as descriptor: MessageDescriptor) -> [UInt8] {
        arena.reset()
        do {
            let unpacked = UnsafeMutableRawPointer(mutating: try arena.unpack(bytes, as: descriptor))
            let message = LaidOutMessage(unpacked.assumingMemoryBound(to: ProtobufCMessage.self))
            let size = message.packedSize
            return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                if let start = buffer.baseAddress { message.pack(into: start) }
                count = size
            }
        } catch {
            fatalError("was let through, but: \(error)")
        }
    }

    /// The generated conversions, both ways.
    private static func readAndWrite(_ bytes: [UInt8]) {
        guard let envelope = try? Envelope(decoding: bytes) else { return }
        do {
            let again = try Envelope(decoding: envelope.encoded())
            expect(again == envelope, "an envelope changed on its way through Swift")
        } catch {
            fatalError("an envelope was read, but: \(error)")
        }
    }
}
