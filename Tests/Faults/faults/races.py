"""A name with good, refusing and silent addresses, while clients come and go and descriptors run out."""

import collections
import os
import pathlib
import queue
import random
import resource
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from harness import Authority, Upstream, request, wait_until
from harness.flow import STATUS, FullBacklog

from .leaks import Leaks
from .process import HOSTS, start_proxy
from .report import Row, counted

NAME = "queue.fal.test"
MOUNT = 'mount --bind "$0" /etc/hosts || exit 99; exec "$@"'
#: The silent address comes first and the good one last, so that every dial is a race.
SILENT, REFUSING, GOOD = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Waking(FullBacklog):
    """A full backlog that now and then takes those who wait, tells them nothing, and closes."""

    def __init__(self):
        super().__init__(SILENT)
        self.over = threading.Event()
        self.taken = 0
        self.thread = threading.Thread(target=self.wake, daemon=True)
        self.thread.start()

    def wake(self):
        choose = random.Random(8305)
        held = collections.deque()
        while not self.over.wait(choose.random() * 0.1):
            while len(held) > 5:
                held.popleft().close()
            if select.select([self.listener], [], [], 0)[0]:
                held.append(self.listener.accept()[0])
                self.taken += 1
        for sock in held:
            sock.close()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        super().__exit__()


def come_and_go(relay, number, turns, results):
    """Asks `turns` times; half the time it leaves before it can be answered, or about when it is."""
    choose = random.Random(number)
    for _ in range(turns):
        patience = choose.random() * 0.5 if choose.random() < 0.5 else 20
        try:
            with relay.client(timeout=patience) as client:
                client.send(request(STATUS))
                answer = client.response()
                Leaks().feed(answer.head.raw + answer.body)
                results.put(f"{answer.status} {answer.json.get('error_type', '')}".strip())
        except TimeoutError:
            results.put("left" if patience < 20 else "nothing, for ever")
        except (OSError, EOFError) as error:
            results.put(type(error).__name__)


def race(folder, limit, clients=40, turns=15):
    """The row of a proxy with `limit` descriptors."""
    hosts = folder / "hosts"
    hosts.write_text("".join(f"{address} {name}\n" for address, name in [
        ("127.0.0.1", "localhost"), (SILENT, NAME), (REFUSING, NAME), (GOOD, NAME)]))
    authority = Authority(folder, f"authority-{limit}")
    results = queue.Queue()
    with Waking() as silent, socket.socket() as refusing:
        # Bound, so that nobody else can listen there.
        refusing.bind((REFUSING, silent.port))
        fal = Upstream(tls=authority.context(f"DNS:{NAME}"), host=GOOD, port=silent.port)
        try:
            with start_proxy(
                None, launcher=("unshare", "-m", "sh", "-c", MOUNT, str(hosts)), event_loops=2,
                origin_overrides=",".join(f"{host}=https://{NAME}:{silent.port}" for host in HOSTS),
                upstream_idle_connections=0, upstream_connect="2s", upstream_tls="300ms",
                preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
                binary_environment={"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""},
            ) as relay:
                before = relay.open_descriptors()
                threads = [
                    threading.Thread(target=come_and_go, args=(relay, number, turns, results), daemon=True)
                    for number in range(clients)]
                for thread in threads:
                    thread.start()
                most = 0
                end = time.monotonic() + 60
                while any(thread.is_alive() for thread in threads) and time.monotonic() < end:
                    most = max(most, relay.open_descriptors())
                    time.sleep(0.02)
                try:
                    wait_until(lambda: relay.open_descriptors() == before, 5, "the descriptors")
                except AssertionError:
                    pass
                after = relay.open_descriptors()
        finally:
            fal.stop()
    seen = collections.Counter(results.get_nowait() for _ in range(results.qsize()))
    allowed = {"200", "left", "502 proxy_upstream_tls", "502 proxy_upstream_tls_timeout"}
    if limit < 100:
        allowed |= {"503 proxy_overloaded"}
    kept = (set(seen) <= allowed and seen["200"] > 0 and seen.total() == clients * turns and after == before
            and not Leaks.found)
    promised = "200, or 502 where the silent address has woken and says nothing"
    if limit < 100:
        promised += ", or 503 without descriptors"
    return Row(
        f"{clients} clients come and go while a silent, a refusing and a good address are raced, `ulimit -n {limit}`",
        f"{counted(seen)}; descriptors {before} → at most {most} → {after}; {silent.taken} taken by the silent one",
        f"{promised}; no descriptor is left open", kept)


def possible():
    """Whether a process can have a hosts file of its own here."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def run(options):
    if not possible():
        yield Row("addresses that are raced", "", "needs root and unshare, for a hosts file of its own", None)
        return
    with tempfile.TemporaryDirectory() as name:
        yield race(pathlib.Path(name), 1024)
        yield race(pathlib.Path(name), 64)
