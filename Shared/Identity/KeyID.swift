import Encoding
import Kernel

/// The id of a key: four random bytes, because a counter could give a new key the id of a dropped one.
package struct KeyID: Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    static func random() -> KeyID {
        KeyID(rawValue: UInt32(bigEndianBytes: Sodium.randomBytes(4)))
    }
}

extension KeyID: LosslessStringConvertible {
    /// Eight hexadecimal digits.
    package init?(_ text: String) {
        guard let bytes = Hexadecimal.bytes(of: text), bytes.count == 4 else { return nil }
        rawValue = UInt32(bigEndianBytes: bytes)
    }

    package var description: String { rawValue.hexadecimal }
}
