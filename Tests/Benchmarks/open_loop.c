// Requests at a constant rate, whatever the answers take: open_loop PORT RATE SECONDS CONNECTIONS REQUEST-FILE
//
// One request every 1/RATE seconds, evenly spaced. A latency is counted from the moment the request was due, so that a
// relay that stalls cannot hide it by slowing the load down. Prints one latency in microseconds a line, without those
// of the first second. Every answer must be a 200 with Content-Length.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
  uint64_t due;  // When the request under way was due, in nanoseconds.
  size_t received;
  char answer[16384];
};

static void fail(const char *what) {
  fprintf(stderr, "open_loop: %s (%s)\n", what, strerror(errno));
  exit(1);
}

static uint64_t monotonic_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int connect_to(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  return descriptor;
}

// Whether the answer has come whole.
static int is_whole(struct connection *connection) {
  connection->answer[connection->received] = 0;
  char *end = strstr(connection->answer, "\r\n\r\n");
  if (!end) return 0;
  if (strncmp(connection->answer, "HTTP/1.1 200 ", 13) != 0) fail("an answer that is not 200");
  char *length = strcasestr(connection->answer, "\r\ncontent-length:");
  if (!length || length > end) fail("an answer without content-length");
  return connection->received >= (size_t)(end + 4 - connection->answer) + strtoul(length + 17, NULL, 10);
}

int main(int count, char **arguments) {
  if (count != 6) fail("usage: open_loop PORT RATE SECONDS CONNECTIONS REQUEST-FILE");
  int port = atoi(arguments[1]), connections = atoi(arguments[4]);
  uint64_t rate = strtoul(arguments[2], NULL, 10), seconds = strtoul(arguments[3], NULL, 10);
  uint64_t unrecorded = rate, total = (seconds + 1) * rate, sent = 0, answered = 0;
  char request[16384];
  FILE *file = fopen(arguments[5], "r");
  if (!file) fail(arguments[5]);
  size_t length = fread(request, 1, sizeof request, file);
  // The kernel may otherwise be 50 µs late.
  prctl(PR_SET_TIMERSLACK, 1);

  struct connection *all = calloc(connections, sizeof *all);
  struct pollfd *polled = calloc(connections, sizeof *polled);
  uint64_t *latencies = calloc(total, sizeof *latencies);
  int *idle = calloc(connections, sizeof *idle), idle_count = connections;
  for (int index = 0; index < connections; index++) {
    polled[index] = (struct pollfd){.fd = connect_to(port), .events = POLLIN};
    idle[index] = index;
  }
  uint64_t start = monotonic_nanoseconds() + 1000000;
  while (answered < total) {
    uint64_t now = monotonic_nanoseconds();
    if (now > start + (seconds + 10) * 1000000000) fail("answers missing");
    for (uint64_t due; sent < total && idle_count && (due = start + sent * 1000000000 / rate) <= now; sent++) {
      // The one that has waited longest: connections take turns.
      int index = idle[0];
      memmove(idle, idle + 1, --idle_count * sizeof *idle);
      all[index].due = due;
      if (write(polled[index].fd, request, length) != (ssize_t)length) fail("write");
    }
    uint64_t next = start + sent * 1000000000 / rate, wait = 100000000;
    if (sent < total && idle_count) wait = next > now ? next - now : 0;
    struct timespec timeout = {.tv_nsec = (long)(wait < 100000000 ? wait : 100000000)};
    if (ppoll(polled, connections, &timeout, NULL) < 0) fail("poll");
    for (int index = 0; index < connections; index++) {
      if (!polled[index].revents) continue;
      struct connection *connection = &all[index];
      ssize_t got = read(polled[index].fd, connection->answer + connection->received,
                         sizeof connection->answer - connection->received - 1);
      if (got <= 0 || !connection->due) fail("connection lost");
      connection->received += got;
      if (!is_whole(connection)) continue;
      latencies[answered++] = (monotonic_nanoseconds() - connection->due) / 1000;
      connection->received = connection->due = 0;
      idle[idle_count++] = index;
    }
  }
  for (uint64_t index = unrecorded; index < total; index++) printf("%lu\n", latencies[index]);
}
