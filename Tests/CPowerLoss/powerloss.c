#include "powerloss.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

/* An unsynced write, or an unsynced truncation if `bytes` is null. */
typedef struct Change {
    sqlite3_int64 offset;
    int count;
    unsigned char *bytes;
} Change;

typedef struct Content {
    unsigned char *bytes;
    sqlite3_int64 size, capacity;
} Content;

/* One file: the content that programs see, the content on the disk, and the changes between the two. */
typedef struct Image {
    char *path;
    Content seen, durable;
    Change *changes;
    int change_count;
    sqlite3_int64 limit; /* Writes beyond it find the disk full. 0 means no limit. */
    struct Image *next;
} Image;

typedef struct File {
    sqlite3_file base;
    Image *image;
    sqlite3_file *real; /* For locks and the shared index of the log, which a power failure always loses. */
} File;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Image *images;
static sqlite3_vfs *real_vfs;

static void *grown(void *old, size_t size) {
    void *new = realloc(old, size ? size : 1);
    if (!new) abort();
    return new;
}

static void resize(Content *content, sqlite3_int64 size) {
    if (size > content->capacity) {
        content->capacity = 2 * size;
        content->bytes = grown(content->bytes, content->capacity);
    }
    if (size > content->size) memset(content->bytes + content->size, 0, size - content->size);
    content->size = size;
}

static void put(Content *content, sqlite3_int64 offset, const void *bytes, int count) {
    if (offset + count > content->size) resize(content, offset + count);
    memcpy(content->bytes + offset, bytes, count);
}

static void note(Image *image, sqlite3_int64 offset, const void *bytes, int count) {
    image->changes = grown(image->changes, (image->change_count + 1) * sizeof(Change));
    Change *change = &image->changes[image->change_count++];
    *change = (Change){offset, count, NULL};
    if (bytes) {
        change->bytes = grown(NULL, count);
        memcpy(change->bytes, bytes, count);
    }
}

static void apply(Content *content, const Change *change) {
    if (change->bytes)
        put(content, change->offset, change->bytes, change->count);
    else
        resize(content, change->offset);
}

/* Applies some sectors of a change, because a disk writes sectors in any order until its power fails. */
static void apply_some(Content *content, const Change *change, unsigned *seed) {
    if (!change->bytes) {
        if (rand_r(seed) % 2) resize(content, change->offset);
        return;
    }
    for (int start = 0; start < change->count; start += SECTOR) {
        int count = change->count - start < SECTOR ? change->count - start : SECTOR;
        if (rand_r(seed) % 2) put(content, change->offset + start, change->bytes + start, count);
    }
}

static Image *find(const char *path) {
    for (Image *image = images; image; image = image->next)
        if (!strcmp(image->path, path)) return image;
    return NULL;
}

static void clear(Image *image) {
    for (int index = 0; index < image->change_count; index++) free(image->changes[index].bytes);
    image->change_count = 0;
}

static int close_file(sqlite3_file *base) {
    File *file = (File *)base;
    int code = file->real->pMethods ? file->real->pMethods->xClose(file->real) : SQLITE_OK;
    free(file->real);
    return code;
}

static int read_file(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    Content *seen = &((File *)base)->image->seen;
    pthread_mutex_lock(&mutex);
    sqlite3_int64 available = seen->size > offset ? seen->size - offset : 0;
    int found = available < count ? (int)available : count;
    if (found) memcpy(bytes, seen->bytes + offset, found);
    memset((char *)bytes + found, 0, count - found);
    pthread_mutex_unlock(&mutex);
    return found == count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    Image *image = ((File *)base)->image;
    pthread_mutex_lock(&mutex);
    int fits = !image->limit || offset + count <= image->limit;
    if (fits) {
        put(&image->seen, offset, bytes, count);
        note(image, offset, bytes, count);
    }
    pthread_mutex_unlock(&mutex);
    return fits ? SQLITE_OK : SQLITE_FULL;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size) {
    Image *image = ((File *)base)->image;
    pthread_mutex_lock(&mutex);
    resize(&image->seen, size);
    note(image, size, NULL, 0);
    pthread_mutex_unlock(&mutex);
    return SQLITE_OK;
}

static int sync_file(sqlite3_file *base, int flags) {
    (void)flags;
    Image *image = ((File *)base)->image;
    pthread_mutex_lock(&mutex);
    for (int index = 0; index < image->change_count; index++) apply(&image->durable, &image->changes[index]);
    clear(image);
    pthread_mutex_unlock(&mutex);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size) {
    pthread_mutex_lock(&mutex);
    *size = ((File *)base)->image->seen.size;
    pthread_mutex_unlock(&mutex);
    return SQLITE_OK;
}

#define REAL(base) ((File *)(base))->real
static int lock_file(sqlite3_file *f, int level) { return REAL(f)->pMethods->xLock(REAL(f), level); }
static int unlock_file(sqlite3_file *f, int level) { return REAL(f)->pMethods->xUnlock(REAL(f), level); }
static int check_lock(sqlite3_file *f, int *held) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), held); }
static int sector_size(sqlite3_file *f) { return (void)f, SECTOR; }
static int characteristics(sqlite3_file *f) { return (void)f, SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
static int shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **address) {
    return REAL(f)->pMethods->xShmMap(REAL(f), region, size, extend, address);
}
static int shm_lock(sqlite3_file *f, int at, int n, int flags) {
    return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void shm_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int shm_unmap(sqlite3_file *f, int remove) { return REAL(f)->pMethods->xShmUnmap(REAL(f), remove); }
static int control(sqlite3_file *f, int what, void *argument) {
    return (void)f, (void)what, (void)argument, SQLITE_NOTFOUND;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, .xClose = close_file, .xRead = read_file, .xWrite = write_file, .xTruncate = truncate_file,
    .xSync = sync_file, .xFileSize = file_size, .xLock = lock_file, .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock, .xFileControl = control, .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics, .xShmMap = shm_map, .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier, .xShmUnmap = shm_unmap,
};

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out) {
    (void)vfs;
    File *file = (File *)base;
    if (!path) return SQLITE_CANTOPEN; /* Temporary files are kept in memory. */
    file->real = calloc(1, real_vfs->szOsFile);
    if (!file->real) return SQLITE_NOMEM;
    int code = real_vfs->xOpen(real_vfs, path, file->real, flags, out);
    if (code != SQLITE_OK) {
        free(file->real);
        return code;
    }
    pthread_mutex_lock(&mutex);
    file->image = find(path);
    if (!file->image) {
        file->image = calloc(1, sizeof(Image));
        if (!file->image || !(file->image->path = strdup(path))) abort();
        file->image->next = images;
        images = file->image;
    }
    pthread_mutex_unlock(&mutex);
    base->pMethods = &methods;
    return SQLITE_OK;
}

/* Empties a deleted file and keeps its image, because other connections may have it open. */
static int delete_file(sqlite3_vfs *vfs, const char *path, int sync) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    Image *image = find(path);
    if (image) {
        clear(image);
        image->seen.size = image->durable.size = 0;
    }
    pthread_mutex_unlock(&mutex);
    return real_vfs->xDelete(real_vfs, path, sync);
}

void powerloss_register(void) {
    static sqlite3_vfs vfs;
    pthread_mutex_lock(&mutex);
    if (!real_vfs) {
        real_vfs = sqlite3_vfs_find(NULL);
        vfs = *real_vfs;
        vfs.zName = POWERLOSS_VFS;
        vfs.szOsFile = sizeof(File);
        vfs.pNext = NULL;
        vfs.xOpen = open_file;
        vfs.xDelete = delete_file;
        sqlite3_vfs_register(&vfs, 0);
    }
    pthread_mutex_unlock(&mutex);
}

static int save(const char *from, const char *to, unsigned *seed) {
    Image *image = find(from);
    if (!image) return 0;
    Content content = {0};
    put(&content, 0, image->durable.bytes ? image->durable.bytes : (unsigned char *)"", (int)image->durable.size);
    for (int index = 0; index < image->change_count; index++) apply_some(&content, &image->changes[index], seed);
    FILE *file = fopen(to, "wb");
    size_t written = file ? fwrite(content.bytes, 1, content.size, file) : 0;
    int failure = !file || fclose(file) || written != (size_t)content.size;
    free(content.bytes);
    return failure ? -1 : 0;
}

void powerloss_limit(const char *path, long long bytes) {
    pthread_mutex_lock(&mutex);
    Image *image = find(path);
    if (image) image->limit = bytes;
    pthread_mutex_unlock(&mutex);
}

int powerloss_save(const char *from, const char *to, unsigned seed) {
    char *from_log = sqlite3_mprintf("%s-wal", from), *to_log = sqlite3_mprintf("%s-wal", to);
    pthread_mutex_lock(&mutex);
    int failure = save(from, to, &seed) || save(from_log, to_log, &seed);
    pthread_mutex_unlock(&mutex);
    sqlite3_free(from_log);
    sqlite3_free(to_log);
    return failure ? -1 : 0;
}
