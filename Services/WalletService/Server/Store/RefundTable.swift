import Database
import Kernel
import WalletDomain

/// The refunds of payments. Rows are only inserted.
enum RefundTable {
    static let columns: SQL = "user_id, payment_id, refund_id, amount, paid_at"

    private enum Statements {
        static let insert: Statement = "insert into refund (\(columns)) values (\(1...5)) on conflict do nothing"
        static let find: Statement = """
            select \(columns) from refund where user_id = $1 and payment_id = $2 and refund_id = $3
            """
    }

    /// Conflicts if the refund was paid before.
    static func insert(_ refund: PaidRefund, at now: Timestamp, _ tx: Transaction) throws {
        let count = try tx.executeCounting(Statements.insert) {
            $0.bind(refund.user, refund.payment, refund.id, refund.amount, now)
        }
        guard count == 1 else { throw tx.conflict() }
    }

    /// The refund if it was paid before, without waiting.
    static func pending(_ due: RefundDue, _ reader: Reader) throws -> PendingRows<PaidRefund> {
        try reader.pendingRows(Statements.find, { $0.bind(due.user, due.payment, due.id) }, map: refund)
    }

    static func refund(_ row: borrowing Row) throws -> PaidRefund {
        PaidRefund(
            try row.id(2), of: try row.id(1), to: try row.id(0), amount: try row.int64(3))
    }
}
