/// A 64-bit hash (FNV-1a) of a request's content. It distinguishes a retry from a request id that was reused for other
/// content.
///
/// It does not resist deliberate collisions. A collision affects only the requests of the caller who made it.
package struct Fingerprint: Hashable, Sendable {
    package let value: Int64

    package init(stored value: Int64) {
        self.value = value
    }

    package init(_ parts: some Sequence<String>) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            // UTF-8 never contains 0xff, so ("ab", "c") and ("a", "bc") get different hashes.
            hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        value = Int64(bitPattern: hash)
    }
}
