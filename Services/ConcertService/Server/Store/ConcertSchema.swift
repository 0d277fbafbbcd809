import Database
import Service

/// The tables. Every key begins with the concert, so that rows of one transaction are on one shard.
enum ConcertSchema {
    /// Leaves free space on each page, so that PostgreSQL updates rows in place (HOT updates).
    private static let updated = "with (fillfactor = 75)"

    static let migrations = Migration.list(
        ofSchema, ReservationTable.migrations, ActionTable.migrations(as: 5), RefundSchema.migrations, changes,
        CancellationSchema.migrations, EventTable.migrations(as: 11))

    /// Existing rows get null, or the same value, so these steps write no row.
    private static let changes = [
        Migration(
            7, "version concerts, store times of dates and seats, undo check-ins",
            "alter table concert add column version bigint not null default 1",
            "alter table concert add column created_as bigint",
            "alter table concert add column changed_by uuid",
            "alter table concert add column changed_at bigint",
            "alter table schedule add column added_at bigint",
            "alter table schedule add column changed_at bigint",
            "alter table seat add column added_at bigint",
            "alter table seat add column changed_at bigint",
            // first_used_at is null unless a check-in was undone. Then used_by is the one that was undone.
            "alter table ticket add column first_used_at bigint",
            "alter table ticket add column undone_at bigint",
            "alter table ticket add column undone_by uuid",
            "alter table ticket add column undo_reason text"),
        Migration(
            8, "move dates",
            "alter table schedule add column moved_at bigint", "alter table schedule add column move_reason text",
            "alter table schedule add column return_until bigint"),
        Migration(
            10, "store the time zone of a concert's venue",
            "alter table concert add column zone text not null default ''"),
        Migration(
            12, "remember all check-ins that were undone", "alter table ticket add column undone_uses text"),
        Migration(
            13, "store the presales of dates", "alter table schedule add column presales text not null default ''"),
    ]

    private static let ofSchema = [
        Migration(
            "create concerts, schedules and seats",
            .table(
                """
                create table concert (
                    concert_id uuid not null, name text not null, title text not null, host text not null,
                    currency text not null, browse_room uuid, created_at bigint not null,
                    constraint concert_key primary key (concert_id))
                """),
            .table(
                """
                create table concert_name (
                    name text not null, concert_id uuid not null, constraint concert_name_key primary key (name))
                """),
            .table(
                """
                create table schedule (
                    concert_id uuid not null, schedule_id uuid not null, currency text not null,
                    added_as bigint not null, version bigint not null, changed_by uuid not null,
                    layout_version bigint not null, name text not null, starts_at bigint not null,
                    ends_at bigint not null, sale_opens_at bigint not null, sale_closes_at bigint not null,
                    cancel_until bigint, seats_per_user bigint not null, hold_ms bigint not null, room_id uuid,
                    constraint schedule_key primary key (concert_id, schedule_id))
                """),
            .table(
                """
                create table schedule_name (
                    concert_id uuid not null, name text not null, schedule_id uuid not null,
                    constraint schedule_name_key primary key (concert_id, name))
                """),
            // state: 0 free, 1 held, 2 sold, 3 blocked. A hold past `until` is free.
            .table(
                """
                create table seat (
                    concert_id uuid not null, schedule_id uuid not null, label text not null, grade text not null,
                    price bigint not null, state bigint not null, reservation_id uuid, until bigint, reason text,
                    constraint seat_key primary key (concert_id, schedule_id, label),
                    constraint seat_state_is_known check (state between 0 and 3),
                    constraint seat_claim_has_a_reservation check ((state in (1, 2)) = (reservation_id is not null)),
                    constraint seat_hold_has_an_end check ((state = 1) = (until is not null)))
                """, postgreSQL: updated),
            .table(
                """
                create table seat_change (
                    concert_id uuid not null, request_id uuid not null, schedule_id uuid not null,
                    fingerprint bigint not null, done bigint not null, added bigint not null, changed bigint not null,
                    kept bigint not null, constraint seat_change_key primary key (concert_id, request_id))
                """)),
        Migration(
            "create reservations, decisions, tickets and refunds",
            // reservations: the ids of a user's reservations, 32 hexadecimal digits each, in place of an index. Every
            // reservation writes this row first.
            .table(
                """
                create table buyer (
                    concert_id uuid not null, user_id uuid not null, reservations text not null,
                    constraint buyer_key primary key (concert_id, user_id))
                """, postgreSQL: updated),
            // state: 1 held, 2 sold, 3 released, 4 expired, 5 returned.
            .table(
                """
                create table reservation (
                    concert_id uuid not null, reservation_id uuid not null, schedule_id uuid not null,
                    user_id uuid not null, seats text not null, best_of text, amount bigint not null,
                    currency text not null, room_id uuid, place_id uuid, reserved_at bigint not null,
                    deadline bigint not null, state bigint not null, payment_id uuid, sold_at bigint, refund_id uuid,
                    ended_at bigint, return_reason text,
                    constraint reservation_key primary key (concert_id, reservation_id),
                    constraint reservation_state_is_known check (state between 1 and 5),
                    constraint reservation_sale_has_a_payment check ((state in (2, 5)) = (payment_id is not null)),
                    constraint reservation_return_has_a_refund check ((state = 5) = (refund_id is not null)))
                """, postgreSQL: updated),
            // outcome: 0 confirmed, otherwise the reason of the abort.
            .table(
                """
                create table decision (
                    concert_id uuid not null, payment_id uuid not null, reservation_id uuid not null,
                    outcome bigint not null, decided_at bigint not null,
                    constraint decision_key primary key (concert_id, payment_id),
                    constraint decision_outcome_is_known check (outcome between 0 and 5))
                """),
            "create index decision_of_aborts on decision (concert_id, decided_at) where outcome <> 0",
            // state: 1 valid, 2 used, 3 cancelled.
            .table(
                """
                create table ticket (
                    concert_id uuid not null, ticket_id uuid not null, schedule_id uuid not null,
                    reservation_id uuid not null, user_id uuid not null, seat text not null, grade text not null,
                    price bigint not null, currency text not null, starts_at bigint not null, ends_at bigint not null,
                    issued_at bigint not null, state bigint not null, used_at bigint, used_by uuid,
                    cancelled_at bigint,
                    constraint ticket_key primary key (concert_id, ticket_id),
                    constraint ticket_state_is_known check (state between 1 and 3))
                """),
            "create index ticket_of_reservation on ticket (concert_id, reservation_id)",
            "create unique index ticket_one_per_seat on ticket (concert_id, schedule_id, seat) where state <> 3",
            .table(
                """
                create table refund_due (
                    concert_id uuid not null, refund_id uuid not null, payment_id uuid not null,
                    reservation_id uuid not null, user_id uuid not null, amount bigint not null,
                    currency text not null, reason text not null, due_since bigint not null,
                    constraint refund_due_key primary key (concert_id, refund_id))
                """)),
        Migration(
            "find the oldest aborts of all concerts",
            "create index decision_of_aborts_by_age on decision (decided_at asc, concert_id, payment_id) where outcome <> 0",
            "drop index decision_of_aborts"),
        // The seat is the last column, so that SQLite uses the index for `order by seat`.
        Migration(
            "find the tickets of a reservation in the order of their seats",
            "create index ticket_of_reservation_by_seat on ticket (concert_id, reservation_id, seat)",
            "drop index ticket_of_reservation"),
    ]
}
