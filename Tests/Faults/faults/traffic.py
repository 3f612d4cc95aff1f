"""Mixed traffic, in a process of its own: polls, submits, 1 MB bodies, event streams, clients that leave, bad requests.

Paced to `rate` requests per second, or as fast as it goes with 0. Writes its figures when told so by a line.
"""

import asyncio
import collections
import json
import random
import sys
import time

from faults.leaks import Leaks
from harness import request
from harness.flow import EVENTS, QUEUE, RUN, STATUS

MEGABYTE = b"m" * 1_000_000
#: What is asked for, in parts of 1000.
MIX = [("poll", 700), ("submit", 190), ("upload", 6), ("download", 6), ("stream", 6), ("abort", 22), ("bad", 70)]
KINDS = [kind for kind, parts in MIX for _ in range(parts)]

PLAIN = {
    "poll": request(STATUS, fields=[("accept", "application/json")]),
    "submit": request(QUEUE, "POST", body=b'{"prompt":"%s"}' % (b"p" * 500)),
    "upload": request(RUN, "POST", body=MEGABYTE),
    "download": request(f"{STATUS}?big={len(MEGABYTE)}"),
    "stream": request(f"{EVENTS}?events=10&every=0.1"),
}
#: Bad requests and the status of each.
BAD = [
    (request(None), 400), (request("https://example.com/"), 403), (request(STATUS, "DELETE"), 405),
    (b"GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n", 404), (b"GET / HTTP/1.1\r\nhost : a\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    (request(RUN, "POST", fields=[("content-length", "3"), ("content-length", "4")]), 400),
]
WANTED = {"upload": b'"length":1000000', "submit": b'"ok":true', "poll": b'"IN_PROGRESS"', "stream": b'"number":9}'}


class Worker:
    """One client after another, on one connection as long as it stands."""

    def __init__(self, host, port, counts, errors, seed):
        self.host, self.port = host, port
        self.counts, self.errors = counts, errors
        self.random = random.Random(seed)
        self.reader = self.writer = None

    async def connect(self):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    def leave(self, abruptly=False):
        if self.writer is not None:
            if abruptly:
                self.writer.transport.abort()
            else:
                self.writer.close()
        self.reader = self.writer = None

    async def once(self):
        kind = self.random.choice(KINDS)
        try:
            await asyncio.wait_for(getattr(self, kind, self.plain)(kind), 20)
            self.counts[kind] += 1
        except Exception as error:  # noqa: BLE001 - each is a figure of the table
            self.errors[f"{kind}: {error!r}"[:150]] += 1
            self.leave()

    async def read(self):
        """One response: status and content."""
        leaks = Leaks()
        head = leaks.feed(await self.reader.readuntil(b"\r\n\r\n"))
        status = int(head[9:12])
        lower = head.lower()
        if b"\r\ntransfer-encoding: chunked" in lower:
            body = b""
            while True:
                size = int(await self.reader.readuntil(b"\r\n"), 16)
                body += leaks.feed((await self.reader.readexactly(size + 2))[:-2])
                if size == 0:
                    break
        else:
            length = int(lower.partition(b"\r\ncontent-length: ")[2].split(b"\r\n")[0])
            body = await self.reader.readexactly(length)
            if length < 100_000:
                leaks.feed(body)
        if b"\r\nconnection: close" in lower:
            self.leave()
        return status, body

    async def plain(self, kind):
        await self.connect()
        self.writer.write(PLAIN[kind])
        status, body = await self.read()
        if status != 200 or (WANTED[kind] not in body if kind in WANTED else len(body) != len(MEGABYTE)):
            raise AssertionError(f"{status} {body[:100]!r}")

    async def bad(self, _):
        await self.connect()
        data, wanted = self.random.choice(BAD)
        self.writer.write(data)
        status, body = await self.read()
        if status != wanted:
            raise AssertionError(f"{status} instead of {wanted}: {body[:100]!r}")

    async def abort(self, _):
        """Leaves in the middle: of a head, of content, of an answer."""
        await self.connect()
        data = PLAIN[self.random.choice(("poll", "submit", "upload", "download", "stream"))]
        self.writer.write(data[:self.random.randrange(1, len(data) + 1)])
        await asyncio.sleep(self.random.random() * 0.02)
        self.leave(abruptly=self.random.random() < 0.5)


async def main(host, port, rate, workers, seed):
    counts, errors = collections.Counter(), collections.Counter()
    began = time.monotonic()
    stop = False
    turn = 0

    async def work(number):
        nonlocal turn
        worker = Worker(host, port, counts, errors, seed * 1000 + number)
        while not stop and time.monotonic() - began < 3600:
            if rate:
                turn += 1
                due = began + turn / rate
                if (left := due - time.monotonic()) > 0:
                    await asyncio.sleep(left)
            await worker.once()
        worker.leave()

    tasks = [asyncio.create_task(work(number)) for number in range(workers)]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    stop = True
    seconds = time.monotonic() - began
    await asyncio.wait(tasks, timeout=30)
    print(json.dumps({"seconds": seconds, "counts": counts, "errors": errors.most_common(5), "error_count": errors.total(),
                      "leaked": sorted(Leaks.found), "searched": Leaks.searched}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
