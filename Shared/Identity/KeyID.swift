import Encoding
import Kernel

/// The id of a key: four random bytes. A counter could give a new key the id of a dropped one.
package struct KeyID: Hashable, Sendable, LosslessStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Eight hexadecimal digits.
    package init?(_ text: String) {
        guard let bytes = Hexadecimal.bytes(of: text), bytes.count == 4 else { return nil }
        rawValue = bytes.span.bytes.bigEndian(at: 0)
    }

    package var description: String { rawValue.hexadecimalDigits }
}
