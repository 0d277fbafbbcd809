import COpenSSL
import CSodium

/// A key that authenticates messages by a tag: HMAC-SHA-512-256, as `crypto_auth` of libsodium computes it.
struct TagKey: Sendable {
    static let tagByteCount = 32

    /// The HMAC state after the key. Computing it once halves the work for a short message.
    private var ready = onsale_tag_key()

    init(_ key: SecretKey) {
        key.withUnsafePointer { onsale_tag_key_init(&ready, $0, SecretKey.byteCount) }
    }

    func tag(of message: [UInt8]) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: Self.tagByteCount)
        write(tagOf: message, message.count, to: &tag)
        return tag
    }

    /// Compares in constant time.
    func isTag(_ tag: [UInt8], of message: [UInt8]) -> Bool {
        tag.count == Self.tagByteCount && sodium_memcmp(tag, self.tag(of: message), Self.tagByteCount) == 0
    }

    /// True if the bytes of `message` at `position` are the tag of its first `count` bytes. Compares in constant time.
    func isTag(at position: Int, ofFirst count: Int, in message: RawSpan) -> Bool {
        message.withUnsafeBytes { message in
            guard count >= 0, position >= 0, message.count >= max(count, position + Self.tagByteCount),
                let bytes = message.assumingMemoryBound(to: UInt8.self).baseAddress
            else { return false }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.tagByteCount) { tag in
                guard let tag = tag.baseAddress else { return false }
                write(tagOf: bytes, count, to: tag)
                return sodium_memcmp(tag, bytes + position, Self.tagByteCount) == 0
            }
        }
    }

    private func write(tagOf message: UnsafePointer<UInt8>, _ count: Int, to tag: UnsafeMutablePointer<UInt8>) {
        withUnsafePointer(to: ready) { onsale_tag($0, message, count, tag) }
    }
}

extension TagKey: CustomStringConvertible, CustomReflectable {
    var description: String { "secret" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
