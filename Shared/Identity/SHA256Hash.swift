import COpenSSL

/// A SHA-256 hash: 32 bytes without an allocation, because a log keeps millions of them. OpenSSL makes it, because it uses
/// the instructions of the processor for SHA-256, and libsodium does not.
package struct SHA256Hash: Hashable, Sendable {
    package static let byteCount = 32

    /// The bytes in the order of memory.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init(of message: [UInt8]) {
        self = message.withUnsafeBufferPointer { SHA256Hash(of: $0) }
    }

    /// The hash of a prefix and two hashes.
    package init(prefix: UInt8, _ left: SHA256Hash, _ right: SHA256Hash) {
        self = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 + 2 * Self.byteCount) { message in
            message[0] = prefix
            let bytes = UnsafeMutableRawBufferPointer(message)
            bytes.storeBytes(of: left.words, toByteOffset: 1, as: (UInt64, UInt64, UInt64, UInt64).self)
            bytes.storeBytes(
                of: right.words, toByteOffset: 1 + Self.byteCount, as: (UInt64, UInt64, UInt64, UInt64).self)
            return SHA256Hash(of: UnsafeBufferPointer(message))
        }
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    private init(of message: UnsafeBufferPointer<UInt8>) {
        withUnsafeMutableBytes(of: &words) { hash in
            guard let start = hash.assumingMemoryBound(to: UInt8.self).baseAddress else {
                preconditionFailure("thirty-two bytes have an address")
            }
            onsale_sha256(message.baseAddress, message.count, start)
        }
    }

    /// The number of zero bits at the start, up to 64.
    var leadingZeroBits: Int { UInt64(bigEndian: words.0).leadingZeroBitCount }

    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    package static func == (a: SHA256Hash, b: SHA256Hash) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: words) { hasher.combine(bytes: $0) }
    }
}
