#pragma once
#include <malloc.h>
#include <semaphore.h>
#include <time.h>

// glibc declares sem_clockwait only with _GNU_SOURCE, and Swift's glibc module does not define that.
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline);

// Makes all threads share one heap. Otherwise the C library reserves 64 MB of address space per thread.
static inline void onsale_share_one_heap(void)
{
    mallopt(M_ARENA_MAX, 1);
}
