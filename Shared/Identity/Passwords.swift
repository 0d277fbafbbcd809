import Kernel
import Threads

/// Hashes and checks passwords with Argon2id without blocking the caller's thread.
package struct Passwords: Sendable {
    package static let maximumByteCount = 1024

    package let maximumWaiting: Int
    private let cost: PasswordCost
    private let threads: PasswordThreads

    /// Sign-ins use at most `atOnce` times the memory of `cost`. `maximumWaiting` bounds their wait.
    package init(
        cost: PasswordCost = .standard, atOnce: Int = 2, maximumWaiting: Int = 32, clock: any Clock = SystemClock()
    ) {
        self.cost = cost
        self.maximumWaiting = maximumWaiting
        threads = PasswordThreads(atOnce: atOnce, maximumWaiting: maximumWaiting, clock: clock)
    }

    /// The number of calls that wait for a thread.
    package var waitingCount: Int { threads.load.waiting }

    package func hash(_ password: String, _ turn: PasswordTurn) async throws(PasswordError) -> PasswordHash {
        let bytes = try Self.bytes(of: password)
        let text = try await threads.run(turn) { [cost] in Sodium.passwordHash(of: bytes, cost: cost) }
        guard let text else { throw .outOfMemory }
        return PasswordHash(checked: text)
    }

    /// True if `hash` is the hash of `password`. Pass nil for an unknown name. The answer is then false after the same
    /// time, so the time does not reveal which names exist.
    package func verify(
        _ password: String, against hash: PasswordHash?, _ turn: PasswordTurn
    ) async throws(PasswordError) -> Bool {
        let bytes = try Self.bytes(of: password)
        return try await threads.run(turn) { [cost] in
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

/// The reason why a password was not hashed or checked.
package enum PasswordError: Error, Equatable, CustomStringConvertible {
    case length(maximumByteCount: Int)
    case busy(maximumWaiting: Int)
    case outOfMemory
    /// The caller's deadline passed before the check began.
    case late
    case cancelled

    package var description: String {
        switch self {
        case .length(let maximum): "a password has 1 to \(maximum) bytes"
        case .busy(let maximum): "\(maximum) password checks are already waiting: try again in a moment"
        case .outOfMemory: "the service has too little memory to check a password: try again in a moment"
        case .late: "the deadline passed before the password was checked: try again in a moment"
        case .cancelled: "the caller cancelled the password check"
        }
    }
}
