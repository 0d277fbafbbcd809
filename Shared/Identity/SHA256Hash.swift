import COpenSSL

/// A SHA-256 hash: 32 bytes without an allocation, because a log keeps millions of them. OpenSSL computes it with
/// the instructions of the processor for SHA-256, which libsodium does not use.
package struct SHA256Hash: Hashable, Sendable {
    package static let byteCount = 32

    /// The bytes in the order of memory.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init(of message: [UInt8]) {
        self = message.withUnsafeBufferPointer { SHA256Hash(of: $0) }
    }

    /// The hash of a message of `count` bytes, which `fill` writes, without an allocation.
    package init(ofMessage count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        self = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { message in
            fill(UnsafeMutableRawBufferPointer(message))
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

    /// Writes the 32 bytes.
    package func store(in message: UnsafeMutableRawBufferPointer, at offset: Int) {
        message.storeBytes(of: words, toByteOffset: offset, as: (UInt64, UInt64, UInt64, UInt64).self)
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    package static func == (a: SHA256Hash, b: SHA256Hash) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: words) { hasher.combine(bytes: $0) }
    }
}
