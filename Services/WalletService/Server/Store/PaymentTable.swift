import Database
import Kernel
import WalletDomain

extension Payment.State: Bindable {}
extension Payment.Reason: Bindable {}

/// Payments. Every step is a compare-and-set on the previous state.
enum PaymentTable {
    static let columns: SQL = """
        user_id, payment_id, concert_id, reservation_id, amount, currency, begun_at, state, reason, wants_abort, \
        attempt, next_attempt, decided_at, refund_id, refunded_at, refunded
        """

    private enum Statements {
        static let isReserved: SQL = "state = \(Payment.State.reserved)"
        static let insert = RowsStatement(width: 11, row: row) { rows in
            "insert into payment (\(columns)) values \(rows)"
        }
        static let insertOwner = RowsStatement(width: 2, row: { "(\($0))" }) { rows in
            "insert into payment_owner (payment_id, user_id) values \(rows) on conflict do nothing returning payment_id"
        }
        static let owner: Statement = "select user_id from payment_owner where payment_id = $1"
        static let close: Statement = """
            update payment set state = $3, reason = $4, next_attempt = null, decided_at = $5
            where user_id = $1 and payment_id = $2 and \(isReserved)
            """
        static let refund: Statement = """
            update payment set state = $3, refunded = $4, refund_id = $5, refunded_at = $6
            where user_id = $1 and payment_id = $2 and state = \(Payment.State.posted) and refunded = $7
            """
        static let cancel: Statement = """
            update payment set wants_abort = 1, next_attempt = $3
            where user_id = $1 and payment_id = $2 and \(isReserved)
            """
        static let claimAttempt: Statement = """
            update payment set attempt = $3, next_attempt = $4
            where user_id = $1 and payment_id = $2 and \(isReserved) and next_attempt = $5
            """
        static let find: Statement = "select \(columns) from payment where user_id = $1 and payment_id = $2"
        static let newestFirst: SQL = "order by payment_id desc limit $2"
        static let newest: Statement = "select \(columns) from payment where user_id = $1 \(newestFirst)"
        static let before: Statement =
            "select \(columns) from payment where user_id = $1 and payment_id < $3 \(newestFirst)"
        static let allOfAll: Statement = """
            select \(columns) from payment where (user_id, payment_id) > ($1, $2) order by user_id, payment_id limit $3
            """
        static let due: Statement = """
            select \(columns)
            from payment where \(isReserved) and next_attempt between $1 and $2 order by next_attempt limit $3
            """
        static let undecided: Statement =
            "select count(*), min(begun_at) from payment where \(isReserved) and begun_at <= $1"
    }

    /// A row of an insert.
    private static func row(_ parameters: ClosedRange<Int>) -> SQL {
        let last = parameters.upperBound
        return "(\(parameters.lowerBound...last - 2), 0, 0, \(last - 1...last), null, null, 0)"
    }

    /// Inserts payments with different ids. Returns the ids that were not used before. Payments with other ids are not
    /// written. The caller checks first that the concert is not halted.
    static func insert(_ payments: [Payment], _ tx: Transaction) throws -> Set<PaymentID> {
        let new = Set(try insertOwners(of: payments, tx).all())
        try insertOwned(payments.filter { new.contains($0.id) }, tx)
        return new
    }

    /// The first step of `insert`. Returns the ids that no payment has.
    static func insertOwners(of payments: [Payment], _ tx: Transaction) throws -> [PendingRows<PaymentID>] {
        // In the order of the keys, so that two transactions cannot deadlock.
        try tx.pendingRows(
            Statements.insertOwner, payments.sorted { $0.id < $1.id }, each: { $0.bind($1.id, $1.user) }
        ) { row in try row.id(0) }
    }

    /// The second step of `insert`: inserts the payments whose owners this transaction has inserted.
    static func insertOwned(_ payments: [Payment], _ tx: Transaction) throws {
        let ordered = payments.sorted { ($0.user, $0.id) < ($1.user, $1.id) }
        try tx.executeAll(Statements.insert, ordered) { binder, payment in
            binder.bind(
                payment.user, payment.id, payment.content?.concert, payment.content?.reservation,
                payment.content?.amount.minorUnits, payment.content?.amount.currency.code, payment.begunAt,
                payment.state
            ).bind(payment.reason, payment.nextAttempt, payment.decidedAt)
        }
    }

    /// The payment with an id that `insert` has found used. Refuses the id of another user.
    static func requireEarlier(_ id: PaymentID, of user: UserID, _ tx: Transaction) throws -> Payment {
        if let earlier = try find(id, of: user, tx) { return earlier }
        let owner = try owner(of: id, tx)
        // In distributed tables, the owner may be visible before the payment.
        throw owner == nil || owner == user ? tx.conflict() : WalletRefusal.because(.paymentIDReused)
    }

    static func owner(of id: PaymentID, _ reader: Reader) throws -> UserID? {
        try reader.first(Statements.owner, { $0.bind(id) }) { row in try row.id(0) }
    }

    /// Stores the end of a payment. Returns false and writes nothing if the payment is no longer reserved.
    static func close(_ payment: Payment, _ tx: Transaction) throws -> Bool { try closing(payment, tx).value() == 1 }

    /// As `close`, without waiting: 1 if the payment was reserved, otherwise 0.
    static func closing(_ payment: Payment, _ tx: Transaction) throws -> PendingCount {
        try tx.pendingCount(Statements.close) {
            $0.bind(payment.user, payment.id, payment.state, payment.reason, payment.decidedAt)
        }
    }

    /// Stores a refund. Conflicts if the payment is not posted, or has another refund since `old`.
    static func refund(_ payment: Payment, was old: Payment, _ tx: Transaction) throws {
        try tx.executeOne(Statements.refund) {
            $0.bind(
                payment.user, payment.id, payment.state, payment.refunded, payment.refund, payment.refundedAt,
                old.refunded)
        }
    }

    static func cancel(_ payment: Payment, _ tx: Transaction) throws {
        try tx.executeOne(Statements.cancel) { $0.bind(payment.user, payment.id, payment.nextAttempt) }
    }

    /// Returns 0 if another instance has claimed this attempt or the payment is decided, otherwise 1.
    static func claimAttempt(_ payment: Payment, dueAt was: Timestamp?, _ tx: Transaction) throws -> PendingCount {
        try tx.pendingCount(Statements.claimAttempt) {
            $0.bind(payment.user, payment.id, payment.attempt, payment.nextAttempt, was)
        }
    }

    static func find(_ id: PaymentID, of user: UserID, _ reader: Reader) throws -> Payment? {
        try reader.first(Statements.find, { $0.bind(user, id) }, map: payment)
    }

    /// As `find`, without waiting.
    static func pending(_ id: PaymentID, of user: UserID, _ reader: Reader) throws -> PendingRows<Payment> {
        try reader.pendingRows(Statements.find, { $0.bind(user, id) }, map: payment)
    }

    /// The newest ids first. Nil begins with the newest one.
    static func all(
        of user: UserID, before id: PaymentID?, limit: Int, _ reader: Reader
    ) throws -> [Payment] {
        guard let id else { return try reader.rows(Statements.newest, { $0.bind(user, limit) }, map: payment) }
        return try reader.rows(Statements.before, { $0.bind(user, limit, id) }, map: payment)
    }

    /// The payments of all users, ordered by user and id.
    static func all(
        after last: (user: UserID, payment: PaymentID), limit: Int, _ reader: Reader
    ) throws -> [Payment] {
        try reader.rows(Statements.allOfAll, { $0.bind(last.user, last.payment, limit) }, map: payment)
    }

    /// Undecided payments with their next attempt in these times, the earliest first.
    static func due(in times: ClosedRange<Timestamp>, limit: Int, _ reader: Reader) throws -> [Payment] {
        try reader.rows(Statements.due, { $0.bind(times.lowerBound, times.upperBound, limit) }, map: payment)
    }

    /// The number of payments undecided since `time` or longer, and the begin of the oldest.
    static func undecided(
        since time: Timestamp, _ reader: Reader
    ) throws -> (count: Int64, oldest: Timestamp?) {
        try reader.first(Statements.undecided, { $0.bind(time) }) { row in
            (try row.int64(0), try row.optionalTimestamp(1))
        } ?? (0, nil)
    }

    static func payment(_ row: borrowing Row) throws -> Payment {
        let concert: ConcertID? = try row.optionalID(2)
        let content = try concert.map { concert in
            Payment.Content(
                concert: concert, reservation: try row.id(3), amount: try row.money(4))
        }
        return Payment(
            stored: try row.id(1), by: try row.id(0), for: content, begunAt: try row.timestamp(6),
            state: try row.value(7),
            reason: row.isNull(8) ? nil : try row.value(8), isAbortRequested: try row.bool(9), attempt: try row.int(10),
            nextAttempt: try row.optionalTimestamp(11), decidedAt: try row.optionalTimestamp(12),
            refunded: try row.int64(15), refund: try row.optionalID(13), refundedAt: try row.optionalTimestamp(14))
    }
}
