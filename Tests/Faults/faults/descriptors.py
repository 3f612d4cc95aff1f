"""Too few descriptors, and as many connections as are allowed."""

import collections
import resource
import select
import socket
import time

from harness import request, wait_until
from harness.flow import STATUS

from .leaks import Leaks
from .process import Fal, cpu_share, start_proxy
from .report import Row, counted
from .upstreams import ask

HEALTH = b"GET /healthz HTTP/1.1\r\nhost: proxy.test\r\n\r\n"
POLL = request(STATUS)


class Held:
    """Clients that each ask once and then keep their connection."""

    def __init__(self, address, count, data):
        self.socks = {}
        self.answers = collections.Counter()
        self.leaks = {}
        self.poll = select.epoll()
        for _ in range(count):
            sock = socket.create_connection(address, 10)
            sock.sendall(data)
            sock.setblocking(False)
            self.socks[sock.fileno()] = sock
            self.poll.register(sock.fileno(), select.EPOLLIN)
        self.answered = set()

    def listen(self, seconds, enough=None):
        """Reads what comes for so long, or until `enough` were answered."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and (enough is None or len(self.answered) < enough):
            for descriptor, _ in self.poll.poll(min(left, 0.5)):
                try:
                    data = self.socks[descriptor].recv(65536)
                except OSError:
                    data = b""
                if data:
                    Leaks().feed(data)
                    self.answers[data[9:12].decode()] += 1
                    self.answered.add(descriptor)
                else:
                    self.answers["closed"] += 1
                    self.leave([descriptor])
        return len(self.answered)

    def leave(self, descriptors=None):
        for descriptor in list(self.socks if descriptors is None else descriptors):
            self.poll.unregister(descriptor)
            self.socks.pop(descriptor).close()
            self.answered.discard(descriptor)


def exhausted(clients=400, limit=256, quiet=3):
    """The row of a proxy with `limit` descriptors and more clients than that."""
    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    with Fal() as fal, start_proxy(fal.url, preexec=lower, event_loops=2) as relay:
        first = ask(relay, POLL)[0]
        crowd = Held(relay.address, clients, POLL)
        served = crowd.listen(min(2, quiet))
        share = cpu_share(relay.pid, quiet)
        during = counted(crowd.answers)
        gone = time.monotonic()
        crowd.leave()
        healthy = ask(relay, HEALTH, timeout=10)[0]
        back = time.monotonic() - gone
        after = collections.Counter(ask(relay, POLL)[0] for _ in range(20))
        alive = relay.process.poll() is None
    kept = (first == "200" and set(crowd.answers) <= {"200", "503"} and 0 < served < clients and share < 0.1
            and healthy == "200" and back < 2 and set(after) == {"200"} and alive and not Leaks.found)
    return Row(
        f"`ulimit -n {limit}`, {clients} clients",
        f"{during}, {clients - served} waiting; {share * 100:.1f} % of a core meanwhile; after they left: /healthz "
        f"{healthy} in {back:.2f} s, polls {counted(after)}",
        "200, or 503 where only fal's side lacks a descriptor; the others wait; no spin (< 10 % of a core); /healthz "
        "answers within 2 s of their leaving", kept)


def idle(count, beyond=100):
    """The row of as many idle connections as limits.connections allows, and some more clients."""
    limits = {"limits_connections": count, "limits_connections_per_address": count}
    with Fal() as fal, start_proxy(fal.url, timeouts_idle="10m", **limits) as relay:
        assert ask(relay, POLL)[0] == "200"
        time.sleep(0.3)
        before = relay.status_kib("VmRSS")
        crowd = Held(relay.address, count, HEALTH)
        served = crowd.listen(30, count)
        held = relay.status_kib("VmRSS")
        more = Held(relay.address, beyond, HEALTH)
        came = time.monotonic()
        served_beyond = more.listen(5, beyond)
        wait = time.monotonic() - came
        share = cpu_share(relay.pid, 2)
        # Who had waited longest made way; the younger half must not have noticed.
        still = 0
        younger = list(crowd.socks.values())[count // 2::100]
        for sock in younger:
            sock.setblocking(True)
            sock.settimeout(5)
            sock.sendall(POLL)
            still += sock.recv(65536).startswith(b"HTTP/1.1 200")
        asked = len(younger)
        crowd.leave()
        more.leave()
        wait_until(lambda: ask(relay, HEALTH)[0] == "200", 5, "health")
        time.sleep(1)
        after = relay.status_kib("VmRSS")
    each = (held - before) / count
    kept = (served == count and served_beyond == beyond and wait < 2 and share < 0.1 and still == asked
            and each < 4 and set(crowd.answers) == {"200"} and not Leaks.found)
    return Row(
        f"{count} idle connections, then {beyond} beyond limits.connections",
        f"{served} served; beyond: {served_beyond} served within {wait:.2f} s; {still} of {asked} younger idle ones polled: "
        f"200; {share * 100:.1f} % of a core; RSS {before} → {held} → {after} KiB, {each:.2f} KiB each",
        "clients beyond the limit are served in place of who has waited longest; no spin; < 4 KiB for each idle connection",
        kept)


def run(options):
    yield exhausted()
    yield idle(options.idle)
