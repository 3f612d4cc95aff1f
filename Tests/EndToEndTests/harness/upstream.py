"""A fake fal that does exactly what a test tells it to, on a thread per connection."""

import json
import queue
import socket
import struct
import threading

from .wire import Head, Reader


class Request:
    """A request as the upstream saw it."""

    def __init__(self, head):
        self.head = head
        self.method, self.target, self.version = head.start.split(" ")
        self.body = b""

    def get(self, name, default=None):
        return self.head.get(name, default)

    def all(self, name):
        return self.head.all(name)


class UpstreamConnection:
    """One accepted connection."""

    def __init__(self, sock, number):
        self.sock = sock
        self.number = number
        self.reader = Reader(sock)

    def read_head(self):
        return Request(Head(self.reader.until(b"\r\n\r\n")))

    def read_body(self, request):
        if "chunked" in request.get("transfer-encoding", ""):
            request.body = self.reader.chunked()
        else:
            request.body = self.reader.exactly(int(request.get("content-length", "0")))
        return request

    def read_request(self):
        return self.read_body(self.read_head())

    def send(self, data):
        self.sock.sendall(data)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()

    def wait_closed(self):
        """Returns once the peer has closed; anything it sends meanwhile is read past."""
        try:
            while self.sock.recv(65536):
                pass
        except OSError:
            pass


def respond(status=200, fields=(), body=b"", reason="OK"):
    """The bytes of a response with Content-Length."""
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in fields]
    if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields):
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def json_answer(value, status=200, fields=()):
    """The bytes of a JSON response."""
    return respond(status, [("content-type", "application/json"), *fields], json.dumps(value).encode())


class Upstream:
    """Listens on loopback; `serve(connection)` plays each connection, by default answering every request with 200."""

    def __init__(self, serve=None, tls=None, host="127.0.0.1", port=0):
        self.serve = serve or self.echo
        self.tls = tls
        self.requests = queue.Queue()
        self.accepted = 0
        self.errors = []
        self.closed = queue.Queue()
        self.connections = []
        self.sock = socket.create_server((host, port), backlog=1024)
        self.host = host
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def accept(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self.play, args=(sock, self.accepted), daemon=True).start()

    def play(self, sock, number):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            connection = UpstreamConnection(sock, number)
            self.connections.append(connection)
            self.serve(connection)
        except EOFError:
            pass
        except Exception as error:  # noqa: BLE001 - a test looks at them
            self.errors.append(error)
        finally:
            try:
                sock.close()
            except OSError:
                pass
            self.closed.put(number)

    def echo(self, connection):
        while True:
            request = connection.read_request()
            self.requests.put(request)
            connection.send(json_answer({"ok": True}, fields=[("x-fal-request-id", "req-1")]))

    def next_request(self, seconds=10):
        return self.requests.get(timeout=seconds)

    def next_closed(self, seconds=10):
        """The number of the next connection whose play has ended."""
        return self.closed.get(timeout=seconds)

    def stop(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        for connection in self.connections:
            # Its own thread closes it: OpenSSL there may still write to a descriptor that would be somebody else's.
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
