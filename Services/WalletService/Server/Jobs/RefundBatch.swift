import Database
import Kernel
import RPC
import Service
import Threads
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

    /// Distributes refunds over batches of at most `size`, so that each payment occurs once in a batch.
    static func batches(of dues: [RefundDue], upTo size: Int) -> [[RefundDue]] {
        var batches: [[RefundDue]] = []
        var counts: [PaymentID: Int] = [:]
        for due in dues {
            let number = counts[due.payment, default: 0]
            counts[due.payment] = number + 1
            if number == batches.count { batches.append([]) }
            batches[number].append(due)
        }
        return batches.flatMap { batch in
            stride(from: 0, to: batch.count, by: size).map { Array(batch[$0...].prefix(size)) }
        }
    }

    static func payOut(_ batch: [RefundDue], _ database: Database) async throws -> [Result<Outcome, any Error>] {
        // Read before, so that payments wait less for the only writer of SQLite.
        let read = Lock<Found?>(try await database.read { try Found(batch, $0) })
        return try await database.transaction(for: batch, before: { _ in nil }, joiningOthers: true) { dues, tx in
            // After a conflict, or without some of the refunds, the transaction reads the rows again.
            let first = dues.count == batch.count ? read.withLock { $0.take() } : nil
            return try payOut(dues, first ?? Found(dues, tx), tx).map { .success($0) }
        }
    }

    /// The payments of refunds, and the amounts of those that were paid before.
    struct Found: Sendable {
        let payments: [Payment?]
        let paid: [Int64?]

        init(_ dues: [RefundDue], _ reader: Reader) throws {
            let pending = try dues.map { try PaymentTable.pending($0.payment, of: $0.user, reader) }
            let refunds = try dues.map { try RefundTable.pending($0, reader) }
            payments = try pending.map { try $0.first() }
            paid = try refunds.map { try $0.first()?.amount }
        }
    }

    /// Precondition: each payment occurs once. Conflicts if a payment has changed since it was found.
    static func payOut(_ dues: [RefundDue], _ found: Found, _ tx: Transaction) throws -> [Outcome] {
        var outcomes = dues.map { _ in Outcome() }
        var refunded: [Refunded] = []
        for (index, due) in dues.enumerated() {
            var payment = found.payments[index]
            let earlier = found.paid[index].map { Money(minorUnits: $0, due.amount.currency) }
            let step =
                payment?.receive(due, paid: earlier, now: tx.now)
                ?? .halt("a refund is due, and there is no such payment")
            switch step {
            case .nothing: break
            case .acknowledge: outcomes[index].isPaidOut = true
            case .giveBack:
                outcomes[index].isPaidOut = true
                refunded.append(Refunded(index: index, due: due, payment: payment!, old: found.payments[index]!))
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
