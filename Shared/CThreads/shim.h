#pragma once
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

// glibc declares sem_clockwait only with _GNU_SOURCE, and Swift's glibc module does not define that.
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline);

// Makes all threads share one heap. Otherwise the C library reserves 64 MB of address space per thread.
static inline void onsale_share_one_heap(void)
{
    mallopt(M_ARENA_MAX, 1);
}

// Renames a file. Fails with EEXIST if the new name exists. glibc declares this call for GNU sources only.
static inline int onsale_rename_new(const char *from, const char *to)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1u);
}

// Lowers the priority of this thread, as `nice` does for a process. Linux counts priorities by thread. A thread at 10 gets a
// tenth of a core for which others compete. A woken thread waits for the end of a slice, so the slice is the shortest one, 0.1 ms
// instead of 3 ms. Linux has such slices since 6.12. glibc does not declare the call.
static inline void onsale_lower_priority(void)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t slice, deadline, period;
    } attributes = {.size = sizeof attributes, .policy = 3 /* SCHED_BATCH */, .nice = 10, .slice = 100 * 1000};
    if (syscall(SYS_sched_setattr, 0, &attributes, 0) != 0)
        setpriority(PRIO_PROCESS, 0, 10);
}

// glibc declares wcwidth and the locale of a thread for other sources only.
int wcwidth(wchar_t character);

// The number of cells of a character in a terminal, and -1 for a control character. Independent of the program's locale.
static inline int onsale_cell_width(wchar_t character)
{
    static locale_t shared;
    locale_t unicode = __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
    if (!unicode)
    {
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        __atomic_store_n(&shared, unicode, __ATOMIC_RELEASE);
    }
    locale_t before = uselocale(unicode);
    int width = wcwidth(character);
    uselocale(before);
    return width;
}
