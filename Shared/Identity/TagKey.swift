import CSodium

/// A key that authenticates messages by a tag: HMAC-SHA-512-256, as in `crypto_auth`.
struct TagKey: Sendable {
    static let tagByteCount = Int(crypto_auth_hmacsha512256_BYTES)

    /// The HMAC state after the key. Computing it once halves the work for a short message.
    private var ready = crypto_auth_hmacsha512256_state()

    init(_ key: SecretKey) {
        key.withUnsafePointer { _ = crypto_auth_hmacsha512256_init(&ready, $0, SecretKey.byteCount) }
    }

    func tag(of message: [UInt8]) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: Self.tagByteCount)
        write(tagOf: message, message.count, to: &tag)
        return tag
    }

    /// True if the last bytes of `message` are the tag of the bytes before. Compares in constant time.
    func endsWithItsTag(_ message: RawSpan) -> Bool {
        message.withUnsafeBytes { message in
            let contentCount = message.count - Self.tagByteCount
            guard contentCount >= 0, let bytes = message.assumingMemoryBound(to: UInt8.self).baseAddress else {
                return false
            }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.tagByteCount) { tag in
                guard let tag = tag.baseAddress else { return false }
                write(tagOf: bytes, contentCount, to: tag)
                return sodium_memcmp(tag, bytes + contentCount, Self.tagByteCount) == 0
            }
        }
    }

    private func write(tagOf message: UnsafePointer<UInt8>, _ count: Int, to tag: UnsafeMutablePointer<UInt8>) {
        var state = ready
        crypto_auth_hmacsha512256_update(&state, message, UInt64(count))
        crypto_auth_hmacsha512256_final(&state, tag)
    }
}

extension TagKey: CustomStringConvertible, CustomReflectable {
    var description: String { "secret" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
