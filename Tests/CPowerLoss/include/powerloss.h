/* A file system for SQLite whose power can fail at any moment: it keeps apart what was written and what was synced. */
#ifndef POWERLOSS_H
#define POWERLOSS_H

#define POWERLOSS_VFS "power-loss"

/* Makes the file system known to SQLite by the name above; once is enough, more do nothing. */
void powerloss_register(void);

/* Writes the database `from` and its log to `to`, as a disk would hold them had the power failed just now: everything that
   was synced, and of the rest some sectors and not others, as `seed` decides. Returns 0, or -1 where a file fails. */
int powerloss_save(const char *from, const char *to, unsigned seed);

/* From now on writes to the file, which somebody has opened, fail as on a full disk where they go beyond so many bytes; 0
   for no such limit. */
void powerloss_limit(const char *path, long long bytes);

#endif
