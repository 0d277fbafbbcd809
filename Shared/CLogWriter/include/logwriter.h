/* A file system for SQLite that writes the log of a database in few large pieces. SQLite's own makes two small writes for
   every page. All other files go to the file system below. The connection must use `synchronous=full`, with which every
   commit ends with a sync: until the next sync, written bytes may be in no file. */
#ifndef LOGWRITER_H
#define LOGWRITER_H

#include <sqlite3.h>

/* Returns the name of the file system to open a database with. `below` is the name of the file system below, or null for
   SQLite's own. Returns null if `below` does not exist, or without memory. The first call for each `below` registers the
   file system. */
const char *logwriter_over(const char *below);

/* Drops the pages that a transaction has written. Call it after each rollback: otherwise the pages are written with the next
   ones, and may overwrite commits of another program. */
void logwriter_forget(sqlite3 *database);

#endif
