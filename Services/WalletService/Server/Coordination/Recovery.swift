import Database
import Kernel
import RPC
import WalletDomain

/// Asks again for payments that are not decided: those whose call is over, and at the start, all that were left behind.
struct Recovery: Sendable {
    static let interval = Duration.milliseconds(100)
    /// Attempts under way at once.
    private static let batch = 64
    /// Batches in a row; what is left then waits for the next look.
    private static let maximumRounds = 100

    let database: Database
    let clock: any Clock
    let coordinator: Coordinator

    func run() async throws {
        for _ in 0..<Self.maximumRounds {
            let due = try await database.read { try PaymentTable.due(at: clock.now, limit: Self.batch, $0) }
            guard !due.isEmpty else { return }
            let claimed = try await database.transaction { tx in try Self.claim(due, at: clock.now, tx) }
            await withTaskGroup { group in
                for (payment, patience) in claimed {
                    group.addTask { _ = await coordinator.ask(payment, within: patience) }
                }
            }
            guard due.count == Self.batch else { return }
        }
    }

    /// Those that nobody else has taken, each with the time until it is due again.
    private static func claim(
        _ due: [Payment], at now: Timestamp, _ tx: Transaction
    ) throws -> [(payment: Payment, patience: Duration)] {
        // By key, so that two programs that claim the same ones do not wait for each other crosswise.
        try due.sorted { ($0.user, $0.id) < ($1.user, $1.id) }.compactMap { payment in
            var claimed = payment
            guard claimed.beginAttempt(now: now), let next = claimed.nextAttempt,
                try PaymentTable.claimAttempt(claimed, dueAt: payment.nextAttempt, tx)
            else { return nil }
            return (claimed, next - now)
        }
    }
}
