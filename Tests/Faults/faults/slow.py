"""Slow heads, slow content and slow readers, thousands at a time, while a well-behaved client wants its answers."""

import collections
import contextlib
import select
import socket
import time

from harness import request
from harness.flow import RUN, STATUS

from . import network
from .leaks import Leaks
from .process import Fal, Helper, start_proxy
from .report import Row, counted

TICK = 0.05
HEAD = request(STATUS, fields=[("x-padding", "x" * 64)])
CONTENT = b"twelve bytes"
#: More than small buffers of the kernel take for one reader; what its large ones take for all must fit the machine.
READ_BYTES = 512 << 10
HOARD_BYTES = 8 << 20
MEMORY_MIB = 64
BUFFER_BYTES = 64 << 10


class SlowClient:
    """One connection that has all its time."""

    def __init__(self, crowd):
        self.crowd = crowd
        self.connect()

    def connect(self):
        self.sock = socket.socket()
        if self.crowd.receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.crowd.receive_buffer)
        self.sock.settimeout(10)
        self.sock.connect(self.crowd.address)
        self.sock.setblocking(False)
        self.leaks = Leaks()
        self.begin()

    def begin(self):
        self.began = time.monotonic()
        self.received = b""
        self.data, self.at_once = self.crowd.script()
        self.position = 0

    def turn(self):
        """The next byte, or all that goes at once."""
        count = self.at_once if self.position == 0 else 1
        piece = self.data[self.position:self.position + count]
        if not piece:
            return
        try:
            self.position += self.sock.send(piece)
        except BlockingIOError:
            pass
        except OSError:
            self.crowd.seen["reset"] += 1
            self.again()

    def readable(self):
        try:
            data = self.leaks.feed(self.sock.recv(65536))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.received += data
        head, mark, body = self.received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0) if mark else 0
        if mark and len(body) >= length:
            status = int(head.split(b" ")[1])
            self.crowd.seen[status] += 1
            self.crowd.took[status].append(time.monotonic() - self.began)
            if status == 200:
                return self.begin()
            self.again()
        elif not data:
            self.crowd.seen["cut"] += 1
            self.again()

    def again(self):
        self.crowd.forget(self)
        self.connect()
        self.crowd.remember(self)


class Crowd:
    """`count` slow clients; `script()` gives the bytes of each and how many of them go at once."""

    def __init__(self, address, count, script, receive_buffer=None):
        self.address = address
        self.script = script
        self.receive_buffer = receive_buffer
        self.seen = collections.Counter()
        self.took = collections.defaultdict(list)
        self.poll = select.epoll()
        self.members = {}
        for _ in range(count):
            self.remember(SlowClient(self))

    def remember(self, client):
        self.members[client.sock.fileno()] = client
        if not self.receive_buffer:
            self.poll.register(client.sock.fileno(), select.EPOLLIN)

    def forget(self, client):
        if not self.receive_buffer:
            self.poll.unregister(client.sock.fileno())
        del self.members[client.sock.fileno()]
        client.sock.close()

    def run(self, seconds, watch, every=1.0):
        """Gives every client a turn `every` so many seconds, for `seconds` in all."""
        turns = round(every / TICK)
        for number in range(round(seconds / TICK)):
            due = time.monotonic() + TICK
            for client in list(self.members.values()):
                if client.sock.fileno() % turns == number % turns:
                    client.turn()
                    if self.receive_buffer:
                        self.sip(client)
            if number % turns == 0:
                watch()
            while (left := due - time.monotonic()) > 0:
                for descriptor, _ in self.poll.poll(left):
                    if descriptor in self.members:
                        self.members[descriptor].readable()

    @staticmethod
    def sip(client):
        try:
            client.received += client.leaks.feed(client.sock.recv(1024))
        except OSError:
            pass

    def drink(self):
        """Reads everything there is for the slow readers; how many got all of it."""
        whole = 0
        for client in list(self.members.values()):
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            client.sock.settimeout(15)
            length = None
            count = len(client.received)
            head = client.received
            try:
                while length is None or count < length:
                    if length is None and b"\r\n\r\n" in head:
                        length = head.index(b"\r\n\r\n") + 4 + READ_BYTES
                        continue
                    data = client.leaks.feed(client.sock.recv(1 << 18))
                    if not data:
                        break
                    count += len(data)
                    head = head if length else head + data
                whole += count == length
            except OSError as error:
                self.seen[type(error).__name__] += 1
        return whole

    def close(self):
        for client in self.members.values():
            client.sock.close()
        self.members = {}
        self.poll.close()


def head_script():
    return HEAD, 1


class ContentScript:
    """Content that drips; that of every tenth stops for ever."""

    def __init__(self):
        self.number = 0
        self.head = request(RUN, "POST", fields=[("content-length", str(len(CONTENT)))])

    def __call__(self):
        self.number += 1
        stops = self.number % 10 == 0
        return self.head + CONTENT[:4 if stops else None], len(self.head)


def read_script():
    data = request(f"{STATUS}?big={READ_BYTES}")
    return data, len(data)


def hoard_script():
    data = request(f"{STATUS}?big={HOARD_BYTES}")
    return data, len(data)


def check(kind, count, seconds, **options):
    """The row of one kind: "heads", "content", "readers" or "hoarders"."""
    with network.small_buffers(BUFFER_BYTES) if kind in ("readers", "hoarders") else contextlib.nullcontext():
        return measure(kind, count, seconds, **options)


def steady_client(relay, rate):
    return Helper("steady", host=relay.address[0], port=relay.address[1], rate=rate)


def measure(kind, count, seconds, limit_ms=50.0, rate=200, timeout=10, every=1.0, alone_seconds=2.0):
    script = {"heads": head_script, "content": ContentScript(), "readers": read_script, "hoarders": hoard_script}[kind]
    settings = {"heads": {"timeouts_head": f"{timeout}s"}, "content": {"timeouts_body": f"{timeout}s"},
                "hoarders": {"limits_memory": f"{MEMORY_MIB}MiB"}}.get(kind, {})
    with Fal() as fal, start_proxy(fal.url, **settings) as relay:
        with steady_client(relay, rate) as steady:
            time.sleep(alone_seconds)
            alone = steady.ask("enough")
        before = relay.status_kib("RssAnon")
        peak = [before]
        with steady_client(relay, rate) as steady:
            time.sleep(0.3)
            crowd = Crowd(relay.address, count, script, 4096 if kind in ("readers", "hoarders") else None)
            crowd.run(seconds, lambda: peak.append(relay.status_kib("RssAnon")), every)
            whole = crowd.drink() if kind == "readers" else None
            peak.append(relay.status_kib("RssAnon"))
            behaved = steady.ask("enough")
        crowd.close()
        time.sleep(0.5)
        after = relay.status_kib("RssAnon")
        seen, took = crowd.seen, crowd.took
        leaked = behaved["leaked"] or Leaks.found
    each = max(0, max(peak) - before) / count
    text = (f"polls p50 {behaved['p50']:.1f}, p99 {behaved['p99']:.1f}, max {behaved['max']:.1f} ms over "
            f"{behaved['count']} (alone: {alone['p50']:.1f}, {alone['p99']:.1f}, {alone['max']:.1f}), "
            f"{behaved['error_count']} errors {behaved['errors'] or ''}; RssAnon {before} → {max(peak)} → {after} KiB "
            f"({each:.1f} KiB each)")
    kept = behaved["p99"] < limit_ms and behaved["error_count"] == 0 and not leaked and each < 1024
    promised = f"polls: all 200, p99 < {limit_ms:.0f} ms"
    if kind == "hoarders":
        promised += f"; all of them together hold less than limits.memory, {MEMORY_MIB} MiB, whoever waits longest makes way"
        kept = kept and max(peak) - before < MEMORY_MIB << 10
    elif kind == "readers":
        text = f"{whole} of {count} got all of their {READ_BYTES >> 10} KiB in the end; {text}"
        promised += "; every slow reader gets its whole answer; < 1 MiB held for each"
        kept = kept and whole == count
    else:
        times = {status: f"{min(values):.1f}–{max(values):.1f} s" for status, values in took.items()}
        waits = ", ".join(f"{status} after {wait}" for status, wait in times.items())
        text = f"{counted(seen)} ({waits}); {text}"
        if kind == "heads":
            promised += f"; each slow head a 408 after {timeout} s"
            kept = kept and set(seen) == {408} and seen[408] >= count
        else:
            promised += f"; content that drips a 200, content that stops a 408 after {timeout} s"
            kept = kept and set(seen) == {200, 408}
        kept = kept and all(timeout - 0.5 <= value <= timeout + 6 for value in took[408])
    return Row(f"{count} slow {kind}", text, promised, kept)


def run(options):
    yield check("heads", options.connections, 25)
    yield check("content", options.connections, 25)
    yield check("readers", options.connections, 15)
    yield check("hoarders", options.connections, 15)
