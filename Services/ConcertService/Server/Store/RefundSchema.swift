import Database

/// The tables and columns of returns.
enum RefundSchema {
    static let migrations = [
        Migration(
            6, "return tickets one by one",
            // The steps, such as `30:10,7:50`: days before the start, and the percentage that is kept.
            "alter table schedule add column return_steps text not null default ''",
            "alter table reservation add column returned_seats text",
            "update reservation set returned_seats = seats where state = 5",
            "alter table ticket add column return_terms text", "alter table ticket add column refunded bigint",
            "alter table ticket add column kept bigint", "alter table ticket add column refund_id uuid",
            "alter table ticket add column cancel_reason text",
            "update ticket set refunded = price, kept = 0 where state = 3",
            .table(
                """
                create table refund (
                    concert_id uuid not null, refund_id uuid not null, payment_id uuid not null,
                    reservation_id uuid not null, user_id uuid not null, seats text not null, amount bigint not null,
                    currency text not null, kept bigint not null, is_part bigint not null, reason text not null,
                    due_since bigint not null, acknowledged_at bigint,
                    constraint refund_key primary key (concert_id, refund_id),
                    constraint refund_is_not_negative check (amount >= 0 and kept >= 0),
                    constraint refund_of_nothing_is_done check (amount > 0 or acknowledged_at is not null))
                """),
            // A reused id may have both a refund that is due and older ones that were paid, so the due ones are first.
            """
            insert into refund
            select d.concert_id, d.refund_id, d.payment_id, d.reservation_id, d.user_id, coalesce(r.seats, ''), d.amount,
                d.currency, 0, 0, d.reason, d.due_since, case when d.amount = 0 then d.due_since end
            from refund_due d
            left join reservation r on r.concert_id = d.concert_id and r.reservation_id = d.reservation_id
            """,
            """
            insert into refund
            select concert_id, refund_id, payment_id, reservation_id, user_id, seats, amount, currency, 0, 0,
                coalesce(return_reason, ''), ended_at, ended_at
            from reservation where state = 5
            on conflict (concert_id, refund_id) do nothing
            """,
            "drop table refund_due",
            "create index refund_not_acknowledged on refund (concert_id asc, refund_id) where acknowledged_at is null")
    ]
}
