/// The work that one guess costs. Each hash stores its cost, so a later increase leaves old hashes valid.
package struct PasswordCost: Sendable {
    let passes: Int
    let memoryBytes: Int

    /// 64 MiB and 2 passes, about 0.1 s: libsodium's advice for interactive sign-in.
    package static let standard = PasswordCost(passes: 2, memoryBytes: 64 * 1024 * 1024)
    /// The minimum of Argon2id, for tests.
    package static let least = PasswordCost(passes: 1, memoryBytes: 8 * 1024)
}

/// The stored form of a password: an Argon2id hash with its salt and cost, as text.
package struct PasswordHash: Hashable, Sendable {
    package let text: String

    /// Nil if `text` is not an Argon2id hash.
    package init?(_ text: String) {
        guard text.hasPrefix("$argon2id$"), text.utf8.count < 128 else { return nil }
        self.text = text
    }

    init(checked text: String) {
        self.text = text
    }
}
