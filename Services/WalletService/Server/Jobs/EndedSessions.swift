import Database
import Kernel

/// Removes sessions a day after their end. Until then, a repeated sign-in finds that its session has ended.
struct EndedSessions: Sendable {
    static let interval = Duration.minutes(1)
    private static let kept = Duration.days(1)
    private static let batch = 500
    /// Maximum of batches in one run. The next run continues.
    private static let maximumRounds = 100

    let database: Database

    func run() async throws {
        for _ in 0..<Self.maximumRounds {
            let ended = try await database.read { reader in
                try SessionTable.ended(before: reader.now - Self.kept, limit: Self.batch, reader)
            }
            guard !ended.isEmpty else { return }
            // By key, so that two instances that delete the same rows cannot deadlock.
            let sorted = ended.sorted { ($0.user, $0.session) < ($1.user, $1.session) }
            try await database.transaction { tx in
                for (user, session) in sorted { try SessionTable.delete(session, of: user, tx) }
            }
            guard ended.count == Self.batch else { return }
        }
    }
}
