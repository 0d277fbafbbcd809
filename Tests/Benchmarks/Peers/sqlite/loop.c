/* The work of `Benchmarks database` as a plain C loop with SQLite, with the same schema and settings:
 *
 *     loop reserve|read FILE BATCH SECONDS      prints operations per second
 */
#include <endian.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEATS = 50000 };

static sqlite3 *database;

static void check(int code, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    fprintf(stderr, "loop: %s: %s\n", what, sqlite3_errmsg(database));
    exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL), sql); }

static sqlite3_stmt *prepared(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
    return statement;
}

static int step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    check(code, "step");
    return code;
}

static void finish(sqlite3_stmt *statement) {
    step(statement);
    sqlite3_reset(statement);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static uint64_t next_random(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 32;
}

static unsigned char concert[16] = {[7] = 7, [15] = 7}, buyer[16] = {[7] = 3};

static void set_up(const char *path) {
    check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL), path);
    run("pragma page_size = 4096; pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536;"
        "pragma temp_store = memory; pragma wal_autocheckpoint = 10000;"
        "create table seat (concert_id uuid not null, label bigint not null, holder uuid, until bigint not null,"
        " constraint seat_key primary key (concert_id, label)) without rowid;"
        "create table reservation (concert_id uuid not null, id uuid not null, buyer uuid not null,"
        " label bigint not null, until bigint not null, state bigint not null,"
        " constraint reservation_key primary key (concert_id, id)) without rowid; begin");
    sqlite3_stmt *insert = prepared("insert into seat (concert_id, label, holder, until) values (?1, ?2, null, 0)");
    for (int label = 0; label < SEATS; label++) {
        sqlite3_bind_blob(insert, 1, concert, 16, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 2, label);
        finish(insert);
    }
    run("commit");
}

static uint64_t reserve(int batch, double end) {
    sqlite3_stmt *begin = prepared("begin immediate"), *commit = prepared("commit");
    sqlite3_stmt *claim = prepared(
        "update seat set holder = ?1, until = ?2 where concert_id = ?3 and label = ?4 and until <= ?2");
    sqlite3_stmt *insert = prepared("insert into reservation (concert_id, id, buyer, label, until, state)"
                                    " values (?1, ?2, ?3, ?4, ?5, 0)");
    uint64_t count = 0;
    while (now() < end) {
        finish(begin);
        for (int index = 0; index < batch; index++, count++) {
            uint64_t id[2] = {htobe64(count), next_random()};
            int64_t label = next_random() % SEATS;
            sqlite3_bind_blob(claim, 1, buyer, 16, SQLITE_STATIC);
            sqlite3_bind_int64(claim, 2, count);
            sqlite3_bind_blob(claim, 3, concert, 16, SQLITE_STATIC);
            sqlite3_bind_int64(claim, 4, label);
            finish(claim);
            if (sqlite3_changes64(database) != 1) exit(1);
            sqlite3_bind_blob(insert, 1, concert, 16, SQLITE_STATIC);
            sqlite3_bind_blob(insert, 2, id, 16, SQLITE_STATIC);
            sqlite3_bind_blob(insert, 3, buyer, 16, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 4, label);
            sqlite3_bind_int64(insert, 5, count);
            finish(insert);
        }
        finish(commit);
    }
    return count;
}

static uint64_t look_up(double end) {
    sqlite3_stmt *select = prepared("select until from seat where concert_id = ?1 and label = ?2");
    uint64_t count = 0;
    int64_t sum = 0;
    for (; count % 16 || now() < end; count++) {
        sqlite3_bind_blob(select, 1, concert, 16, SQLITE_STATIC);
        sqlite3_bind_int64(select, 2, next_random() % SEATS);
        if (step(select) != SQLITE_ROW) exit(1);
        sum += sqlite3_column_int64(select, 0);
        sqlite3_reset(select);
    }
    return sum < 0 ? 0 : count;
}

int main(int count, char **words) {
    if (count != 5) {
        fprintf(stderr, "usage: loop reserve|read FILE BATCH SECONDS\n");
        return 2;
    }
    set_up(words[2]);
    double start = now(), end = start + atof(words[4]);
    uint64_t done = strcmp(words[1], "read") ? reserve(atoi(words[3]), end) : look_up(end);
    printf("%.0f\n", done / (now() - start));
    return sqlite3_close_v2(database);
}
