import Database
import Service

/// The tables. Every key begins with the user, so that users can be distributed over shards. Names, payment owners and
/// halted concerts have their own keys.
enum WalletSchema {
    /// Leaves room on each page for updated rows (PostgreSQL's HOT updates).
    private static let updated = "with (fillfactor = 75)"

    static let migrations = Migration.list(
        ofSchema, ActionTable.migrations(as: 4), RefundSchema.migrations, EventTable.migrations(as: 7))

    private static let ofSchema = [
        Migration(
            "create users, accounts and payments",
            .table(
                """
                create table login (
                    name text not null, user_id uuid not null, request_id uuid not null, password text not null,
                    signed_up_at bigint not null, constraint login_key primary key (name))
                """),
            // The upper bound keeps a sum of two amounts within 64 bits.
            .table(
                """
                create table account (
                    user_id uuid not null, currency text not null, available bigint not null, pending bigint not null,
                    entries bigint not null,
                    constraint account_key primary key (user_id, currency),
                    constraint account_available_is_countable check (available between 0 and 4000000000000000000),
                    constraint account_pending_is_countable check (pending between 0 and 4000000000000000000))
                """, postgreSQL: updated),
            // kind: 1 top-up, 2 set aside, 3 payment, 4 release, 5 refund. Each kind has a source and a target.
            .table(
                """
                create table entry (
                    user_id uuid not null, currency text not null, serial bigint not null, kind bigint not null,
                    amount bigint not null, available bigint not null, pending bigint not null, cause uuid not null,
                    made_at bigint not null,
                    constraint entry_key primary key (user_id, currency, serial),
                    constraint entry_kind_is_known check (kind between 1 and 5),
                    constraint entry_moves_something check (amount > 0))
                """),
            .table(
                """
                create table top_up (
                    user_id uuid not null, request_id uuid not null, amount bigint not null, currency text not null,
                    constraint top_up_key primary key (user_id, request_id))
                """),
            // state: 1 reserved, 2 posted, 3 voided, 4 declined, 5 refunded.
            .table(
                """
                create table payment (
                    user_id uuid not null, payment_id uuid not null, concert_id uuid, reservation_id uuid, amount bigint,
                    currency text, begun_at bigint not null, state bigint not null, reason bigint,
                    wants_abort bigint not null, attempt bigint not null, next_attempt bigint, decided_at bigint,
                    refund_id uuid, refunded_at bigint,
                    constraint payment_key primary key (user_id, payment_id),
                    constraint payment_state_is_known check (state between 1 and 5),
                    constraint payment_reason_is_told check ((state in (3, 4)) = (reason is not null)),
                    constraint payment_undecided_is_asked_for check ((state = 1) = (next_attempt is not null)),
                    constraint payment_refund_is_named check ((state = 5) = (refund_id is not null)))
                """, postgreSQL: updated),
            "create index payment_due on payment (next_attempt asc) where state = 1",
            // Concert stores decisions by payment id alone, so two users must not share an id. This needs a separate
            // table, because its key has no user.
            .table(
                """
                create table payment_owner (
                    payment_id uuid not null, user_id uuid not null,
                    constraint payment_owner_key primary key (payment_id))
                """),
            .table(
                """
                create table pass_due (
                    user_id uuid not null, payment_id uuid not null, room_id uuid not null, place_id uuid not null,
                    attempt bigint not null, next_attempt bigint not null,
                    constraint pass_due_key primary key (user_id, payment_id))
                """),
            "create index pass_due_next on pass_due (next_attempt asc)",
            .table(
                """
                create table halted (
                    concert_id uuid not null, payment_id uuid not null, user_id uuid not null, why text not null,
                    halted_at bigint not null, lifted_at bigint,
                    constraint halted_key primary key (concert_id, payment_id))
                """)),
        // kind: 1 user, 2 operator. secret: a hash of the secret.
        Migration(
            "create sessions and operators",
            "create index login_user on login (user_id)",
            .table(
                """
                create table session (
                    user_id uuid not null, session_id uuid not null, name text not null, kind bigint not null,
                    secret bytea not null, address text not null, began_at bigint not null, used_at bigint not null,
                    ends_at bigint not null,
                    constraint session_key primary key (user_id, session_id),
                    constraint session_kind_is_known check (kind between 1 and 2))
                """, postgreSQL: updated),
            "create index session_end on session (ends_at asc)",
            // duties: a bit set; 1 owner, 2 sales, 4 gate, 8 read.
            .table(
                """
                create table operator_login (
                    user_id uuid not null, name text not null, duties bigint not null, changed_at bigint not null,
                    constraint operator_login_key primary key (user_id),
                    constraint operator_login_duties_are_known check (duties between 0 and 15))
                """),
            // One row, which every change of duties writes first. So the owners are counted one change at a time.
            .table(
                """
                create table operator_order (
                    number bigint not null, change_count bigint not null,
                    constraint operator_order_key primary key (number))
                """),
            "insert into operator_order (number, change_count) values (1, 0)",
            // code: a hash of the code.
            .table(
                """
                create table password_reset (
                    name text not null, request_id uuid not null, code bytea not null, ends_at bigint not null,
                    used_by uuid, constraint password_reset_key primary key (name))
                """),
            // The latest change of a password, so that a repeated request finds that it was done.
            .table(
                """
                create table password_change (
                    name text not null, request_id uuid not null, changed_at bigint not null,
                    constraint password_change_key primary key (name))
                """)),
        Migration(
            "create known networks",
            .table(
                """
                create table known_network (
                    user_id uuid not null, network text not null, used_at bigint not null,
                    constraint known_network_key primary key (user_id, network))
                """, postgreSQL: updated)),
        // Names are ASCII. In the order of their bytes, the index finds them by their beginning in every locale.
        Migration(
            6, "add display names and the times of changes to users",
            "alter table login add column display_name text not null default ''",
            "alter table login add column changed_at bigint",
            // Citus refuses to change the column by which a table is distributed.
            .postgreSQL(
                """
                do $$
                declare is_distributed boolean := false;
                begin
                    if to_regclass('pg_dist_partition') is not null then
                        select exists (select from pg_dist_partition where logicalrelid = 'login'::regclass)
                            into is_distributed;
                    end if;
                    if is_distributed then perform undistribute_table('login'); end if;
                    alter table login alter column name type text collate "C";
                    if is_distributed then
                        perform create_distributed_table('login', 'name', colocate_with => 'none');
                    end if;
                end $$
                """)),
        // A row for each kind of work. The instance that has written it last takes over the work of others.
        Migration(
            8, "take over the work of other instances in turns",
            .table(
                """
                create table take_over (
                    kind text not null, turns bigint not null, constraint take_over_key primary key (kind))
                """)),
    ]
}
