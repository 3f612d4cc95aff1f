"""A client that says exactly what it is told to, byte for byte."""

import json
import socket
import struct

from .canary import SEARCHED, assert_no_canary
from .wire import Head, Reader


class Response:
    """A response that was read whole."""

    def __init__(self, head, body):
        assert_no_canary(body[:SEARCHED], "a response content")
        self.head = head
        self.status = int(head.start.split(" ")[1])
        self.reason = head.start.split(" ", 2)[2] if head.start.count(" ") >= 2 else ""
        self.body = body

    def get(self, name, default=None):
        return self.head.get(name, default)

    def all(self, name):
        return self.head.all(name)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error_type(self):
        return self.json["error_type"]


class Client:
    """One connection."""

    def __init__(self, address, timeout=15.0, receive_buffer=None, source=None):
        self.sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        if source:
            self.sock.bind((source, 0))
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = Reader(self.sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)
        return self

    def head(self):
        raw = self.reader.until(b"\r\n\r\n")
        assert_no_canary(raw, "a response head")
        return Head(raw)

    def response(self, method="GET"):
        """Reads one final response."""
        while True:
            head = self.head()
            status = int(head.start.split(" ")[1])
            if status >= 200:
                break
        if method == "HEAD" or status in (204, 304):
            return Response(head, b"")
        if "chunked" in head.get("transfer-encoding", ""):
            return Response(head, self.reader.chunked())
        if head.get("content-length") is not None:
            return Response(head, self.reader.exactly(int(head.get("content-length"))))
        return Response(head, self.reader.rest())

    def ended(self):
        """Whether the server closes properly (True) or resets (False); anything else it sends is a failure."""
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            return False
        assert data == b"" and self.reader.buffer == b"", (self.reader.buffer + data)[:200]
        return True

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()


def request(target, method="GET", path="/api/fal/proxy", fields=(), body=None, host="proxy.test", version="1.1"):
    """The bytes of a request to the proxy for `target`; no Content-Length is added when a field says how long it is."""
    lines = [f"{method} {path} HTTP/{version}", f"host: {host}"]
    if target is not None:
        lines.append(f"x-fal-target-url: {target}")
    lines += [f"{name}: {value}" for name, value in fields]
    framed = any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields)
    if body is not None and not framed:
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")
