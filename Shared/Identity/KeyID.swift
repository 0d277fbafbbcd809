import Kernel

/// Which key signed: four random bytes, so that a key made anew is never taken for one that was dropped.
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

    package var description: String { Hexadecimal.text(of: rawValue.bigEndianBytes) }
}
