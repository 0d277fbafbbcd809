import CSodium

/// A BLAKE2b hash of 32 bytes.
package struct Digest: Hashable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    package init(of message: [UInt8]) {
        bytes = Sodium.blake2b(of: message, byteCount: Self.byteCount)
    }

    /// Nil unless `bytes` has exactly 32 bytes.
    package init?(stored bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Compares in constant time.
    package func isHash(of message: [UInt8]) -> Bool {
        sodium_memcmp(bytes, Digest(of: message).bytes, Self.byteCount) == 0
    }
}
