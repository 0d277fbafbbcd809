import Database

/// The table and columns of refunds.
enum RefundSchema {
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
}
