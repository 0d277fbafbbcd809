import Database
import Kernel
import WalletDomain

/// Requests the decisions of undecided payments again: after their call has ended, and after a restart.
struct Recovery: Sendable {
    static let interval = Duration.milliseconds(100)
    /// Maximum of concurrent attempts.
    static let batch = 64

    let coordinator: Coordinator

    static let payments = OpenWork<Payment>.Table(
        name: "payment", key: \.id, due: \.nextAttempt, find: { try PaymentTable.due(in: $0, limit: $1, $2) },
        claim: claim)

    func run() async throws {
        try await coordinator.open.run { claimed in
            await withTaskGroup { group in
                for (payment, timeout) in claimed {
                    group.addTask { _ = await coordinator.ask(payment, within: timeout) }
                }
            }
        }
    }

    /// Returns the payments that no other instance has claimed, each with the time until its next attempt.
    static func claim(_ due: [Payment], at clock: Timestamp, _ tx: Transaction) throws -> [OpenWork<Payment>.Claim] {
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
