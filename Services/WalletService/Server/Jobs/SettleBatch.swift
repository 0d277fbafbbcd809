import Database
import Kernel
import RPC
import Service
import WalletDomain

/// Decisions about payments for one concert, stored in one transaction.
enum SettleBatch {
    typealias Line = Batcher<ConcertID, Request, [Result<Settled, any Error>]>

    struct Request: Sendable {
        let payment: Payment
        let decision: Decision
    }

    struct Settled: Sendable {
        var payment: Payment
        /// The halt, if it is new.
        var halt: HaltTable.Halt?
        /// The pass to finish, if it is new.
        var pass: PassTable.Pass?
    }

    static func line(on database: Database, _ clock: any Clock) -> Line {
        Line { requests, _ in
            try await database.transaction(for: requests, before: { _ in nil }) { requests, tx in
                try settle(requests, clock: clock.now, tx).map { .success($0) }
            }
        }
    }

    /// Stores the decisions. The first one about a payment closes it; a later one only has to agree.
    static func settle(_ requests: [Request], clock: Timestamp, _ tx: Transaction) throws -> [Settled] {
        var settled = requests.map { Settled(payment: $0.payment) }
        var steps = settled.indices.map { settled[$0].payment.receive(requests[$0].decision, now: tx.now) }
        for index in try notClosed(settled.map(\.payment), tx) {
            // Another call or instance has closed the payment.
            let asked = requests[index].payment
            guard let other = try PaymentTable.find(asked.id, of: asked.user, tx), other.state != .reserved else {
                throw tx.conflict()
            }
            settled[index].payment = other
            steps[index] = settled[index].payment.receive(requests[index].decision, now: tx.now)
        }
        try moveMoney(of: settled.map(\.payment), steps, tx)
        try EventTable.append(
            zip(settled, steps).compactMap { settled, step in step.isPost ? SaleEvent.payment(settled.payment) : nil },
            tx)
        for (index, step) in steps.enumerated() {
            let payment = settled[index].payment
            switch step {
            case .nothing, .release, .post(nil): break
            case .post(let place?):
                settled[index].pass = PassTable.Pass(
                    user: payment.user, payment: payment.id, place: place, nextAttempt: clock + Attempts.firstPause)
            case .giveBack, .acknowledge: preconditionFailure("a decision never pays a refund")
            case .halt(let why):
                guard let concert = payment.content?.concert else { break }
                settled[index].halt = try HaltTable.insert(why, payment.id, of: payment.user, for: concert, tx)
            }
        }
        try PassTable.insert(settled.compactMap(\.pass).sorted(by: PassTable.Pass.precedes), tx)
        return settled
    }

    /// Closes the payments that are decided. Returns the indexes of those that were closed before.
    private static func notClosed(_ payments: [Payment], _ tx: Transaction) throws -> [Int] {
        // In the order of the keys, so that two transactions cannot deadlock.
        let order = payments.indices.filter { payments[$0].state != .reserved }.sorted {
            (payments[$0].user, payments[$0].id) < (payments[$1].user, payments[$1].id)
        }
        let counts = try order.map { try PaymentTable.closing(payments[$0], tx) }
        return try zip(order, counts).compactMap { index, count in try count.value() == 1 ? nil : index }
    }

    private static func moveMoney(of payments: [Payment], _ steps: [Payment.Step], _ tx: Transaction) throws {
        let movements = zip(payments, steps).compactMap { payment, step in
            switch step {
            case .post: movement(.payment, of: payment)
            case .release: movement(.release, of: payment)
            case .nothing, .giveBack, .acknowledge, .halt: nil
            }
        }
        for (movement, isMoved) in zip(movements, try AccountTable.move(movements, tx)) where !isMoved {
            throw BrokenInvariant("the account does not have the payment's \(movement.amount) set aside")
        }
    }

    /// Nil for a free reservation.
    private static func movement(_ kind: Entry.Kind, of payment: Payment) -> AccountTable.Movement? {
        payment.amountToMove.map { AccountTable.Movement(kind, $0, of: payment) }
    }
}
