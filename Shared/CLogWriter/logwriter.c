#include "logwriter.h"

#include <sqlite3.h>
#include <string.h>

enum {
    /* The most bytes in one write. SQLite's own file system allows less than 128 KB. */
    PIECE = 120 * 1024,
    /* The log grows by this number of bytes, because a sync is slower after growth than after overwriting. */
    GROWTH = 1024 * 1024,
};

typedef struct Log {
    sqlite3_file base;
    sqlite3_file *real;
    sqlite3_int64 size; /* The size of the file. */
    sqlite3_int64 offset; /* The position of the gathered bytes in the file. */
    int count;
    unsigned char *bytes;
} Log;

typedef struct LogWriter {
    sqlite3_vfs base;
    sqlite3_vfs *below;
} LogWriter;

static const unsigned char zeros[PIECE];

static int write_through(Log *log, const void *bytes, int count, sqlite3_int64 offset) {
    return log->real->pMethods->xWrite(log->real, bytes, count, offset);
}

/* Appends zeros, which SQLite reads as the end of the log. They are optional: a full disk is no error here. */
static void grow(Log *log, sqlite3_int64 end) {
    sqlite3_int64 size = (end + GROWTH - 1) / GROWTH * GROWTH;
    while (end < size) {
        int count = size - end < PIECE ? (int)(size - end) : PIECE;
        if (write_through(log, zeros, count, end) != SQLITE_OK) break;
        end += count;
    }
    log->size = end;
}

/* Drops bytes that cannot be written, because SQLite gets the error and starts again at the same position. */
static int write_gathered(Log *log) {
    if (!log->count) return SQLITE_OK;
    sqlite3_int64 end = log->offset + log->count;
    int code = write_through(log, log->bytes, log->count, log->offset);
    log->count = 0;
    if (code == SQLITE_OK && end > log->size) grow(log, end);
    return code;
}

static int write_file(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    Log *log = (Log *)base;
    if (log->count && (offset != log->offset + log->count || count > PIECE - log->count)) {
        int code = write_gathered(log);
        if (code != SQLITE_OK) return code;
    }
    if (count > PIECE) return SQLITE_IOERR_WRITE; /* SQLite writes at most one page at once. */
    if (!log->count) log->offset = offset;
    memcpy(log->bytes + log->count, bytes, count);
    log->count += count;
    return SQLITE_OK;
}

/* Returns SQLITE_IOERR_WRITE also for a full disk, because SQLite then undoes the whole transaction. After SQLITE_FULL it may
   undo only one statement, although earlier pages are missing in the log, too. */
static int read_file(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    Log *log = (Log *)base;
    if (write_gathered(log) != SQLITE_OK) return SQLITE_IOERR_WRITE;
    return log->real->pMethods->xRead(log->real, bytes, count, offset);
}

static int sync_file(sqlite3_file *base, int flags) {
    Log *log = (Log *)base;
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->real->pMethods->xSync(log->real, flags) : code;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size) {
    Log *log = (Log *)base;
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->real->pMethods->xFileSize(log->real, size) : code;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size) {
    Log *log = (Log *)base;
    int code = write_gathered(log);
    if (code == SQLITE_OK) code = log->real->pMethods->xTruncate(log->real, size);
    if (code == SQLITE_OK) log->size = size;
    return code;
}

static int close_file(sqlite3_file *base) {
    Log *log = (Log *)base;
    int code = write_gathered(log), closed = log->real->pMethods->xClose(log->real);
    sqlite3_free(log->bytes);
    return code == SQLITE_OK ? closed : code;
}

#define REAL(base) ((Log *)(base))->real
static int lock_file(sqlite3_file *f, int level) { return REAL(f)->pMethods->xLock(REAL(f), level); }
static int unlock_file(sqlite3_file *f, int level) { return REAL(f)->pMethods->xUnlock(REAL(f), level); }
static int check_lock(sqlite3_file *f, int *held) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), held); }
static int control(sqlite3_file *f, int what, void *value) { return REAL(f)->pMethods->xFileControl(REAL(f), what, value); }
static int sector_size(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int characteristics(sqlite3_file *f) { return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)); }

static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = close_file, .xRead = read_file, .xWrite = write_file, .xTruncate = truncate_file,
    .xSync = sync_file, .xFileSize = file_size, .xLock = lock_file, .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock, .xFileControl = control, .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

void logwriter_forget(sqlite3 *database) {
    sqlite3_file *file = NULL;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (file && file->pMethods == &methods) ((Log *)file)->count = 0;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out) {
    sqlite3_vfs *below = ((LogWriter *)vfs)->below;
    if (!(flags & SQLITE_OPEN_WAL)) return below->xOpen(below, path, base, flags, out);
    Log *log = (Log *)base;
    *log = (Log){.real = (sqlite3_file *)(log + 1), .bytes = sqlite3_malloc(PIECE)};
    log->real->pMethods = NULL;
    int code = log->bytes ? below->xOpen(below, path, log->real, flags, out) : SQLITE_NOMEM;
    if (code == SQLITE_OK) code = log->real->pMethods->xFileSize(log->real, &log->size);
    if (code == SQLITE_OK) {
        base->pMethods = &methods;
    } else {
        if (log->real->pMethods) log->real->pMethods->xClose(log->real);
        sqlite3_free(log->bytes);
    }
    return code;
}

/* The file system below does everything except opening files. */
static LogWriter *made(sqlite3_vfs *below, const char *name) {
    LogWriter *writer = below ? sqlite3_malloc(sizeof(LogWriter)) : NULL;
    if (!writer) return NULL;
    *writer = (LogWriter){*below, below};
    writer->base.pNext = NULL;
    writer->base.zName = name;
    writer->base.szOsFile = sizeof(Log) + below->szOsFile;
    writer->base.xOpen = open_file;
    return writer;
}

const char *logwriter_over(const char *below) {
    char *name = sqlite3_mprintf("log-writer over %s", below ? below : "SQLite's own");
    if (!name) return NULL;
    sqlite3_mutex *mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(mutex);
    sqlite3_vfs *known = sqlite3_vfs_find(name);
    if (!known) {
        LogWriter *writer = made(sqlite3_vfs_find(below), name);
        if (writer && sqlite3_vfs_register(&writer->base, 0) == SQLITE_OK) {
            sqlite3_mutex_leave(mutex);
            return name;
        }
        sqlite3_free(writer);
    }
    sqlite3_mutex_leave(mutex);
    sqlite3_free(name);
    return known ? known->zName : NULL;
}
