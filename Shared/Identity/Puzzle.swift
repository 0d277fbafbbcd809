import Kernel

/// Work for a client: a puzzle with n bits costs it 2^n hashes on average, and the service one to check.
///
///     kind u8 | bits u8 | expiry u64 | random u32 | tag (32)        big endian; the tag also covers the network
///
/// The solution is a number: SHA-256 of the challenge and the number begins with the required zero bits. Both fit into one
/// block of the hash.
package struct Puzzle: Equatable, Sendable {
    /// A client does not attempt a harder one: this one takes seconds.
    package static let maximumBits = 24
    fileprivate static let headerByteCount = 14
    private static let batch = 4096

    package let challenge: [UInt8]
    package let requiredBits: Int

    package init(challenge: [UInt8], requiredBits: Int) {
        self.challenge = challenge
        self.requiredBits = requiredBits
    }

    package func isSolved(by nonce: UInt64) -> Bool {
        SHA256Hash(of: challenge + nonce.bigEndianBytes).leadingZeroBits >= requiredBits
    }

    /// Searches on another thread than the caller's. Throws if the task is cancelled.
    @concurrent
    package func solve() async throws(CancellationError) -> UInt64 {
        var message = challenge + UInt64(0).bigEndianBytes
        for nonce in UInt64(0)... {
            if nonce % UInt64(Self.batch) == 0, Task.isCancelled { break }
            var digits = nonce
            for index in 1...8 {
                message[message.count - index] = UInt8(truncatingIfNeeded: digits)
                digits >>= 8
            }
            if SHA256Hash(of: message).leadingZeroBits >= requiredBits { return nonce }
        }
        throw CancellationError()
    }
}

/// Makes puzzles and checks their solutions. It stores nothing: the challenge carries everything, and a tag.
package struct Puzzles: Sendable {
    package static let lifetime = Duration.minutes(1)

    private let key: TagKey

    package init(_ keyFile: KeyFile) {
        key = TagKey(keyFile.keys(for: .walletCredential)[0].secret)
    }

    /// A puzzle for the clients of a network.
    package func make(bits: Int, for network: String, now: Timestamp) -> (puzzle: Puzzle, expiry: Timestamp) {
        let expiry = now + Self.lifetime
        let header =
            [TokenKind.puzzle.rawValue, UInt8(clamping: bits)] + expiry.milliseconds.bigEndianBytes
            + Sodium.randomBytes(4)
        return (Puzzle(challenge: header + tag(header, network), requiredBits: bits), expiry)
    }

    /// The puzzle of a challenge. Nil unless it was made for this network and has not expired.
    package func puzzle(_ challenge: [UInt8], for network: String, now: Timestamp) -> Puzzle? {
        let header = Array(challenge.prefix(Puzzle.headerByteCount))
        guard header.count == Puzzle.headerByteCount, header[0] == TokenKind.puzzle.rawValue,
            key.isTag(Array(challenge.dropFirst(header.count)), of: header + Array(network.utf8)),
            now.milliseconds < header.span.bytes.bigEndian(at: 2) as Int64
        else { return nil }
        return Puzzle(challenge: challenge, requiredBits: Int(header[1]))
    }

    private func tag(_ header: [UInt8], _ network: String) -> [UInt8] { key.tag(of: header + Array(network.utf8)) }
}
