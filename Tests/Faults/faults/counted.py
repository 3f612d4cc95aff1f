"""What is counted of callers with tokens – jobs in flight, open streams – amid crowds, clients that vanish, a drain, a clock that
jumps and a full disk."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from harness import Client, request, wait_until
from harness.flow import QUEUE, RUN

from .leaks import Leaks
from .process import Fal, start_proxy
from .report import Row

QUOTA = "/api/fal/proxy/quota"
FOLDER = pathlib.Path(__file__).parent
#: Everything is counted, and nothing of it is reached.
LIMITS = {"rates_submits": "100000/1m", "rates_jobs": 100_000, "rates_polls": "100000/1s", "rates_streams": 100_000,
          "rates_uploads": "100000/1m", "rates_bytes": "1024GiB/1h"}


def token(user):
    return f"token-of-user-{user:05}-0123456789"


def line(user):
    return f"user-{user}::{hashlib.sha256(token(user).encode()).hexdigest()}\n"


def tokens_file(folder, users):
    file = pathlib.Path(folder) / "tokens"
    file.write_text("".join(line(user) for user in range(users)))
    return file


def ask(target, user=0, method="GET", body=None, fields=()):
    return request(target, method, fields=[("authorization", f"Bearer {token(user)}"), *fields], body=body)


def fetch(relay, data):
    with Client(relay.address, timeout=10) as client:
        answer = client.send(data).response()
        Leaks().feed(answer.head.raw + answer.body)
        return answer


def used(relay, user=0):
    """What this user has in use, of jobs and of streams."""
    data = request(None, path=QUOTA, fields=[("authorization", f"Bearer {token(user)}")])
    rates = {rate["name"]: rate["used"] for rate in fetch(relay, data).json["rates"]}
    return rates["jobs"], rates["streams"]


@contextlib.contextmanager
def counting(users=1, **settings):
    """A fal, a folder, and a proxy that counts these users."""
    with tempfile.TemporaryDirectory() as folder, Fal() as fal:
        file = tokens_file(folder, users)
        with start_proxy(fal.url, auth_tokens_file=file, **{**LIMITS, **settings}) as relay:
            yield fal, file, relay


def returns(relay, wanted, seconds=10, user=0):
    try:
        wait_until(lambda: used(relay, user) == wanted, seconds, f"{wanted} in use")
    except (AssertionError, TimeoutError):
        return False
    return True


# --- A crowd ---------------------------------------------------------------------------------------------------------


def crowd(count, users=100, most_streams=5000):
    """The row of `count` connections of users with tokens, of which a half follow a job of their own."""
    streams = min(count // 2, most_streams)
    with counting(users, limits_connections=count + 1000, limits_connections_per_address=count + 1000) as (_, _, relay):
        clients = [Client(relay.address, timeout=30) for _ in range(count)]
        for number, client in enumerate(clients):
            client.send(ask(QUEUE, number % users, "POST", b"{}"))
        jobs = []
        for client in clients:
            answer = client.response()
            jobs.append(answer.json["request_id"] if answer.status == 200 else None)
        for number, client in enumerate(clients[:streams]):
            client.send(ask(f"{QUEUE}/requests/{jobs[number]}/status/stream?events=2&every=60", number % users))
        opened = sum(client.head().start.startswith("HTTP/1.1 200") for client in clients[:streams])
        full = [used(relay, user) for user in range(users)]
        foreign = fetch(relay, ask(f"{QUEUE}/requests/{jobs[1]}/status", 0)).status
        memory = relay.status_kib("VmRSS") // 1024
        for client in clients:
            client.reset()
        left = count // users, 0
        back = all(returns(relay, left, user=user) for user in range(users))
        alive = relay.process.poll() is None
    kept = (None not in jobs and opened == streams and full == [(count // users, streams // users)] * users
            and foreign == 404 and back and alive and not Leaks.found)
    return Row(
        f"{count} connections of {users} users with tokens, limits and sealed ids",
        f"{count - jobs.count(None)} of {count} submits answered, {opened} of {streams} status streams open; jobs and streams "
        f"counted {'as they are' if full == [(count // users, streams // users)] * users else sorted(set(full))}; a job of "
        f"another: {foreign}; {memory} MiB; after they left {'no stream counts' if back else 'STREAMS COUNT ON'}",
        "every caller is served and counted for itself; what is open counts until it is gone", kept)


# --- Clients that vanish ---------------------------------------------------------------------------------------------


SUBMIT = ask(QUEUE, 0, "POST", b'{"prompt":"%s"}' % (b"p" * 500))
DIRECT = ask(RUN, 0, "POST", b'{"prompt":"%s"}' % (b"p" * 500))
STREAM = ask(f"{RUN}/stream", 0, "POST", b"{}")
#: What a client has sent when it leaves, and whether it has seen the head of the answer.
PHASES = {
    "in the head": (SUBMIT[:60], False), "before its content": (SUBMIT[:-510], False), "in its content": (SUBMIT[:-5], False),
    "before the answer to a submit": (SUBMIT, False), "behind the head of that": (SUBMIT, True),
    "before the answer of a run": (DIRECT, False), "in the content of a run": (DIRECT[:-5], False),
    "before a stream begins": (STREAM, False),
}


def vanishing(clients=50):
    """The row of clients that leave in each phase of a request that counts: one after the other, half of them abruptly."""
    bad = []
    with counting(jobs_expire="1s") as (_, _, relay):
        job = fetch(relay, SUBMIT).json["request_id"]
        events = ask(f"{QUEUE}/requests/{job}/status/stream?events=100&every=0.05")
        big = ask(f"{QUEUE}/requests/{job}/response?big=50000000")
        phases = {**PHASES, "in a status stream": (events, True), "in a status stream's head": (events[:-5], False),
                  "in a long result": (big, True)}
        for name, (data, seesHead) in phases.items():
            for number in range(clients):
                client = Client(relay.address, timeout=10).send(data)
                if seesHead:
                    client.head()
                client.reset() if number % 2 else client.close()
            if not returns(relay, (0, 0)):
                bad.append(f"{name}: {used(relay)}")
        served = fetch(relay, SUBMIT).status
        descriptors = relay.open_descriptors()
    return Row(
        f"{clients} clients that vanish in each of {len(phases)} phases of a request that counts",
        f"{'; '.join(bad) or 'nothing in use after any of them'}; then a submit: {served}, {descriptors} descriptors",
        "what is open is given back however it ends; a job that may have run counts until it expires",
        not bad and served == 200 and descriptors < 200 and not Leaks.found)


# --- A drain ---------------------------------------------------------------------------------------------------------


def drained(count=20, delay=3):
    """The row of SIGTERM with as many counted streams open as may be."""
    with counting(rates_streams=count, drain_delay=f"{delay}s") as (_, _, relay):
        job = fetch(relay, SUBMIT).json["request_id"]

        def follow(events):
            client = Client(relay.address, timeout=20)
            client.send(ask(f"{QUEUE}/requests/{job}/status/stream?events={events}&every=0.2"))
            return client, client.head().start[9:12]

        streams = [follow(20)[0] for _ in range(count - 1)] + [follow(5)[0]]
        before = used(relay)[1], follow(1)[1]
        relay.send_signal(signal.SIGTERM)
        during = used(relay)[1]
        short = b'"number":4' in streams[-1].reader.chunked()
        freed = returns(relay, (1, count - 1))
        again = follow(1)[1]
        whole = sum(b'{"number":19}' in stream.reader.chunked() for stream in streams[:-1])
        code = relay.wait(40)
        lines = relay.stdout.count('"operation":"status_stream"')
    kept = (before == (count, "429") and during == count and short and freed and again == "200" and whole == count - 1
            and code == 0 and lines == count + 2 and not Leaks.found)
    return Row(
        f"SIGTERM with all of {count} streams that a caller may have open",
        f"before: {before[0]} in use, one more {before[1]}; while it drains: {during}, one less after one has ended: "
        f"{'yes' if freed else 'NO'}, one more then {again}; {whole + short} of {count} end whole; exit code {code}",
        "a stream that is drained counts until it ends, and gives its place back", kept)


# --- A clock that jumps ----------------------------------------------------------------------------------------------


def jumping(days=400):
    """The row of a wall clock that is set forwards and back while limits count."""
    compiler = shutil.which("cc") or shutil.which("clang")
    # A sanitizer has to be the first that is loaded.
    if not compiler or "SANITIZED" in os.environ:
        return Row("a clock that jumps", "no C compiler here to make one, or a sanitizer", "limits do not notice", None)
    with tempfile.TemporaryDirectory() as folder, Fal() as fal:
        offset, shim = pathlib.Path(folder) / "offset", f"{folder}/wall_clock.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", shim, FOLDER / "wall_clock.c"], check=True)
        offset.write_text("0")
        file = tokens_file(folder, 1)
        with start_proxy(fal.url, auth_tokens_file=file, launcher=("env", f"LD_PRELOAD={shim}", f"WALL_CLOCK_OFFSET={offset}"),
                         **{**LIMITS, "rates_submits": "3/1h", "jobs_expire": "1h"}) as relay:
            seen = [fetch(relay, SUBMIT).status for _ in range(3)]
            years = []
            for number, jump in enumerate((days, -days, 0), 1):
                offset.write_text(str(jump * 86_400))
                # A new token is taken in whatever time it is.
                file.write_text(line(0) + line(number))
                wait_until(lambda: fetch(relay, ask(QUEUE, number, "POST", b"{}")).status != 401, 5, "the new token")
                answer = fetch(relay, SUBMIT)
                years.append(answer.get("date")[12:16])
                seen += [answer.status, used(relay)[0]]
            alive = relay.process.poll() is None
    kept = seen == [200, 200, 200] + [429, 3] * 3 and years[1] < years[2] < years[0] and alive and not Leaks.found
    return Row(
        f"a wall clock that jumps {days} days on and back",
        f"submits and jobs in flight: {seen}; answers of the years {years}; new tokens taken in each time",
        "limits and jobs keep to the time that passes; only dates follow the clock", kept)


# --- A full disk -----------------------------------------------------------------------------------------------------


def disk_is_possible():
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    try:
        with small_disk():
            return True
    except subprocess.CalledProcessError:
        return False


@contextlib.contextmanager
def small_disk():
    """A file system of 1 MiB."""
    folder = tempfile.mkdtemp()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "faults", folder], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        os.rmdir(folder)
        raise
    try:
        yield pathlib.Path(folder)
    finally:
        subprocess.run(["umount", folder], check=True)
        shutil.rmtree(folder)


def fill(folder):
    with open(folder / "filler", "ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def full_disk(requests=2000):
    """The row of a disk without room for the log, nor for the file of tokens."""
    if not disk_is_possible():
        return Row("a full disk", "no file system can be made here", "it goes on", None)
    with small_disk() as folder, Fal() as fal:
        file = tokens_file(folder, 200)
        fill(folder)
        with start_proxy(fal.url, auth_tokens_file=file, launcher=("sh", "-c", f'exec "$0" "$@" >> {folder}/log'),
                         **LIMITS) as relay:
            with Client(relay.address, timeout=10) as client:
                statuses = {client.send(SUBMIT).response().status for _ in range(requests)}
            wait_until(lambda: "log lines" in relay.stderr, 10, "a word about the log")
            said = next(text for text in relay.stderr.splitlines() if "log lines" in text)
            # As an editor does that writes beside it and renames; then as one that writes in place.
            try:
                (folder / "new").write_text("".join(line(user) for user in range(300)))
                beside = "written"
            except OSError as error:
                beside = os.strerror(error.errno)
            (folder / "new").unlink(missing_ok=True)
            fill(folder)
            with contextlib.suppress(OSError), open(file, "r+") as tokens:
                tokens.write("".join(line(user) for user in range(200, 400)) * 20)
            wait_until(lambda: "auth.tokens_file" in relay.stderr.split("listening", 1)[1], 5, "a word about the tokens")
            torn = fetch(relay, SUBMIT).status
            (folder / "filler").unlink()
            file.write_text(line(0) + line(1))
            wait_until(lambda: "tokens in force: 2" in relay.stderr, 5, "the tokens")
            back = fetch(relay, SUBMIT).status
            logged = wait_until(lambda: (folder / "log").read_text().count('"status":200'), 10, "log lines")
            alive = relay.process.poll() is None
    kept = statuses == {200} and torn == back == 200 and logged and alive and not Leaks.found
    return Row(
        "a full disk, for the log and the file of tokens",
        f"{requests} submits: {statuses}; said: {said}; a file beside: {beside}; a torn one: {torn}; with room again {back}",
        "answers go on, lost lines are told of, the tokens of before stay in force", kept)


def run(options):
    yield crowd(options.idle)
    yield vanishing()
    yield drained()
    yield jumping()
    yield full_disk()
