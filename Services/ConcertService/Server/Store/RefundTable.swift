import Database
import Kernel

/// Refunds due, until they are acknowledged: the outbox.
enum RefundTable {
    private enum Statements {
        static let columns: SQL =
            "refund_id, concert_id, payment_id, reservation_id, user_id, amount, currency, reason, due_since"
        static let insert: Statement = "insert into refund_due (\(columns)) values (\(1...9)) on conflict do nothing"
        static let delete: Statement = "delete from refund_due where concert_id = $1 and refund_id = $2"
        static let deleteOfPayment: Statement =
            "delete from refund_due where concert_id = $1 and refund_id = $2 and payment_id = $3"
        static let due: Statement =
            "select \(columns) from refund_due where concert_id = $1 and refund_id > $2 order by refund_id limit $3"
        static let dueOfAll: Statement = """
            select \(columns) from refund_due where concert_id > $1 or (concert_id = $1 and refund_id > $2)
            order by concert_id, refund_id limit $3
            """
    }

    struct Refund: Sendable {
        let id: RefundID
        let concert: ConcertID
        let payment: PaymentID
        let reservation: ReservationID
        let user: UserID
        let amount: Money
        let reason: String
        let dueSince: Timestamp
    }

    /// Returns false and writes nothing if another refund due of this concert has the id.
    static func insert(_ refund: Refund, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(
                refund.id, refund.concert, refund.payment, refund.reservation, refund.user, refund.amount.minorUnits,
                refund.amount.currency.code, refund.reason
            ).bind(refund.dueSince)
        } == 1
    }

    /// Deletes a refund. If `payment` is given, deletes only the refund of that payment.
    static func delete(_ id: RefundID, of payment: PaymentID?, in concert: ConcertID, _ tx: Transaction) throws {
        guard let payment else {
            return try tx.execute(Statements.delete) { $0.bind(concert, id) }
        }
        try tx.execute(Statements.deleteOfPayment) { $0.bind(concert, id, payment) }
    }

    /// Without `concert`, orders by concert, then by refund.
    static func due(
        after last: (concert: ConcertID, refund: RefundID), of concert: ConcertID?, limit: Int, _ reader: Reader
    ) throws -> [Refund] {
        if let concert {
            return try reader.rows(Statements.due, { $0.bind(concert, last.refund, limit) }, map: refund)
        }
        return try reader.rows(Statements.dueOfAll, { $0.bind(last.concert, last.refund, limit) }, map: refund)
    }

    private static func refund(_ row: borrowing Row) throws -> Refund {
        Refund(
            id: try row.id(0), concert: try row.id(1), payment: try row.id(2), reservation: try row.id(3),
            user: try row.id(4), amount: try row.money(5), reason: try row.text(7), dueSince: try row.timestamp(8))
    }
}
