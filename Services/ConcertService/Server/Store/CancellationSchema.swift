import Database

/// The tables and columns of cancelled dates.
enum CancellationSchema {
    static let migrations = [
        Migration(
            9, "cancel dates",
            "alter table schedule add column cancellation_id uuid",
            "alter table schedule add column cancelled_at bigint",
            "alter table schedule add column cancel_reason text",
            "alter table reservation add column cancellation_id uuid",
            // after: not used any more. Older versions store the last seat of their batch.
            .table(
                """
                create table date_cancellation (
                    concert_id uuid not null, schedule_id uuid not null, after text not null, seats bigint not null,
                    holds bigint not null, tickets bigint not null, refunded bigint not null, finished_at bigint,
                    constraint date_cancellation_key primary key (concert_id, schedule_id))
                """),
            "create index date_cancellation_under_way on date_cancellation (concert_id) where finished_at is null",
            // A decision has a reason more. SQLite cannot change a constraint, so the rows move to a new table.
            .postgreSQL("alter table decision drop constraint decision_outcome_is_known"),
            .postgreSQL(
                "alter table decision add constraint decision_outcome_is_known check (outcome between 0 and 6)"),
            .sqlite(
                """
                create table new_decision (
                    concert_id uuid not null, payment_id uuid not null, reservation_id uuid not null,
                    outcome bigint not null, decided_at bigint not null,
                    constraint decision_key primary key (concert_id, payment_id),
                    constraint decision_outcome_is_known check (outcome between 0 and 6)) without rowid
                """),
            .sqlite("insert into new_decision select * from decision"), .sqlite("drop table decision"),
            .sqlite("alter table new_decision rename to decision"),
            .sqlite(
                """
                create index decision_of_aborts_by_age on decision (decided_at asc, concert_id, payment_id)
                where outcome <> 0
                """))
    ]
}
