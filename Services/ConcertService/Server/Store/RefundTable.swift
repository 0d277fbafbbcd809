import ConcertDomain
import Database
import Kernel

/// Refunds for returned tickets. Those that are not acknowledged are the outbox.
enum RefundTable {
    private enum Statements {
        static let columns: SQL = """
            refund_id, concert_id, payment_id, reservation_id, user_id, seats, amount, currency, kept, is_part, reason, \
            due_since, acknowledged_at
            """
        static let insert: Statement = "insert into refund (\(columns)) values (\(1...13)) on conflict do nothing"
        static let find: Statement = "select \(columns) from refund where concert_id = $1 and refund_id = $2"
        static let acknowledge: Statement = """
            update refund set acknowledged_at = $3
            where concert_id = $1 and refund_id = $2 and acknowledged_at is null
            """
        static let acknowledgeOfPayment: Statement = """
            update refund set acknowledged_at = $3
            where concert_id = $1 and refund_id = $2 and acknowledged_at is null and payment_id = $4
            """
        static let due: Statement = """
            select \(columns) from refund
            where acknowledged_at is null and concert_id = $1 and refund_id > $2 and ($3 or is_part = 0)
            order by refund_id limit $4
            """
        static let dueOfAll: Statement = """
            select \(columns) from refund
            where acknowledged_at is null and (concert_id > $1 or (concert_id = $1 and refund_id > $2))
                and ($3 or is_part = 0)
            order by concert_id, refund_id limit $4
            """
        static let totalDue: Statement = """
            select currency, count(*), cast(sum(amount) as bigint) from refund where acknowledged_at is null
            group by currency order by currency
            """
    }

    /// Conflicts if another refund of this concert has the id. The closure then finds it.
    static func insert(_ refund: Refund, _ tx: Transaction) throws {
        try tx.executeOne(Statements.insert) {
            $0.bind(
                refund.id, refund.concert, refund.payment, refund.reservation, refund.user,
                SeatLabel.list(refund.seats), refund.amount.minorUnits, refund.amount.currency.code
            ).bind(
                refund.kept.minorUnits, refund.isPart ? 1 : 0, refund.reason, refund.dueSince, refund.acknowledgedAt)
        }
    }

    static func find(_ id: RefundID, in concert: ConcertID, _ reader: Reader) throws -> Refund? {
        try reader.first(Statements.find, { $0.bind(concert, id) }, map: refund)
    }

    /// Acknowledges a refund, once. If `payment` is given, only the refund of that payment.
    static func acknowledge(_ id: RefundID, of payment: PaymentID?, in concert: ConcertID, _ tx: Transaction) throws {
        guard let payment else {
            return try tx.execute(Statements.acknowledge) { $0.bind(concert, id, tx.now) }
        }
        try tx.execute(Statements.acknowledgeOfPayment) { $0.bind(concert, id, tx.now, payment) }
    }

    /// Returns refunds that are not acknowledged. Without `concert`, orders by concert, then by refund.
    static func due(
        after last: (concert: ConcertID, refund: RefundID), of concert: ConcertID?, withParts: Bool, limit: Int,
        _ reader: Reader
    ) throws -> [Refund] {
        if let concert {
            return try reader.rows(Statements.due, { $0.bind(concert, last.refund, withParts, limit) }, map: refund)
        }
        return try reader.rows(
            Statements.dueOfAll, { $0.bind(last.concert, last.refund, withParts, limit) }, map: refund)
    }

    /// The refunds in one currency that are not acknowledged.
    struct Due: Sendable {
        let currency: String
        let count: Int64
        let amount: Int64
    }

    static func totalDue(_ reader: Reader) throws -> [Due] {
        try reader.rows(Statements.totalDue) { row in
            Due(currency: try row.text(0), count: try row.int64(1), amount: try row.int64(2))
        }
    }

    private static func refund(_ row: borrowing Row) throws -> Refund {
        let amount = try row.money(6)
        return Refund(
            stored: try row.id(0), concert: try row.id(1), payment: try row.id(2), reservation: try row.id(3),
            user: try row.id(4), seats: SeatLabel.list(stored: try row.text(5)), amount: amount,
            kept: Money(minorUnits: try row.int64(8), amount.currency), isPart: try row.bool(9),
            reason: try row.text(10), dueSince: try row.timestamp(11), acknowledgedAt: try row.optionalTimestamp(12))
    }
}
