import Database
import Service

enum QueueSchema {
    static let migrations = Migration.list(
        ofSchema, RoomTable.migrations, ActionTable.migrations(as: 6))

    private static let ofSchema = [
        Migration(
            "create rooms and places",
            .table(
                """
                create table room (
                    room_id uuid not null, name text not null, decided bigint not null,
                    joins_at bigint, opens_at bigint,
                    active_limit bigint, rate bigint, ready_ms bigint not null, idle_ms bigint not null,
                    hard_ms bigint not null,
                    last_serial bigint not null, admitted bigint not null, occupied bigint not null,
                    no_shows bigint not null, tokens bigint not null, filled_at bigint not null,
                    pace_from bigint not null, pace_count bigint not null, pace_before bigint not null,
                    settled_at bigint not null, revision bigint not null,
                    constraint room_key primary key (room_id),
                    constraint room_slots_are_counted check (occupied >= 0),
                    constraint room_line_is_in_order check (admitted <= last_serial))
                """),
            // Names are unique across all shards, so they are in a separate table.
            .table(
                """
                create table room_name (
                    name text not null, room_id uuid not null,
                    constraint room_name_key primary key (name))
                """),
            .table(
                """
                create table place (
                    room_id uuid not null, place_id uuid not null, user_id uuid not null, serial bigint not null,
                    state bigint not null, revision bigint not null, joined_at bigint not null,
                    admitted_at bigint, claimed_at bigint, renewed_at bigint, lapses_at bigint, ends_at bigint,
                    ended_at bigint, reason text not null,
                    constraint place_key primary key (room_id, place_id))
                """),
            "create unique index place_serial_is_taken_once on place (room_id, serial)",
            // States below 3 are those of a live place: waiting, admitted, active.
            "create unique index place_one_live_per_user on place (room_id, user_id) where state < 3",
            "create index place_due on place (room_id, lapses_at) where lapses_at is not null",
            // A join notifies no watcher, so its place is not in this index.
            "create index place_news on place (room_id, revision) where state > 0"),
        // Joins then write adjacent rows, and scattered entries only in narrow indexes.
        Migration(
            3, "keep places in the order of their serials",
            .postgreSQL(
                """
                alter table place drop constraint place_key, add constraint place_key primary key (room_id, serial)
                """),
            .postgreSQL("drop index place_serial_is_taken_once"),
            .sqlite("alter table place rename to place_by_id"),
            .sqlite(
                """
                create table place (
                    room_id uuid not null, place_id uuid not null, user_id uuid not null, serial bigint not null,
                    state bigint not null, revision bigint not null, joined_at bigint not null,
                    admitted_at bigint, claimed_at bigint, renewed_at bigint, lapses_at bigint, ends_at bigint,
                    ended_at bigint, reason text not null,
                    constraint place_key primary key (room_id, serial)) without rowid
                """),
            .sqlite("insert into place select * from place_by_id order by room_id, serial"),
            .sqlite("drop table place_by_id"),
            .sqlite("create unique index place_one_live_per_user on place (room_id, user_id) where state < 3"),
            .sqlite("create index place_due on place (room_id, lapses_at) where lapses_at is not null"),
            .sqlite("create index place_news on place (room_id, revision) where state > 0"),
            "create unique index place_id_is_taken_once on place (room_id, place_id)"),
        // Few places end while they wait. A purchase moves its place through every other state, and writes no index.
        Migration(
            "index only the places that end while they wait",
            "drop index place_news",
            """
            create index place_gone on place (room_id, revision) where ended_at is not null and admitted_at is null
            """),
        // Watchers then receive every end but that by a purchase, which is FINISHED, state 3.
        Migration(
            "index the places that end without a purchase",
            "drop index place_gone",
            "create index place_ended on place (room_id, revision) where state > 3"),
        Migration(
            7, "limit the waiting users of a room, and show them a message",
            "alter table room add column waiting bigint not null default 0",
            "alter table room add column waiting_limit bigint",
            "alter table room add column message text not null default ''",
            "alter table room add column banned bigint not null default 0",
            """
            update room set waiting =
                (select count(*) from place where place.room_id = room.room_id and place.state = 0)
            """),
        // Users who cannot join a room.
        Migration(
            8, "create bans",
            .table(
                """
                create table ban (
                    room_id uuid not null, user_id uuid not null, reason text not null, banned_at bigint not null,
                    constraint ban_key primary key (room_id, user_id))
                """)),
        // The states above 2 are those of an ended place. So neither a join nor a renewal writes it.
        Migration(
            9, "index the ended places of a user",
            "create index place_past on place (user_id, joined_at) where state > 2"),
        // The requests of bans and of their ends, so that a late copy of one does not undo a later one.
        Migration(
            10, "remember the requests of bans",
            .table(
                """
                create table ban_request (
                    room_id uuid not null, request_id uuid not null, made_as bigint not null,
                    constraint ban_request_key primary key (room_id, request_id))
                """)),
        // The checkpoints of the log of each line. A key allows one root for each size.
        Migration(
            11, "create the checkpoints of lines",
            .table(
                """
                create table line_checkpoint (
                    room_id uuid not null, size bigint not null, root bytea not null, admitted bigint not null,
                    note text not null,
                    constraint line_checkpoint_key primary key (room_id, size))
                """)),
        // What a draw promises and results in.
        Migration(
            13, "create draws",
            .table(
                """
                create table room_draw (
                    room_id uuid not null, secret_hash bytea not null, root bytea, secret bytea, beacon bytea,
                    constraint room_draw_key primary key (room_id))
                """)),
        // The counts of a room, so that none of its places are read for them. The states above 2 are those of an ended place.
        Migration(
            14, "count the ended places and the claims of a room",
            "alter table room add column ended_finished bigint not null default 0",
            "alter table room add column ended_left bigint not null default 0",
            "alter table room add column ended_lapsed bigint not null default 0",
            "alter table room add column ended_revoked bigint not null default 0",
            "alter table room add column ended_active bigint not null default 0",
            .table(
                """
                create table room_claims (
                    room_id uuid not null, part bigint not null, claims bigint not null,
                    constraint room_claims_key primary key (room_id, part))
                """),
            """
            update room set
                ended_finished = (select count(*) from place where place.room_id = room.room_id and place.state = 3),
                ended_left = (select count(*) from place where place.room_id = room.room_id and place.state = 4),
                ended_lapsed = (select count(*) from place where place.room_id = room.room_id and place.state = 5),
                ended_revoked = (select count(*) from place where place.room_id = room.room_id and place.state = 6),
                ended_active = (
                    select count(*) from place
                    where place.room_id = room.room_id and place.state > 2 and place.claimed_at is not null)
            """,
            """
            insert into room_claims (room_id, part, claims)
            select room_id, 0, count(*) from place where claimed_at is not null group by room_id
            """),
        // The users who joined with each code.
        Migration(
            17, "count the uses of codes",
            .table(
                """
                create table code_use (
                    room_id uuid not null, code bigint not null, user_id uuid not null, used_at bigint not null,
                    constraint code_use_key primary key (room_id, code, user_id))
                """)),
        // The lines for which no instance signs any more.
        Migration(
            18, "create the forks of lines",
            .table(
                """
                create table line_fork (
                    room_id uuid not null, problem text not null, found_at bigint not null,
                    constraint line_fork_key primary key (room_id))
                """)),
    ]
}
