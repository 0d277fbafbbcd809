#pragma once
#include <errno.h>
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

/// Returns 1 if a file in the folder could have this size now, which also depends on quotas. Also returns 1 if the file
/// system cannot answer this. The file becomes empty before it is closed: a child process that is just being started has
/// it open too, and would keep the space. Glibc declares O_TMPFILE and fallocate for GNU sources only.
static inline int onsale_has_room(const char *folder, long bytes) {
    int file = open(folder, __O_TMPFILE | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0600);
    int code = file < 0 || syscall(SYS_fallocate, file, 0, 0L, bytes) != 0 ? errno : 0;
    if (file >= 0) {
        (void)!ftruncate(file, 0);
        close(file);
    }
    return code != ENOSPC && code != EDQUOT;
}
