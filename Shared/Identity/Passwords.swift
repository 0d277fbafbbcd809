/// Hashes and checks passwords with Argon2id without blocking the caller's thread.
package struct Passwords: Sendable {
    package static let maximumByteCount = 1024

    private let cost: PasswordCost
    private let threads: PasswordThreads

    /// Sign-ins use at most `atOnce` times the memory of `cost`. `maximumWaiting` bounds their wait.
    package init(cost: PasswordCost = .standard, atOnce: Int = 2, maximumWaiting: Int = 32) {
        self.cost = cost
        threads = PasswordThreads(atOnce: atOnce, maximumWaiting: maximumWaiting)
    }

    package func hash(_ password: String) async throws(PasswordError) -> PasswordHash {
        let bytes = try Self.bytes(of: password)
        let text = try await threads.run { [cost] in Sodium.passwordHash(of: bytes, cost: cost) }
        guard let text else { throw .outOfMemory }
        return PasswordHash(checked: text)
    }

    /// True if `hash` is the hash of `password`. Pass nil for an unknown name: the answer is false and takes as long, so
    /// its timing does not reveal which names exist.
    package func verify(_ password: String, against hash: PasswordHash?) async throws(PasswordError) -> Bool {
        let bytes = try Self.bytes(of: password)
        return try await threads.run { [cost] in
            guard let hash else {
                _ = Sodium.passwordHash(of: bytes, cost: cost)
                return false
            }
            return Sodium.passwordHash(hash.text, isOf: bytes)
        }
    }

    private static func bytes(of password: String) throws(PasswordError) -> [UInt8] {
        guard (1...maximumByteCount).contains(password.utf8.count) else {
            throw .length(maximumByteCount: maximumByteCount)
        }
        return Array(password.utf8)
    }
}
