// Linux calls that Swift's Glibc module does not export.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <link.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <malloc.h>
#include <sys/socket.h>

// Declared by glibc only under _GNU_SOURCE, which Swift's importer does not set.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// prctl is variadic, which Swift cannot call.
static inline int shim_disable_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// The processors this process may run on; a set of them is a macro's business.
static inline long shim_processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
}

static inline int shim_forget_constants_of(struct dl_phdr_info *object, size_t size, void *page_size) {
  const uintptr_t mask = ~(*(const uintptr_t *)page_size - 1);
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    const uintptr_t start = object->dlpi_addr + segment->p_vaddr;
    madvise((void *)(start & mask), start + segment->p_memsz - (start & mask), MADV_DONTNEED);
  }
  return 0;
}

// Takes the pages of code and constants out of this process; the ones that are used come back from the page cache.
static inline void shim_forget_constants(uintptr_t page_size) {
  dl_iterate_phdr(shim_forget_constants_of, &page_size);
}
