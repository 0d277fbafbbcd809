#pragma once
#include <malloc.h>
#include <semaphore.h>
#include <time.h>

// glibc declares it only for _GNU_SOURCE, which Swift's module of glibc is compiled without.
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline);

// The C library reserves 64 MB of address space for the heap of each thread, unless all share one.
static inline void onsale_share_one_heap(void)
{
    mallopt(M_ARENA_MAX, 1);
}
