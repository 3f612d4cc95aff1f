// Linux calls that Swift's Glibc module does not export.
#pragma once
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
