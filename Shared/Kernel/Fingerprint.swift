/// What a request asked for, in 64 bits: enough to tell a retry from a request id that was used for something else. No
/// protection against somebody who looks for two that are alike; whoever does only cheats his own request (FNV-1a).
package struct Fingerprint: Hashable, Sendable {
    package let value: Int64

    package init(stored value: Int64) {
        self.value = value
    }

    package init(_ parts: some Sequence<String>) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            // A byte that is in no text: "ab", "c" and "a", "bc" differ.
            hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        value = Int64(bitPattern: hash)
    }
}
