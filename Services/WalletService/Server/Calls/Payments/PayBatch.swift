import Database
import Kernel
import Service
import WalletDomain

/// Starts of payments for one concert in one transaction. On PostgreSQL the batch needs a few round trips, instead of a
/// few for each payment.
enum PayBatch {
    typealias Line = Batcher<ConcertID, Request, [Result<Begun, any Error>]>

    struct Request: Sendable {
        let payment: PaymentID
        let user: UserID
        let content: Payment.Content
        let deadline: Uptime
    }

    struct Begun: Sendable {
        let payment: Payment
        let isNew: Bool
    }

    static func line(on database: Database, _ clock: any Clock) -> Line {
        Line { requests, concert in
            try await database.transaction(for: requests, before: { $0.deadline }) { requests, tx in
                try begin(requests, for: concert, clock: clock.now, tx)
            }
        }
    }

    /// Reserves the money of new payments. A payment that exists keeps its first answer, also if its concert was halted since.
    static func begin(
        _ requests: [Request], for concert: ConcertID, clock: Timestamp, _ tx: Transaction
    ) throws -> [Result<Begun, any Error>] {
        let halt = try HaltTable.pendingHalt(concert, tx)
        // A second request with the same id finds the payment of the first.
        let firsts = Dictionary(zip(requests.map(\.payment), requests.indices)) { first, _ in first }
        var new = requests.indices.filter { firsts[requests[$0].payment] == $0 }.map { index in
            let request = requests[index]
            return Payment.reserve(request.payment, by: request.user, for: request.content, clock: clock, now: tx.now)
        }
        let inserted = Set(try PaymentTable.insertOwners(of: new, tx).all())
        new.removeAll { !inserted.contains($0.id) }
        if try halt.first() != nil, !new.isEmpty {
            throw BatchFailures(
                Dictionary(uniqueKeysWithValues: new.map { (firsts[$0.id]!, WalletRefusal.because(.concertHalted)) }))
        }
        try PaymentTable.insertOwned(new, tx)
        try setAside(&new, tx)
        let begun = Dictionary(uniqueKeysWithValues: new.map { ($0.id, $0) })
        return try requests.enumerated().map { index, request in
            if let payment = begun[request.payment], firsts[request.payment] == index {
                return .success(Begun(payment: payment, isNew: true))
            }
            return try earlier(request, tx)
        }
    }

    /// Sets the money of new payments aside. Declines those whose user has too little.
    private static func setAside(_ payments: inout [Payment], _ tx: Transaction) throws {
        let paid = payments.indices.filter { payments[$0].amountToMove != nil }
        let movements = paid.map { index in
            AccountTable.Movement(.setAside, payments[index].amountToMove!, of: payments[index])
        }
        let isMoved = try AccountTable.move(movements, tx)
        let short = zip(paid, isMoved).filter { !$0.1 }.map(\.0).sorted {
            (payments[$0].user, payments[$0].id) < (payments[$1].user, payments[$1].id)
        }
        let accounts = try short.map { index in
            try AccountTable.pending(payments[index].user, in: payments[index].amountToMove!.currency, tx)
        }
        var closed: [PendingCount] = []
        for (index, account) in zip(short, accounts) {
            let account = try account.first()
            payments[index].decline(account == nil ? .noAccount : .insufficient, now: tx.now)
            closed.append(try PaymentTable.closing(payments[index], tx))
        }
        for count in closed where try count.value() != 1 { throw tx.conflict() }
    }

    /// The answer to a request whose id is used.
    private static func earlier(_ request: Request, _ tx: Transaction) throws -> Result<Begun, any Error> {
        do {
            let earlier = try PaymentTable.requireEarlier(request.payment, of: request.user, tx)
            return .success(Begun(payment: try earlier.matching(request.content), isNew: false))
        } catch let refusal as WalletRefusal {
            return .failure(refusal)
        }
    }
}
