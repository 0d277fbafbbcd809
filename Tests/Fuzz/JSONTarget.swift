import CProtobufC
import CTestProto
import MessageJSON
import Messages
import RPC

/// Checks that text becomes a message or an error, and that a message becomes text that becomes the same message.
enum JSONTarget {
    private static let descriptor = MessageDescriptor(onsale__testing__v1__everything__init)

    static func test(_ input: UnsafeRawBufferPointer) -> Int32 {
        if let text = String(validating: input, as: UTF8.self),
            let message = try? MessageJSON.bytes(from: text, as: descriptor)
        {
            expect(throughText(message) == message, "a message differs after conversion to text and back")
        } else if let text = try? MessageJSON.text(of: Array(input), as: descriptor) {
            // JSON loses unknown fields and the bits of a NaN, so this compares the text.
            let message = encoded(text)
            expect(decoded(message) == text, "a text differs after conversion to a message and back")
        }
        return taken
    }

    private static func throughText(_ message: [UInt8]) -> [UInt8] { encoded(decoded(message)) }

    private static func decoded(_ message: [UInt8]) -> String {
        do {
            return try MessageJSON.text(of: message, as: descriptor)
        } catch {
            fatalError("cannot convert its own output: \(error)")
        }
    }

    private static func encoded(_ text: String) -> [UInt8] {
        do {
            return try MessageJSON.bytes(from: text, as: descriptor)
        } catch {
            fatalError("cannot convert its own output: \(error)")
        }
    }
}
