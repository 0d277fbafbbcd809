/* Whole purchases as a plain C loop with SQLite: the statements of all three services, on one thread.
 *
 *     purchase FOLDER BATCH SECONDS [AMONG]      prints purchases per second, and microseconds of processor time for each
 *
 * FOLDER has queue.db, concert.db and wallet.db, which the services have created, and which nothing else uses. Users and seats
 * are chosen at random among AMONG, each once. Each step of a batch is one synced transaction, as in the services.
 */
#include <endian.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AMONG = 300000, PRICE = 100, INSERTED = 64, JOINED = 16, FOUND = 16, LONGEST_TEXT = 16384 };
typedef struct ID { uint64_t high, low; } ID;

static const char *folder;
static int batch = 256;

static void check(sqlite3 *database, int code, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    fprintf(stderr, "purchase: %s: %s\n", what, sqlite3_errmsg(database));
    exit(1);
}

static void run(sqlite3 *database, const char *sql) { check(database, sqlite3_exec(database, sql, NULL, NULL, NULL), sql); }

static sqlite3 *opened(const char *name) {
    char path[4096];
    sqlite3 *database;
    snprintf(path, sizeof path, "%s/%s.db", folder, name);
    check(NULL, sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL), path);
    run(database, "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma temp_store = memory;"
                  "pragma wal_autocheckpoint = 10000");
    return database;
}

static sqlite3_stmt *prepared(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement;
    check(database, sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
    return statement;
}

/* `row` count times, with `between` between them, and `before` and `after` around all. */
static sqlite3_stmt *repeated(
    sqlite3 *database, const char *before, int count, const char *row, const char *between, const char *after) {
    char text[LONGEST_TEXT];
    int length = snprintf(text, sizeof text, "%s", before);
    for (int index = 0; index < count; index++) {
        length += snprintf(text + length, sizeof text - length, "%s%s", index ? between : "", row);
        if (length >= LONGEST_TEXT) exit(1);
    }
    snprintf(text + length, sizeof text - length, "%s", after);
    return prepared(database, text);
}

static sqlite3_stmt *inserting(sqlite3 *database, const char *into, int count, const char *row, const char *after) {
    return repeated(database, into, count, row, ", ", after);
}

/* The next parameter of the statement that is bound. */
static int position;
static void id(sqlite3_stmt *statement, const ID *value) {
    sqlite3_bind_blob(statement, ++position, value, sizeof *value, SQLITE_STATIC);
}
static void number(sqlite3_stmt *statement, int64_t value) { sqlite3_bind_int64(statement, ++position, value); }
static void text(sqlite3_stmt *statement, const char *value) {
    sqlite3_bind_text(statement, ++position, value, -1, SQLITE_STATIC);
}
static void null(sqlite3_stmt *statement) { sqlite3_bind_null(statement, ++position); }

/* Runs a statement and reads all columns of its rows. Exits if it does not return, or change, `expected` rows. */
static void finish(sqlite3_stmt *statement, int expected) {
    int code, count = 0, columns = sqlite3_column_count(statement);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        count++;
        for (int column = 0; column < columns; column++) {
            if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) sqlite3_column_int64(statement, column);
            else sqlite3_column_blob(statement, column);
        }
    }
    sqlite3 *database = sqlite3_db_handle(statement);
    check(database, code, sqlite3_sql(statement));
    if (!columns && expected) count = sqlite3_changes(database);
    sqlite3_reset(statement);
    position = 0;
    if (count == expected) return;
    fprintf(stderr, "purchase: %d rows instead of %d: %s\n", count, expected, sqlite3_sql(statement));
    exit(1);
}

static uint64_t next_random(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

/* A new id. Later ones are larger, as those of the services. */
static ID new_id(void) {
    static uint64_t count;
    return (ID){htobe64((uint64_t)1 << 60 | ++count), next_random() << 32 | next_random()};
}

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static int64_t now(void) { return (int64_t)(seconds(CLOCK_REALTIME) * 1000); }

typedef struct Purchase {
    ID user, place, reservation, payment, ticket;
    char seat[16];
    int64_t serial, lapses_at;
} Purchase;

static ID room, concert, schedule;
static Purchase *purchases;
/* The purchases of the batch. */
static Purchase *first;
#define EACH(purchase) for (Purchase *purchase = first; purchase < first + batch; purchase++)
#define PARTS(part, size) for (Purchase *part = first; part < first + batch; part += size)
#define ROWS(purchase, part, size) for (Purchase *purchase = part; purchase < part + size; purchase++)

static struct {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *lock, *insert, *save_room, *find, *require, *renew, *save;
    int64_t serial;
} queue;

#define PLACE "place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at, lapses_at, ends_at," \
    " ended_at, reason"
#define ROOM "room_id, name, decided, joins_at, opens_at, active_limit, rate, ready_ms, idle_ms, hard_ms, last_serial, admitted," \
    " occupied, no_shows, tokens, filled_at, pace_from, pace_count, pace_before, settled_at, revision"

static void open_queue(void) {
    sqlite3 *d = queue.database = opened("queue");
    queue.begin = prepared(d, "begin immediate");
    queue.commit = prepared(d, "commit");
    queue.lock = prepared(d, "update room set revision = revision where room_id = ? returning " ROOM);
    queue.require = prepared(d, "select " ROOM " from room where room_id = ?");
    queue.save_room = prepared(
        d, "update room set decided = ?2, joins_at = ?3, opens_at = ?4, active_limit = ?5, rate = ?6, ready_ms = ?7, idle_ms = ?8,"
           " hard_ms = ?9, last_serial = ?10, admitted = ?11, occupied = ?12, no_shows = ?13, tokens = ?14, filled_at = ?15,"
           " pace_from = ?16, pace_count = ?17, pace_before = ?18, settled_at = ?19, revision = ?20 where room_id = ?1");
    queue.insert = inserting(
        d, "insert into place (room_id, joined_at, admitted_at, lapses_at, place_id, user_id, serial, state, revision, reason)"
           " values ", JOINED, "(?1, ?2, ?2, ?3, ?, ?, ?, 1, ?, '')", " on conflict do nothing");
    queue.find = repeated(
        d, "", FOUND, "select " PLACE " from place where room_id = ?1 and place_id = ?", " union all ", "");
    queue.renew = prepared(
        d, "update place set state = 2, claimed_at = ?3, ends_at = ?6,"
           " renewed_at = case when lapses_at <> ?10 and lapses_at > ?5 then renewed_at else ?4 end,"
           " lapses_at = case when lapses_at <> ?10 and lapses_at > ?5 then lapses_at else ?5 end"
           " where room_id = ?1 and serial = ?2 and revision = ?7 and state = ?8"
           " and coalesce(ends_at, lapses_at) is not distinct from ?9");
    queue.save = prepared(
        d, "update place set state = ?3, revision = ?4, admitted_at = ?5, claimed_at = ?6, renewed_at = ?7, lapses_at = ?8,"
           " ends_at = ?9, ended_at = ?10, reason = ?11 where room_id = ?1 and serial = ?2 and state = ?12"
           " and (?3 <> 4 or lapses_at <= ?10)");
    sqlite3_stmt *insert = inserting(d, "insert into room (" ROOM ") values ", 1, "(?, 'room', 2, 0, 0, null, null, 60000, 60000,"
        " 600000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)", "");
    id(insert, &room);
    finish(insert, 1);
}

static void save_room(int64_t serial, int64_t time) {
    id(queue.save_room, &room);
    for (int64_t value = 2; value <= 20; value++) {
        if (value == 10 || value == 11 || value == 20) number(queue.save_room, serial);
        else if (value >= 3 && value <= 6) null(queue.save_room);
        else number(queue.save_room, value == 18 ? 0 : time);
    }
    finish(queue.save_room, 1);
}

static void lock_room(void) {
    finish(queue.begin, 0);
    id(queue.lock, &room);
    finish(queue.lock, 1);
}

static void join(void) {
    int64_t time = now();
    lock_room();
    PARTS(part, JOINED) {
        id(queue.insert, &room), number(queue.insert, time), number(queue.insert, time + 60000);
        ROWS(purchase, part, JOINED) {
            purchase->serial = ++queue.serial;
            purchase->lapses_at = time + 60000;
            id(queue.insert, &purchase->place), id(queue.insert, &purchase->user);
            number(queue.insert, purchase->serial), number(queue.insert, purchase->serial);
        }
        finish(queue.insert, JOINED);
    }
    save_room(queue.serial, time);
    finish(queue.commit, 0);
}

static void find_places(void) {
    PARTS(part, FOUND) {
        id(queue.find, &room);
        ROWS(purchase, part, FOUND) id(queue.find, &purchase->place);
        finish(queue.find, FOUND);
    }
}

static void renew(void) {
    int64_t time = now();
    finish(queue.begin, 0);
    find_places();
    id(queue.require, &room);
    finish(queue.require, 1);
    EACH(purchase) {
        sqlite3_stmt *s = queue.renew;
        id(s, &room), number(s, purchase->serial), number(s, time), number(s, time), number(s, time + 60000);
        number(s, time + 600000), number(s, purchase->serial), number(s, 1), number(s, purchase->lapses_at);
        number(s, purchase->lapses_at);
        finish(s, 1);
    }
    finish(queue.commit, 0);
}

static void end_places(void) {
    int64_t time = now();
    lock_room();
    find_places();
    EACH(purchase) {
        sqlite3_stmt *s = queue.save;
        id(s, &room), number(s, purchase->serial), number(s, 3), number(s, queue.serial), number(s, time), number(s, time);
        number(s, time), null(s), number(s, time + 600000), number(s, time), text(s, ""), number(s, 2);
        finish(s, 1);
    }
    save_room(queue.serial, time);
    finish(queue.commit, 0);
}

static struct {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *append, *seats, *insert, *hold, *decide, *find, *date, *save, *sell, *issue;
} sale;

#define SEAT "label, grade, price, state, reservation_id, until, reason"
#define RESERVATION "reservation_id, concert_id, schedule_id, user_id, seats, best_of, amount, currency, room_id, place_id," \
    " reserved_at, deadline, state, payment_id, sold_at, refund_id, ended_at, return_reason"
#define DATE "concert_id, schedule_id, currency, added_as, version, changed_by, layout_version, name, starts_at, ends_at," \
    " sale_opens_at, sale_closes_at, cancel_until, seats_per_user, hold_ms, room_id"

static void open_sale(int among) {
    sqlite3 *d = sale.database = opened("concert");
    sale.begin = prepared(d, "begin immediate");
    sale.commit = prepared(d, "commit");
    sale.append = inserting(
        d, "insert into buyer (concert_id, user_id, reservations) values ", INSERTED, "(?1, ?, ?)",
        " on conflict (concert_id, user_id) do update set reservations = buyer.reservations || excluded.reservations"
        " returning user_id, reservations");
    sale.seats = repeated(
        d, "", FOUND, "select " SEAT " from seat where concert_id = ?1 and schedule_id = ?2 and label = ?", " union all ", "");
    sale.insert = inserting(
        d, "insert into reservation (" RESERVATION ") values ", INSERTED,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, null, null, null, null, null)",
        " on conflict (concert_id, reservation_id) do nothing returning reservation_id");
    sale.hold = prepared(
        d, "update seat set grade = ?4, price = ?5, state = ?6, reservation_id = ?7, until = ?8, reason = ?9"
           " where concert_id = ?1 and schedule_id = ?2 and label = ?3"
           " and grade = ?10 and price = ?11 and state = ?12 and reservation_id is not distinct from ?13");
    sale.decide = inserting(
        d, "insert into decision (concert_id, payment_id, reservation_id, outcome, decided_at) values ", INSERTED,
        "(?1, ?, ?, ?, ?)", " on conflict (concert_id, payment_id) do nothing returning payment_id");
    sale.find = repeated(
        d, "", FOUND, "select " RESERVATION " from reservation where concert_id = ?1 and reservation_id = ?", " union all ", "");
    sale.date = prepared(d, "select " DATE " from schedule where concert_id = ? and schedule_id = ?");
    sale.save = prepared(
        d, "update reservation set state = ?3, payment_id = ?4, sold_at = ?5, refund_id = ?6, ended_at = ?7, return_reason = ?8"
           " where concert_id = ?1 and reservation_id = ?2 and state = ?9");
    sale.sell = prepared(
        d, "update seat set state = 2, until = null"
           " where concert_id = ? and schedule_id = ? and label = ? and state = 1 and reservation_id = ? returning " SEAT);
    sale.issue = inserting(
        d, "insert into ticket (ticket_id, concert_id, schedule_id, reservation_id, user_id, seat, grade, price, currency,"
           " starts_at, ends_at, issued_at, state, used_at, used_by, cancelled_at) values ", INSERTED,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, null, null, null)", "");
    finish(sale.begin, 0);
    sqlite3_stmt *date = inserting(
        d, "insert into schedule (" DATE ") values ", 1,
        "(?, ?, 'EUR', 0, 1, x'00', 1, 'sale', 0, 0, 0, 0, null, 10, 600000, ?)", "");
    id(date, &concert), id(date, &schedule), id(date, &room);
    finish(date, 1);
    sqlite3_stmt *seat = inserting(
        d, "insert into seat (concert_id, schedule_id, label, grade, price, state) values ", 1, "(?, ?, ?, 'A', ?, 0)", "");
    for (int index = 0; index < among; index++) {
        id(seat, &concert), id(seat, &schedule), text(seat, purchases[index].seat), number(seat, PRICE);
        finish(seat, 1);
    }
    finish(sale.commit, 0);
}

static void reserve(void) {
    int64_t time = now();
    char list[INSERTED][33];
    finish(sale.begin, 0);
    PARTS(part, INSERTED) {
        id(sale.append, &concert);
        ROWS(purchase, part, INSERTED) {
            char *digits = list[purchase - part];
            snprintf(digits, 33, "%016lx%016lx", be64toh(purchase->reservation.high), be64toh(purchase->reservation.low));
            id(sale.append, &purchase->user), text(sale.append, digits);
        }
        finish(sale.append, INSERTED);
    }
    PARTS(part, FOUND) {
        id(sale.seats, &concert), id(sale.seats, &schedule);
        ROWS(purchase, part, FOUND) text(sale.seats, purchase->seat);
        finish(sale.seats, FOUND);
    }
    PARTS(part, INSERTED) {
        ROWS(purchase, part, INSERTED) {
            sqlite3_stmt *s = sale.insert;
            id(s, &purchase->reservation), id(s, &concert), id(s, &schedule), id(s, &purchase->user), text(s, purchase->seat);
            null(s), number(s, PRICE), text(s, "EUR"), id(s, &room), id(s, &purchase->place), number(s, time);
            number(s, time + 600000);
        }
        finish(sale.insert, INSERTED);
    }
    EACH(purchase) {
        sqlite3_stmt *s = sale.hold;
        id(s, &concert), id(s, &schedule), text(s, purchase->seat), text(s, "A"), number(s, PRICE), number(s, 1);
        id(s, &purchase->reservation), number(s, time + 600000), null(s), text(s, "A"), number(s, PRICE), number(s, 0), null(s);
        finish(s, 1);
    }
    finish(sale.commit, 0);
}

static void confirm(void) {
    int64_t time = now();
    finish(sale.begin, 0);
    PARTS(part, INSERTED) {
        id(sale.decide, &concert);
        ROWS(purchase, part, INSERTED) {
            id(sale.decide, &purchase->payment), id(sale.decide, &purchase->reservation);
            number(sale.decide, 0), number(sale.decide, time);
        }
        finish(sale.decide, INSERTED);
    }
    PARTS(part, FOUND) {
        id(sale.find, &concert);
        ROWS(purchase, part, FOUND) id(sale.find, &purchase->reservation);
        finish(sale.find, FOUND);
    }
    id(sale.date, &concert), id(sale.date, &schedule);
    finish(sale.date, 1);
    EACH(purchase) {
        sqlite3_stmt *s = sale.save;
        id(s, &concert), id(s, &purchase->reservation), number(s, 2), id(s, &purchase->payment), number(s, time);
        null(s), null(s), text(s, ""), number(s, 1);
        finish(s, 1);
    }
    EACH(purchase) {
        id(sale.sell, &concert), id(sale.sell, &schedule), text(sale.sell, purchase->seat), id(sale.sell, &purchase->reservation);
        finish(sale.sell, 1);
    }
    PARTS(part, INSERTED) {
        ROWS(purchase, part, INSERTED) {
            sqlite3_stmt *s = sale.issue;
            id(s, &purchase->ticket), id(s, &concert), id(s, &schedule), id(s, &purchase->reservation), id(s, &purchase->user);
            text(s, purchase->seat), text(s, "A"), number(s, PRICE), text(s, "EUR"), number(s, time), number(s, time);
            number(s, time);
        }
        finish(sale.issue, 0);
    }
    finish(sale.commit, 0);
}

static struct {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *halt, *own, *insert, *move, *enter, *close, *add_pass, *due, *claim, *drop_pass;
} wallet;

static void open_wallet(int among) {
    sqlite3 *d = wallet.database = opened("wallet");
    wallet.begin = prepared(d, "begin immediate");
    wallet.commit = prepared(d, "commit");
    wallet.halt = prepared(d, "select 1 from halted where concert_id = ? and lifted_at is null");
    wallet.own = inserting(
        d, "insert into payment_owner (payment_id, user_id) values ", INSERTED, "(?, ?)",
        " on conflict do nothing returning payment_id");
    wallet.insert = inserting(
        d, "insert into payment (user_id, payment_id, concert_id, reservation_id, amount, currency, begun_at, state, reason,"
           " wants_abort, attempt, next_attempt, decided_at, refund_id, refunded_at) values ", INSERTED,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, null, null)", "");
    wallet.move = prepared(
        d, "update account set available = available + ?3, pending = pending + ?4, entries = entries + 1"
           " where user_id = ?1 and currency = ?2 and available + ?3 >= 0 and pending + ?4 >= 0"
           " returning available, pending, entries");
    wallet.enter = inserting(
        d, "insert into entry (user_id, currency, serial, kind, amount, available, pending, cause, made_at) values ", INSERTED,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?)", "");
    wallet.close = prepared(
        d, "update payment set state = ?3, reason = ?4, next_attempt = null, decided_at = ?5"
           " where user_id = ?1 and payment_id = ?2 and state = 1");
    wallet.add_pass = inserting(
        d, "insert into pass_due (user_id, payment_id, room_id, place_id, attempt, next_attempt) values ", INSERTED,
        "(?, ?, ?, ?, ?, ?)", "");
    wallet.due = prepared(
        d, "select user_id, payment_id, room_id, place_id, attempt, next_attempt from pass_due"
           " where next_attempt between ? and ? order by next_attempt limit ?");
    wallet.claim = prepared(
        d, "update pass_due set attempt = ?3, next_attempt = ?4 where user_id = ?1 and payment_id = ?2 and next_attempt = ?5");
    wallet.drop_pass = prepared(d, "delete from pass_due where user_id = ? and payment_id = ?");
    finish(wallet.begin, 0);
    sqlite3_stmt *account = prepared(
        d, "insert into account (user_id, currency, available, pending, entries) values (?, 'EUR', ?, 0, 1)");
    sqlite3_stmt *entry = inserting(
        d, "insert into entry (user_id, currency, serial, kind, amount, available, pending, cause, made_at) values ", 1,
        "(?, 'EUR', 1, 1, ?2, ?2, 0, ?, ?)", "");
    for (int index = 0; index < among; index++) {
        const ID *user = &purchases[index].user;
        id(account, user), number(account, 4 * PRICE);
        finish(account, 1);
        id(entry, user), number(entry, 4 * PRICE), id(entry, user), number(entry, now());
        finish(entry, 1);
    }
    finish(wallet.commit, 0);
}

/* Moves money and writes the entries of the batch. */
static void move(int64_t available, int64_t pending, int64_t kind, int64_t serial, int64_t time) {
    EACH(purchase) {
        id(wallet.move, &purchase->user), text(wallet.move, "EUR"), number(wallet.move, available), number(wallet.move, pending);
        finish(wallet.move, 1);
    }
    PARTS(part, INSERTED) {
        ROWS(purchase, part, INSERTED) {
            sqlite3_stmt *s = wallet.enter;
            id(s, &purchase->user), text(s, "EUR"), number(s, serial), number(s, kind), number(s, PRICE), number(s, 3 * PRICE);
            number(s, pending > 0 ? PRICE : 0), id(s, &purchase->payment), number(s, time);
        }
        finish(wallet.enter, 0);
    }
}

static void pay(void) {
    int64_t time = now();
    finish(wallet.begin, 0);
    id(wallet.halt, &concert);
    finish(wallet.halt, 0);
    PARTS(part, INSERTED) {
        ROWS(purchase, part, INSERTED) id(wallet.own, &purchase->payment), id(wallet.own, &purchase->user);
        finish(wallet.own, INSERTED);
    }
    PARTS(part, INSERTED) {
        ROWS(purchase, part, INSERTED) {
            sqlite3_stmt *s = wallet.insert;
            id(s, &purchase->user), id(s, &purchase->payment), id(s, &concert), id(s, &purchase->reservation), number(s, PRICE);
            text(s, "EUR"), number(s, time), number(s, 1), null(s), number(s, time + 2000), null(s);
        }
        finish(wallet.insert, 0);
    }
    move(-PRICE, PRICE, 2, 2, time);
    finish(wallet.commit, 0);
}

static void settle(void) {
    int64_t time = now();
    finish(wallet.begin, 0);
    EACH(purchase) {
        sqlite3_stmt *s = wallet.close;
        id(s, &purchase->user), id(s, &purchase->payment), number(s, 2), null(s), number(s, time);
        finish(s, 1);
    }
    move(0, -PRICE, 3, 3, time);
    PARTS(part, INSERTED) {
        ROWS(purchase, part, INSERTED) {
            sqlite3_stmt *s = wallet.add_pass;
            id(s, &purchase->user), id(s, &purchase->payment), id(s, &room), id(s, &purchase->place), number(s, 0);
            number(s, purchase->lapses_at);
        }
        finish(wallet.add_pass, 0);
    }
    finish(wallet.commit, 0);
}

static void claim_passes(void) {
    number(wallet.due, 0), number(wallet.due, INT64_MAX), number(wallet.due, batch);
    finish(wallet.due, batch);
    finish(wallet.begin, 0);
    EACH(purchase) {
        sqlite3_stmt *s = wallet.claim;
        id(s, &purchase->user), id(s, &purchase->payment), number(s, 1), number(s, now() + 5000), number(s, purchase->lapses_at);
        finish(s, 1);
    }
    finish(wallet.commit, 0);
}

static void drop_passes(void) {
    finish(wallet.begin, 0);
    EACH(purchase) {
        id(wallet.drop_pass, &purchase->user), id(wallet.drop_pass, &purchase->payment);
        finish(wallet.drop_pass, 1);
    }
    finish(wallet.commit, 0);
}

/* The order of the keys, in which the services write. */
static int by_user(const void *a, const void *b) { return memcmp(&((Purchase *)a)->user, &((Purchase *)b)->user, sizeof(ID)); }
static int by_seat(const void *a, const void *b) { return strcmp(((Purchase *)a)->seat, ((Purchase *)b)->seat); }
static int by_place(const void *a, const void *b) { return memcmp(&((Purchase *)a)->place, &((Purchase *)b)->place, sizeof(ID)); }

static void in_order(int (*order)(const void *, const void *)) { qsort(first, batch, sizeof *first, order); }

static struct {
    const char *name;
    void (*run)(void);
    int (*order)(const void *, const void *);
    double time;
} steps[] = {
    {"join", join, by_place, 0}, {"renew", renew, by_place, 0}, {"reserve", reserve, by_seat, 0}, {"pay", pay, by_user, 0},
    {"confirm", confirm, by_seat, 0}, {"settle", settle, by_user, 0}, {"claim passes", claim_passes, by_user, 0},
    {"end places", end_places, by_place, 0}, {"drop passes", drop_passes, by_user, 0},
};
enum { STEPS = sizeof steps / sizeof *steps };

/* Users and seats are made in order, and used in random order. */
static void prepare(int among) {
    purchases = calloc(among, sizeof *purchases);
    room = new_id(), concert = new_id(), schedule = new_id();
    for (int index = 0; index < among; index++) {
        purchases[index].user = new_id();
        snprintf(purchases[index].seat, sizeof purchases->seat, "R%d-%d", index / 100, index % 100);
    }
    open_queue(), open_sale(among), open_wallet(among);
    for (int index = among - 1; index > 0; index--) {
        Purchase *user = &purchases[next_random() % (index + 1)], *seat = &purchases[next_random() % (index + 1)];
        ID other_user = purchases[index].user;
        char other_seat[16];
        memcpy(other_seat, purchases[index].seat, sizeof other_seat);
        purchases[index].user = user->user, user->user = other_user;
        memcpy(purchases[index].seat, seat->seat, sizeof other_seat), memcpy(seat->seat, other_seat, sizeof other_seat);
    }
    for (int index = 0; index < among; index++) {
        Purchase *purchase = &purchases[index];
        purchase->place = new_id(), purchase->reservation = new_id(), purchase->payment = new_id(), purchase->ticket = new_id();
    }
}

int main(int count, char **words) {
    int among = count == 5 ? atoi(words[4]) : AMONG;
    if ((count != 4 && count != 5) || (batch = atoi(words[2])) < INSERTED || batch % INSERTED || among < batch) {
        fprintf(stderr, "usage: purchase FOLDER BATCH SECONDS [AMONG], where BATCH is a multiple of %d, at most AMONG\n", INSERTED);
        return 2;
    }
    folder = words[1];
    prepare(among);
    double start = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID), end = start + atof(words[3]);
    for (first = purchases; first + batch <= purchases + among && seconds(CLOCK_MONOTONIC) < end; first += batch) {
        for (int step = 0; step < STEPS; step++) {
            in_order(steps[step].order);
            double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
            steps[step].run();
            steps[step].time += seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
        }
    }
    double done = first - purchases;
    printf("%.0f %.1f\n", done / (seconds(CLOCK_MONOTONIC) - start), (seconds(CLOCK_PROCESS_CPUTIME_ID) - used) / done * 1e6);
    for (int step = 0; step < STEPS; step++) fprintf(stderr, "%-14s %6.1f us\n", steps[step].name, steps[step].time / done * 1e6);
    return 0;
}
