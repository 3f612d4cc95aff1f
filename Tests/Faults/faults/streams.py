"""SIGTERM with event streams open, and SIGKILL with everything going on."""

import collections
import json
import queue
import signal
import socket
import threading
import time

from harness import Client, request
from harness.flow import EVENTS, QUEUE, STATUS, Content

from .leaks import Leaks
from .process import Fal, start_proxy
from .report import Row, counted
from .upstreams import ask


def follow(address, events, every, opened, results):
    """Reads one stream whole; every event in its place, and the proper end."""
    try:
        with Client(address, timeout=20) as client:
            client.send(request(f"{EVENTS}?events={events}&every={every}"))
            content = Content(client.reader, client.head())
            opened.put(None)
            data = content.rest()
            Leaks().feed(data)
            wanted = b"".join(b'data: {"number":%d}\n\n' % number for number in range(events))
            results.put("whole" if data == wanted else f"{len(data)} of {len(wanted)} bytes")
    except (OSError, EOFError) as error:
        results.put(f"cut ({type(error).__name__})")


def drained(count, events=20, every=0.25):
    """The row of SIGTERM with `count` streams open."""
    opened, results = queue.Queue(), queue.Queue()
    with Fal() as fal, start_proxy(fal.url) as relay:
        idle = relay.client()
        assert idle.send(request(STATUS)).response().status == 200
        for _ in range(count):
            threading.Thread(target=follow, args=(relay.address, events, every, opened, results), daemon=True).start()
        for _ in range(count):
            opened.get(timeout=15)
        relay.send_signal(signal.SIGTERM)
        began = time.monotonic()
        quiet = idle.ended()
        time.sleep(0.2)
        try:
            relay.client(timeout=2).close()
            refused = False
        except ConnectionRefusedError:
            refused = True
        code = relay.wait(40)
        took = time.monotonic() - began
        seen = collections.Counter(results.get(timeout=5) for _ in range(count))
        lines = relay.stdout.count('"operation":"status_stream"')
        cut = fal.counts().get("cut", 0)
    kept = (seen == {"whole": count} and code == 0 and quiet and refused and cut == 0 and lines == count
            and took < events * every + 3 and not Leaks.found)
    return Row(
        f"SIGTERM with {count} event streams open",
        f"{counted(seen)}; exit code {code} after {took:.1f} s; new connections "
        f"{'refused' if refused else 'accepted'}; {lines} of {count} in the access log",
        "all streams end whole, exit code 0, no new connections, all logged", kept)


# --- Killed and started again ----------------------------------------------------------------------------------------


class Reconnecting:
    """Polls, submits and follows streams for ever, on a new connection whenever the old one is gone."""

    def __init__(self, address, kind, number):
        self.address = address
        self.kind = kind
        self.number = number
        self.seen = collections.Counter()
        self.answered = []
        self.longest = 0.0
        self.last = 0.0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        client = None
        turn = 0
        while not self.stop.is_set():
            turn += 1
            began = time.monotonic()
            try:
                client = client or Client(self.address, timeout=10)
                if self.kind == "stream":
                    client.send(request(f"{EVENTS}?events=10&every=0.05"))
                    Leaks().feed(Content(client.reader, client.head()).rest())
                    self.seen["200"] += 1
                else:
                    name = f"{self.number}-{turn}"
                    client.send(request(QUEUE, "POST", body=json.dumps({"id": name}).encode())
                                if self.kind == "submit" else request(STATUS))
                    answer = client.response()
                    Leaks().feed(answer.head.raw + answer.body)
                    self.seen[str(answer.status)] += 1
                    if self.kind == "submit" and answer.status == 200:
                        self.answered.append(name)
                self.last = time.monotonic()
            except TimeoutError:
                self.seen["hung"] += 1
                client = None
            except ConnectionRefusedError:
                self.seen["refused"] += 1
                client = None
            except (OSError, EOFError):
                self.seen["cut"] += 1
                client = None
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.01)


def killed(times=3, clients=40):
    """The row of SIGKILL and a new start on the same port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = ("127.0.0.1", port)
    crowd = []
    downs = []
    environment = {"PORT": str(port)}
    with Fal() as fal:
        relay = start_proxy(fal.url, binary_environment=environment)
        try:
            for number in range(clients):
                crowd.append(Reconnecting(address, ("poll", "submit", "stream", "poll")[number % 4], number))
            for _ in range(times):
                time.sleep(2)
                relay.kill()
                relay.assert_clean()
                died = time.monotonic()
                time.sleep(0.3)
                relay = start_proxy(fal.url, binary_environment=environment)
                while ask(relay, request(STATUS))[0] != "200":
                    time.sleep(0.01)
                downs.append(time.monotonic() - died)
            time.sleep(2)
            for one in crowd:
                one.stop.set()
            for one in crowd:
                one.thread.join(12)
        finally:
            relay.kill()
        relay.assert_clean()
        executed = fal.ask("executed")
    seen = collections.Counter()
    for one in crowd:
        seen.update(one.seen)
    twice = [name for name, count in executed.items() if count > 1]
    lost = [name for one in crowd for name in one.answered if executed.get(name) != 1]
    recovered = sum(one.last > died + 0.3 for one in crowd)
    longest = max(one.longest for one in crowd)
    kept = (set(seen) <= {"200", "refused", "cut"} and recovered == clients and longest < 3 and not twice and not lost
            and not Leaks.found)
    return Row(
        f"SIGKILL and a new start, {times} times, amid {clients} clients",
        f"{counted(seen)}; longest wait {longest:.2f} s; {recovered} of {clients} served again; down for "
        f"{max(downs):.2f} s at most; {len(twice)} submits executed twice, {len(lost)} answered and not executed",
        "clients see the end at once, reconnect and are served; nothing hangs; nothing executed twice", kept)


def run_drained(options):
    yield drained(options.streams)


def run_killed(options):
    yield killed()
