"""Reading HTTP/1.1 messages from a socket, written apart from the proxy's own parser so that the two can disagree."""


import re

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Reader:
    """Buffered reading from a socket."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("connection closed")
        self.buffer += data

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        head, _, self.buffer = self.buffer.partition(mark)
        return head

    def exactly(self, count):
        while len(self.buffer) < count:
            self.more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def rest(self):
        """Everything until the peer closes."""
        try:
            while True:
                self.more()
        except EOFError:
            data, self.buffer = self.buffer, b""
            return data

    def chunk(self):
        """One chunk; empty for the last, whose trailers are read past."""
        size = int(self.until(b"\r\n").split(b";")[0], 16)
        if size == 0:
            while self.until(b"\r\n"):
                pass
            return b""
        data = self.exactly(size)
        assert self.exactly(2) == b"\r\n"
        return data

    def chunked(self):
        data = b""
        while piece := self.chunk():
            data += piece
        return data


class Head:
    """A start line and fields."""

    def __init__(self, raw):
        lines = raw.split(b"\r\n")
        self.raw = raw
        self.start = lines[0].decode("latin-1")
        self.fields = []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            assert colon and TOKEN.fullmatch(name), f"no field line: {line!r}"
            self.fields.append((name.decode("latin-1").lower(), value.strip().decode("latin-1")))

    def all(self, name):
        return [value for key, value in self.fields if key == name.lower()]

    def get(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    @property
    def names(self):
        return [name for name, _ in self.fields]
