import Encoding
import Kernel
import Messages
import TestSupport
import Testing

/// Properties of all messages and all bytes.
struct PropertyTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func `any random message survives a round trip`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let message = Everything.random(using: &random)
            #expect(try Everything(decoding: message.encoded()) == message, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [UInt64(4), 5])
    func `damaged bytes are refused or decode to a message that survives a round trip`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<2_000 {
            var bytes = try Everything.random(using: &random).encoded()
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let message = try? Everything(decoding: bytes) else { continue }
            let again = try message.encoded()
            // Compare bytes, because a NaN is not equal to itself.
            #expect(try Everything(decoding: again).encoded() == again, "seed \(seed), round \(round)")
        }
    }

    /// Swift writes, Python's protobuf library reads and writes, Swift reads.
    @Test func `another library reads and writes the same`() async throws {
        var random = SeededGenerator(seed: 6)
        let messages = [Everything(), .full] + (0..<300).map { _ in Everything.random(using: &random) }
        let answers = try await Mirror.reflect(
            messages.map { Hexadecimal.text(of: try $0.encoded()) }, .packed, .packed)
        for (message, answer) in zip(messages, answers) {
            #expect(try Everything(decoding: bytes(answer)) == message)
        }
    }
}
