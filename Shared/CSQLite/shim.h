#pragma once
#include <sqlite3.h>

/// Counting what is allocated takes a lock that all connections share. Only before the first of them is opened.
static inline int onsale_sqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
