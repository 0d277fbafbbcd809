import Database
import Kernel
import RPC
import Service
import WalletDomain

/// Refunds that are paid out in one transaction. On PostgreSQL the batch needs a few round trips, instead of a few for each
/// refund.
enum RefundBatch {
    struct Outcome: Sendable {
        /// True if the refund can be acknowledged.
        var isPaidOut = false
        /// The halt, if it is new.
        var halt: HaltTable.Halt?
    }

    /// Distributes refunds over batches, so that each payment occurs once in a batch.
    static func batches(of dues: [RefundDue]) -> [[RefundDue]] {
        var batches: [[RefundDue]] = []
        var counts: [PaymentID: Int] = [:]
        for due in dues {
            let number = counts[due.payment, default: 0]
            counts[due.payment] = number + 1
            if number == batches.count { batches.append([]) }
            batches[number].append(due)
        }
        return batches
    }

    static func payOut(_ batch: [RefundDue], _ database: Database) async throws -> [Result<Outcome, any Error>] {
        try await database.transaction(for: batch, before: { _ in nil }) { dues, tx in
            try payOut(dues, tx).map { .success($0) }
        }
    }

    /// Precondition: each payment occurs once.
    static func payOut(_ dues: [RefundDue], _ tx: Transaction) throws -> [Outcome] {
        let pending = try dues.map { try PaymentTable.pending($0.payment, of: $0.user, tx) }
        let payments = try pending.map { try $0.first() }
        let paid = try dues.map { try RefundTable.pending($0, tx) }
        var outcomes = dues.map { _ in Outcome() }
        var refunded: [Refunded] = []
        for (index, due) in dues.enumerated() {
            var payment = payments[index]
            let earlier = try paid[index].first().map { Money(minorUnits: $0.amount, due.amount.currency) }
            let step =
                payment?.receive(due, paid: earlier, now: tx.now)
                ?? .halt("a refund is due, and there is no such payment")
            switch step {
            case .nothing: break
            case .acknowledge: outcomes[index].isPaidOut = true
            case .giveBack:
                outcomes[index].isPaidOut = true
                refunded.append(Refunded(index: index, due: due, payment: payment!, old: payments[index]!))
            case .halt(let why):
                outcomes[index].halt = try HaltTable.insert(why, due.payment, of: due.user, for: due.concert, tx)
            case .post, .release: preconditionFailure("a refund never posts or releases a payment")
            }
        }
        try giveBack(refunded, tx)
        return outcomes
    }

    private struct Refunded {
        let index: Int
        let due: RefundDue
        let payment: Payment
        let old: Payment
    }

    /// Writes in the lock order: payments, then accounts.
    private static func giveBack(_ refunded: [Refunded], _ tx: Transaction) throws {
        let ordered = refunded.sorted { ($0.due.user, $0.due.payment) < ($1.due.user, $1.due.payment) }
        for refund in ordered {
            try PaymentTable.refund(refund.payment, was: refund.old, tx)
            try RefundTable.insert(PaidRefund(refund.due), at: tx.now, tx)
        }
        let isMoved = try AccountTable.move(refunded.map { AccountTable.Movement($0.due) }, tx)
        let withoutAccount = zip(refunded, isMoved).filter { !$0.1 }.map(\.0.index)
        if !withoutAccount.isEmpty {
            let broken = BrokenInvariant("a refund is due, but the user has no account in its currency")
            throw BatchFailures(Dictionary(uniqueKeysWithValues: withoutAccount.map { ($0, broken) }))
        }
        try EventTable.append(refunded.map { SaleEvent.refund($0.due, $0.payment, at: tx.now) }, tx)
    }
}
