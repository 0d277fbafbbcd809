import CProto
import CTestProto
import MessageJSON
import RPC

/// Text becomes a message or an error; a message becomes text that becomes the same message.
enum JSONTarget {
    private static let descriptor = MessageDescriptor(onsale__testing__v1__everything__init)

    static func test(_ input: UnsafeRawBufferPointer) -> Int32 {
        if let text = String(validating: input, as: UTF8.self),
            let message = try? MessageJSON.bytes(from: text, as: descriptor)
        {
            expect(throughText(message) == message, "text and back is another message")
        } else if let text = try? MessageJSON.text(of: Array(input), as: descriptor) {
            // Unknown fields are lost, and the bits of a NaN: what is compared is the text.
            let message = encoded(text)
            expect(decoded(message) == text, "a message and back is another text")
        }
        return taken
    }

    private static func throughText(_ message: [UInt8]) -> [UInt8] { encoded(decoded(message)) }

    private static func decoded(_ message: [UInt8]) -> String {
        do {
            return try MessageJSON.text(of: message, as: descriptor)
        } catch {
            fatalError("was written here, but: \(error)")
        }
    }

    private static func encoded(_ text: String) -> [UInt8] {
        do {
            return try MessageJSON.bytes(from: text, as: descriptor)
        } catch {
            fatalError("was written here, but: \(error)")
        }
    }
}
