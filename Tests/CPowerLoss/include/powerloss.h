/* A file system for SQLite that simulates power failures: it stores synced data apart from unsynced writes. */
#ifndef POWERLOSS_H
#define POWERLOSS_H

#define POWERLOSS_VFS "power-loss"

/* Registers the file system under the name above. Further calls do nothing. */
void powerloss_register(void);

/* Writes the database `from` and its log to `to`, as a disk would have them after a power failure now: all synced data, and
   some of the unsynced sectors, chosen by `seed`. Returns 0, or -1 if a file fails. */
int powerloss_save(const char *from, const char *to, unsigned seed);

/* From now on, writes to this open file beyond `bytes` fail as on a full disk. 0 means no limit. */
void powerloss_limit(const char *path, long long bytes);

#endif
