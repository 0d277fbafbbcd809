/// How much work a guess costs. Stored in each hash, so that it can be raised later without touching old ones.
package struct PasswordCost: Sendable {
    let passes: Int
    let memoryBytes: Int

    /// 64 MiB and 2 passes: about a tenth of a second, as libsodium advises where somebody waits for the answer.
    package static let standard = PasswordCost(passes: 2, memoryBytes: 64 * 1024 * 1024)
    /// The least that Argon2id takes: for tests, where no secret is at stake.
    package static let least = PasswordCost(passes: 1, memoryBytes: 8 * 1024)
}

/// What is stored instead of a password: Argon2id with its salt and cost, as text.
package struct PasswordHash: Hashable, Sendable {
    package let text: String

    /// Nil for text that is no Argon2id hash.
    package init?(_ text: String) {
        guard text.hasPrefix("$argon2id$"), text.utf8.count < 128 else { return nil }
        self.text = text
    }

    init(checked text: String) {
        self.text = text
    }
}
