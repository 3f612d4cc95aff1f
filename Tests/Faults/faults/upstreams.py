"""A fal that breaks in every way a server can, and one that closes idle connections at the worst moment."""

import collections
import json
import pathlib
import queue
import random
import select
import tempfile
import threading
import time

from harness import Authority, Upstream, json_answer, request, respond
from harness.flow import QUEUE, RUN, STATUS, Content

from .leaks import Leaks
from .process import start_proxy
from .report import Row, counted

CLIENTS = 50
UPLOAD = 5_000_000


def ask(relay, data, method="GET", timeout=15):
    """What one client saw, in a word, and after how many seconds."""
    began = time.monotonic()
    try:
        with relay.client(timeout=timeout) as client:
            try:
                client.send(data)
            except OSError:
                pass  # An answer before the content is read may come with the end of the reading.
            head = client.head()
            Leaks().feed(head.raw)
            try:
                body = Content(client.reader, head).rest()
            except (EOFError, ConnectionResetError):
                return f"{head.start.split(' ')[1]} and cut", time.monotonic() - began
            Leaks().feed(body)
            status = head.start.split(" ")[1]
            kind = json.loads(body).get("error_type", "") if body.startswith(b"{") else ""
            return f"{status} {kind}".strip(), time.monotonic() - began
    except TimeoutError:
        return "nothing, for ever", time.monotonic() - began
    except (EOFError, OSError):
        return "no answer", time.monotonic() - began


def ask_many(relay, data, count=CLIENTS):
    """What `count` clients saw at once, and the shortest and longest wait."""
    results = queue.Queue()
    threads = [threading.Thread(target=lambda: results.put(ask(relay, data)), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    seen = [results.get_nowait() for _ in range(results.qsize())]
    counter = collections.Counter(what for what, _ in seen)
    counter["still waiting"] = count - len(seen)
    waits = [wait for _, wait in seen] or [0.0]
    return +counter, min(waits), max(waits)


# --- One fault after another ---------------------------------------------------------------------------------------


def never(connection):
    connection.read_head()
    connection.wait_closed()


def at_once(connection):
    connection.reset()


def after_request(connection):
    connection.read_request()
    connection.reset()


def after_head(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    time.sleep(0.05)
    connection.reset()


def mid_content(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 500)
    time.sleep(0.05)
    connection.reset()


def mid_chunk(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\nhalf")
    time.sleep(0.05)
    connection.reset()


def drips_content(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n")
    for byte in b"drops!":
        connection.send(bytes([byte]))
        time.sleep(1)


def drips_head(connection):
    connection.read_request()
    for byte in respond(200, body=b"late"):
        connection.send(bytes([byte]))
        time.sleep(1)


def answers_early_and_stays(connection):
    connection.read_head()
    connection.send(json_answer({"detail": "no"}, 400, [("connection", "close")]))
    connection.sock.shutdown(1)
    connection.wait_closed()


def answers_early_and_leaves(connection):
    connection.read_head()
    connection.send(json_answer({"detail": "no"}, 400, [("connection", "close")]))
    connection.close()


#: Fault, play, method, allowed outcomes, least and most seconds.
FAULTS = [
    ("accepts and never answers", never, "GET", {"504 proxy_upstream_timeout"}, 2, 4),
    ("accepts and never answers", never, "POST", {"500 proxy_upstream_ambiguous"}, 2, 4),
    ("resets at once", at_once, "GET", {"502 proxy_upstream_closed", "502 proxy_upstream_connect"}, 0, 2),
    ("resets at once", at_once, "POST",
     {"500 proxy_upstream_ambiguous", "502 proxy_upstream_closed", "502 proxy_upstream_connect"}, 0, 2),
    ("resets after the request", after_request, "GET", {"502 proxy_upstream_closed"}, 0, 2),
    ("resets after the request", after_request, "POST", {"500 proxy_upstream_ambiguous"}, 0, 2),
    ("resets after its head", after_head, "GET", {"200 and cut", "no answer"}, 0, 2),
    ("resets amid its content", mid_content, "GET", {"200 and cut", "no answer"}, 0, 2),
    ("resets amid a chunk", mid_chunk, "POST", {"200 and cut", "no answer"}, 0, 2),
    ("drips content, a byte a second", drips_content, "GET", {"200"}, 5, 8),
    ("drips its head, a byte a second", drips_head, "GET", {"504 proxy_upstream_timeout"}, 2, 4),
    ("drips its head, a byte a second", drips_head, "POST", {"500 proxy_upstream_ambiguous"}, 2, 4),
    ("answers before 5 MB are read, reads on", answers_early_and_stays, "UPLOAD", {"400"}, 0, 3),
    ("answers before 5 MB are read, closes", answers_early_and_leaves, "UPLOAD",
     {"400", "500 proxy_upstream_ambiguous"}, 0, 3),
]


def check(name, play, method, allowed, least, most):
    data = {"GET": request(STATUS), "POST": request(RUN, "POST", body=b"{}"),
            "UPLOAD": request(RUN, "POST", body=b"u" * UPLOAD)}[method]
    fal = Upstream(play)
    try:
        with start_proxy(fal.url, upstream_first_byte="2s", upstream_first_byte_run="2s") as relay:
            seen, soonest, latest = ask_many(relay, data)
            healthy = ask(relay, b"GET /healthz HTTP/1.1\r\nhost: proxy.test\r\n\r\n")[0]
    finally:
        fal.stop()
    kept = set(seen) <= allowed and least - 0.1 <= soonest and latest <= most and healthy == "200"
    return Row(f"fal {name} ({method.replace('UPLOAD', 'POST')})",
               f"{counted(seen)}, after {soonest:.1f}–{latest:.1f} s",
               f"{' or '.join(sorted(allowed))} within {most} s", kept and not Leaks.found)


# --- The worst moment ----------------------------------------------------------------------------------------------


class WorstMoment:
    """Answers the first request of each connection, then closes about when the next one is written: before it, as it
    arrives, in the middle of it, or with all of it read, and then counted as executed."""

    WAYS = ("at once", "soon", "soon", "unread", "unread", "half read", "executed", "executed and reset", "lives")

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.executed = collections.Counter()
        self.ways = collections.Counter()

    def execute(self, seen):
        if seen.method == "POST":
            with self.lock:
                self.executed[json.loads(seen.body)["id"]] += 1

    def __call__(self, connection):
        while True:
            seen = connection.read_request()
            self.execute(seen)
            connection.send(json_answer({"ok": True}))
            with self.lock:
                way, pause = self.random.choice(self.WAYS), self.random.random() * 0.0015
                self.ways[way] += 1
            if way == "lives":
                continue
            if way == "soon":
                time.sleep(pause)
            elif way != "at once":
                select.select([connection.sock], [], [], 10)
                if way == "half read":
                    connection.sock.recv(20)
                elif way != "unread":
                    self.execute(connection.read_request())
                    if way == "executed and reset":
                        return connection.reset()
            return connection.close()


def hammer(relay, number, rounds, results):
    """Sends GET and POST in turn, each as soon as the last was answered or a moment later."""
    choose = random.Random(number)
    client = None
    for turn in range(rounds):
        name = f"{number}-{turn}"
        method = "POST" if turn % 2 else "GET"
        try:
            client = client or relay.client(timeout=10)
            if method == "POST":
                client.send(request(QUEUE, "POST", body=json.dumps({"id": name}).encode()))
            else:
                client.send(request(STATUS))
            answer = client.response()
            Leaks().feed(answer.head.raw + answer.body)
            outcome = f"{answer.status} {answer.json.get('error_type', '')}".strip()
            if answer.get("connection") == "close":
                client.close()
                client = None
        except (OSError, EOFError) as error:
            outcome = type(error).__name__
            client = None
        results.put((method, name, outcome))
        if choose.random() < 0.5:
            time.sleep(choose.random() * 0.0015)


def worst_moment_tls(rounds):
    """The same over TLS."""
    with tempfile.TemporaryDirectory() as name:
        authority = Authority(pathlib.Path(name))
        return worst_moment(
            rounds, tls=authority.context("DNS:localhost"),
            binary_environment={"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""})


def worst_moment(rounds, clients=8, tls=None, **settings):
    """The row of the loop with `rounds` requests."""
    play = WorstMoment()
    fal = Upstream(play, tls=tls)
    results = queue.Queue()
    try:
        with start_proxy(fal.url.replace("127.0.0.1", "localhost") if tls else fal.url, **settings) as relay:
            threads = [threading.Thread(target=hammer, args=(relay, number, rounds // clients, results), daemon=True)
                       for number in range(clients)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
    finally:
        fal.stop()
    time.sleep(0.2)
    seen = {"GET": collections.Counter(), "POST": collections.Counter()}
    lost = []
    while not results.empty():
        method, name, outcome = results.get()
        seen[method][outcome] += 1
        if outcome == "200" and method == "POST" and play.executed[name] != 1:
            lost.append(name)
    twice = [name for name, count in play.executed.items() if count > 1]
    total = sum(seen["GET"].values()) + sum(seen["POST"].values())
    kept = (set(seen["GET"]) == {"200"} and set(seen["POST"]) <= {"200", "500 proxy_upstream_ambiguous"}
            and seen["POST"]["200"] > 0 and not twice and not lost and total == rounds // clients * clients)
    return Row(
        f"fal closes idle {'TLS ' if tls else ''}connections at the worst moment, {total} requests",
        f"GET: {counted(seen['GET'])}; POST: {counted(seen['POST'])}; {len(twice)} executed twice, {len(lost)} "
        f"answered and not executed ({play.ways.total() - play.ways['lives']} closes in {fal.accepted} connections)",
        "GET always 200; POST 200 or 500; never executed twice", kept and not Leaks.found)


def run(options):
    for fault in FAULTS:
        yield check(*fault)
    yield worst_moment(10_000)
    yield worst_moment_tls(3000)
