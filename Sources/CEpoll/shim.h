// Linux calls that Swift's Glibc module does not export.
#pragma once
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
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

// The processors this process may run on.
static inline long shim_processors(void) {
  unsigned long set[1024 / (8 * sizeof(unsigned long))] = {0};
  if (syscall(SYS_sched_getaffinity, 0, sizeof set, set) < 0) return sysconf(_SC_NPROCESSORS_ONLN);
  long count = 0;
  for (size_t word = 0; word < sizeof set / sizeof *set; word++) count += __builtin_popcountl(set[word]);
  return count;
}

// The beginning of dl_phdr_info (link.h), which glibc too declares under _GNU_SOURCE alone.
struct shim_object {
  uintptr_t address;
  const char *name;
  const Elf64_Phdr *segments;
  Elf64_Half segment_count;
};
extern int dl_iterate_phdr(int (*callback)(struct shim_object *object, size_t size, void *data), void *data);

static inline int shim_forget_constants_of(struct shim_object *object, size_t size, void *page_size) {
  const uintptr_t mask = ~(*(const uintptr_t *)page_size - 1);
  for (int index = 0; index < object->segment_count; index++) {
    const Elf64_Phdr *segment = &object->segments[index];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    const uintptr_t start = object->address + segment->p_vaddr;
    madvise((void *)(start & mask), start + segment->p_memsz - (start & mask), MADV_DONTNEED);
  }
  return 0;
}

// Takes the pages of code and constants out of this process; the ones that are used come back from the page cache.
static inline void shim_forget_constants(uintptr_t page_size) {
  dl_iterate_phdr(shim_forget_constants_of, &page_size);
}
