#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

// Enlarges a block of mmap, perhaps at another address. glibc declares this call for GNU sources only.
static inline void *onsale_remap(void *block, size_t size, size_t larger)
{
    return (void *)syscall(SYS_mremap, block, size, larger, 1 /* may move */);
}
