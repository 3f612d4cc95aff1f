"""Large and piecewise bodies, stalls and full backlogs."""

import hashlib
import itertools
import random
import socket

MODEL = "fal-ai/flux-differential-diffusion"
QUEUE = f"https://queue.fal.run/{MODEL}"
REQUEST = f"{QUEUE}/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"
STATUS = f"{REQUEST}/status"
EVENTS = f"{REQUEST}/status/stream"
CANCEL = f"{REQUEST}/cancel"
RUN = f"https://fal.run/{MODEL}"
STREAM = f"{RUN}/stream"

#: Odd sizes in which bytes are sent, so that no boundary of the sender falls on one of the proxy's for long.
FRAGMENTS = (1, 2, 3, 7, 13, 1459, 4095, 8191, 65537, 1)


def noise(count, seed=1):
    """`count` bytes without any pattern; the same for the same seed."""
    return random.Random(seed).randbytes(count)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def send_fragments(send, data, sizes=FRAGMENTS):
    """Sends `data` through `send` in odd pieces; the small ones only at the start of a large body."""
    view = memoryview(data)
    position = 0
    cycle = itertools.chain(sizes, itertools.cycle((65537, 131071, 16385, 262143)))
    if len(data) <= 1 << 16:
        cycle = itertools.cycle((1, 3, 509, 1459, 4099))
    for size in cycle:
        if position >= len(view):
            return
        send(view[position:position + size])
        position += size


def chunked(data, sizes=(1, 15, 16, 17, 255, 4096, 65535, 65536, 65537)):
    """`data` as a chunked body with chunks of odd sizes, an extension and a trailer among them."""
    parts = []
    position = 0
    for number, size in enumerate(itertools.cycle(sizes)):
        piece = data[position:position + size]
        if not piece:
            break
        extension = b";name=value" if number == 1 else b""
        parts += [b"%X" % len(piece), extension, b"\r\n", piece, b"\r\n"]
        position += size
    return b"".join(parts) + b"0\r\nx-trailer: dropped\r\n\r\n"


class Content:
    """The content behind `head` on `reader`, taken out of its framing bit by bit."""

    def __init__(self, reader, head):
        self.reader = reader
        self.framing = "close"
        self.left = None
        self.done = False
        self.ready = b""
        if "chunked" in head.get("transfer-encoding", ""):
            self.framing = "chunked"
        elif head.get("content-length") is not None:
            self.framing = "length"
            self.left = int(head.get("content-length"))
            self.done = self.left == 0

    def piece(self):
        """The next bytes; empty at a proper end. EOFError or ConnectionResetError where it was cut."""
        if self.ready:
            data, self.ready = self.ready, b""
            return data
        if self.done:
            return b""
        if self.framing == "chunked":
            data = self.reader.chunk()
            self.done = not data
            return data
        if self.reader.buffer:
            data, self.reader.buffer = self.reader.buffer, b""
        else:
            data = self.reader.sock.recv(1 << 18)
            if not data and self.framing == "length":
                raise EOFError("cut")
        if self.framing == "close":
            self.done = not data
            return data
        data, self.reader.buffer = data[:self.left], data[self.left:]
        self.left -= len(data)
        self.done = self.left == 0
        return data

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.piece()
            if not piece:
                raise EOFError(f"ended after {data!r}")
            data += piece
        data, self.ready = data[:count], data[count:] + self.ready
        return data

    def __iter__(self):
        while piece := self.piece():
            yield piece

    def rest(self):
        return b"".join(self)

    def sha256(self):
        """Digest and length of all that is left."""
        hashing = hashlib.sha256()
        count = 0
        for piece in self:
            hashing.update(piece)
            count += len(piece)
        return hashing.hexdigest(), count


def send_until_stalled(sock, data, quiet=0.4):
    """Sends until the peer has taken nothing for `quiet` seconds; how many bytes were taken."""
    view = memoryview(data)
    count = 0
    sock.settimeout(quiet)
    try:
        while count < len(view):
            count += sock.send(view[count:count + (1 << 18)])
    except TimeoutError:
        pass
    sock.settimeout(30)
    return count


class FullBacklog:
    """An address of loopback whose listener accepts nobody and whose backlog is full: connecting to it takes for ever."""

    def __init__(self, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.table = "/proc/net/tcp6" if ":" in host else "/proc/net/tcp"
        self.listener = socket.socket(family)
        self.listener.bind((host, 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self.waiting = []
        for _ in range(8):
            sock = socket.socket(family)
            sock.setblocking(False)
            sock.connect_ex((host, self.port))
            self.waiting.append(sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in [*self.waiting, self.listener]:
            sock.close()

    def connecting(self):
        """How many connections to the port are being set up by anyone (SYN_SENT)."""
        with open(self.table) as table:
            rows = [line.split() for line in table.readlines()[1:]]
        return sum(row[2].endswith(f":{self.port:04X}") and row[3] == "02" for row in rows)


def refused_port():
    """A port of loopback on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
