import Database
import Kernel
import WalletDomain

/// The refunds of payments. Rows are only inserted.
enum RefundTable {
    static let columns: SQL = "user_id, payment_id, refund_id, amount, paid_at"

    /// The changes of refunds since `WalletSchema` created payments, with their numbers in the whole schema.
    static let migrations = [
        Migration(
            5, "pay refunds in parts",
            .table(
                """
                create table refund (
                    user_id uuid not null, payment_id uuid not null, refund_id uuid not null, amount bigint not null,
                    paid_at bigint not null,
                    constraint refund_key primary key (user_id, payment_id, refund_id),
                    constraint refund_moves_something check (amount > 0))
                """),
            """
            insert into refund
            select user_id, payment_id, refund_id, amount, refunded_at from payment where state = 5 and amount > 0
            """,
            "alter table payment add column refunded bigint not null default 0",
            "update payment set refunded = amount where state = 5",
            // The cause of a refund's entry is the refund. Other entries have no payment_id, because it is their cause.
            "alter table entry add column payment_id uuid", "alter table entry add column reason text",
            """
            update entry set payment_id = entry.cause, cause = payment.refund_id from payment
            where entry.kind = 5 and payment.user_id = entry.user_id and payment.payment_id = entry.cause
            """)
    ]

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

    static func find(_ due: RefundDue, _ reader: Reader) throws -> PaidRefund? {
        try reader.first(Statements.find, { $0.bind(due.user, due.payment, due.id) }, map: refund)
    }

    static func refund(_ row: borrowing Row) throws -> PaidRefund {
        PaidRefund(
            try row.id(2), of: try row.id(1), to: try row.id(0), amount: try row.int64(3))
    }
}
