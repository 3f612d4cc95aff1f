"""A fake fal in a process of its own, quick enough not to be what is measured.

GET answers with a few bytes, with `?big=BYTES` of content, or with `?events=COUNT&every=SECONDS` of a stream. POST
reads its content, counts it as executed, and says how long it was, under an id of its own. Requests without the key are counted.
"""

import asyncio
import collections
import json
import re
import socket
import sys
import urllib.parse

from harness import CANARY

POLL = b'{"status":"IN_PROGRESS","logs":[]}'
BLOCK = bytes(range(256)) * 256
executed = collections.Counter()
counts = collections.Counter()


def answer(body, status=b"200 OK"):
    return b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=65536)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = bytearray()
        self.request = None
        self.left = 0
        self.body = bytearray()
        self.length = 0
        self.writing = 0
        self.paused = False
        self.busy = False
        self.timer = None
        counts["connections"] += 1

    def connection_lost(self, _):
        if self.timer:
            self.timer.cancel()
        if self.busy:
            counts["cut"] += 1

    def data_received(self, data):
        self.input += data
        self.advance()

    def advance(self):
        while not self.busy:
            if self.request is None and not self.read_head():
                return
            if self.chunked:
                end = self.input.find(b"\r\n0\r\n\r\n")
                if end < 0:
                    return
                self.length = end
                del self.input[:end + 7]
            else:
                piece = self.input[:self.left]
                if len(self.body) < 256:
                    self.body += piece[:256]
                self.length += len(piece)
                self.left -= len(piece)
                del self.input[:len(piece)]
                if self.left:
                    return
            self.perform()

    def read_head(self):
        end = self.input.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.input[:end])
        del self.input[:end + 4]
        self.request = head.split(b" ", 2)[:2]
        if b"Key " + CANARY.encode() not in head:
            counts["without key"] += 1
        match = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        self.left = int(match.group(1)) if match else 0
        self.chunked = b"transfer-encoding: chunked" in head.lower()
        self.body = bytearray()
        self.length = 0
        return True

    def perform(self):
        method, target = self.request
        self.request = None
        counts[method.decode()] += 1
        if method == b"POST":
            if self.body.startswith(b'{"id":'):
                executed[json.loads(self.body)["id"]] += 1
            counts["jobs"] += 1
            return self.transport.write(answer(
                b'{"ok":true,"length":%d,"request_id":"764cabcf-b745-4b3e-ae38-%012x"}' % (self.length, counts["jobs"])))
        query = target.partition(b"?")[2]
        if not query:
            return self.transport.write(answer(POLL))
        options = dict(urllib.parse.parse_qsl(query.decode()))
        if "big" in options:
            self.busy = True
            self.writing = int(options["big"])
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % self.writing)
            return self.pump()
        if "events" in options:
            self.busy = True
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            return self.event(0, int(options["events"]), float(options["every"]))
        self.transport.write(answer(POLL))

    def pump(self):
        while self.writing and not self.paused and not self.transport.is_closing():
            piece = BLOCK[:self.writing]
            self.writing -= len(piece)
            self.transport.write(piece)
        if not self.writing:
            self.busy = False

    def pause_writing(self):
        self.paused = True

    def resume_writing(self):
        self.paused = False
        if self.busy and self.writing:
            self.pump()
            self.advance()

    def event(self, number, last, every):
        if number == last:
            self.transport.write(b"0\r\n\r\n")
            self.busy = False
            return self.advance()
        data = b'data: {"number":%d}\n\n' % number
        self.transport.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.timer = asyncio.get_running_loop().call_later(every, self.event, number + 1, last, every)


async def main():
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    # Inherited: what is written for one connection in one turn must not keep the others waiting.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    sock.bind(("127.0.0.1", 0))
    server = await loop.create_server(Connection, sock=sock, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "counts":
            twice = [name for name, count in executed.items() if count > 1]
            print(json.dumps({**counts, "executed": len(executed), "twice": twice}), flush=True)
        elif line.strip() == "executed":
            print(json.dumps(executed), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
