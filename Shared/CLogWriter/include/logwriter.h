/* A file system for SQLite that writes the log of a database in few large pieces, where SQLite's own writes two small ones
   for every page. All other files it leaves to the file system below. For a connection with `synchronous=full`: what
   SQLite has handed over may be in no file until the next sync, and with that every commit ends. */
#ifndef LOGWRITER_H
#define LOGWRITER_H

#include <sqlite3.h>

/* The name to open a database with; `below` is the name of the file system below, null for SQLite's own. Null where there
   is none of that name, or no memory. The first call for each `below` makes the file system known to SQLite. */
const char *logwriter_over(const char *below);

/* To be called after each rollback: forgets pages that the transaction had handed over, which would otherwise be written with
   the next ones, perhaps over what another program has committed meanwhile. */
void logwriter_forget(sqlite3 *database);

#endif
