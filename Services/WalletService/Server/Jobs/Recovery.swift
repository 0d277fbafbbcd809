import Database
import Kernel
import WalletDomain

/// Requests the decisions of undecided payments again: after their call has ended, and after a restart.
struct Recovery: Sendable {
    static let interval = Duration.milliseconds(100)
    /// Maximum of concurrent attempts.
    static let batch = 64

    let database: Database
    let clock: any Clock
    let coordinator: Coordinator

    func run() async throws { try await coordinator.open.run(attempt) }

    /// Returns the number of payments that it has claimed.
    private func attempt(_ due: [Payment]) async throws -> Int {
        let claimed = try await database.transaction { tx in try Self.claim(due, at: clock.now, tx) }
        await withTaskGroup { group in
            for (payment, timeout) in claimed {
                group.addTask { _ = await coordinator.ask(payment, within: timeout) }
            }
        }
        return claimed.count
    }

    /// Returns the payments that no other instance has claimed, each with the time until its next attempt.
    static func claim(
        _ due: [Payment], at clock: Timestamp, _ tx: Transaction
    ) throws -> [(payment: Payment, timeout: Duration)] {
        // By key, so that two instances that claim the same rows cannot deadlock.
        let claims: [(Payment, Duration, PendingCount)] = try due.sorted {
            ($0.user, $0.id) < ($1.user, $1.id)
        }.compactMap { payment in
            var claimed = payment
            guard claimed.beginAttempt(clock: clock), let next = claimed.nextAttempt else { return nil }
            return (claimed, next - clock, try PaymentTable.claimAttempt(claimed, dueAt: payment.nextAttempt, tx))
        }
        return try claims.compactMap { payment, timeout, count in
            try count.value() == 1 ? (payment, timeout) : nil
        }
    }
}
