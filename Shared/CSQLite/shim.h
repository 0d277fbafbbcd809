#pragma once
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Turns off the count of allocated memory, whose lock all connections share. Call it before the first one is opened.
static inline int onsale_sqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// With `keep`, the last connection to close leaves the log unchanged instead of moving it into the file.
static inline int onsale_sqlite_keep_log(sqlite3 *database, int keep) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, (int *)0);
}

/// Renames a file. Fails with EEXIST if the new name exists. Glibc declares this call for GNU sources only.
static inline int onsale_rename_new(const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1u);
}
