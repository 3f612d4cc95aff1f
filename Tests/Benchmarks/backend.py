"""The upstream of the cases that nginx cannot play: it reads whole uploads, sends large answers and event streams.

    backend.py PORT     one process; threads for bodies, one selector for all event streams
"""

import selectors
import socket
import sys
import threading
import time

LARGE = memoryview(bytes(100 << 20))
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
DOWNLOAD = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: %d\r\n\r\n" % len(LARGE)
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

streams = []
lock = threading.Lock()


def play(sock):
    """One connection; an event stream is handed to the ticker."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    memory = bytearray(1 << 20)
    buffer = b""
    while True:
        while b"\r\n\r\n" not in buffer:
            data = sock.recv(65536)
            if not data:
                return sock.close()
            buffer += data
        head, _, buffer = buffer.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        left = length - len(buffer)
        buffer = buffer[length:] if left <= 0 else b""
        while left > 0:
            left -= sock.recv_into(memory, min(left, len(memory)))
        path = head.split(b" ")[1]
        if b"/status/stream" in path:
            sock.sendall(STREAM)
            with lock:
                streams.append(sock)
            return
        if path.endswith(b"large"):
            sock.sendall(DOWNLOAD)
            sock.sendall(LARGE)
        else:
            sock.sendall(ANSWER)


def tick():
    """Sends every stream one event a second, spread over the second; an event holds the time it was sent."""
    slices = 50
    turn = 0
    due = time.monotonic()
    while True:
        with lock:
            mine = streams[turn % slices::slices]
        gone = []
        for sock in mine:
            event = b'data: {"status":"IN_PROGRESS","sent":%.6f}\n\n' % time.monotonic()
            try:
                sock.sendall(b"%x\r\n%s\r\n" % (len(event), event))
            except OSError:
                gone.append(sock)
        if gone:
            with lock:
                for sock in gone:
                    streams.remove(sock)
                    sock.close()
        turn += 1
        due += 1 / slices
        time.sleep(max(0, due - time.monotonic()))


def main():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
    listener.setblocking(False)
    threading.Thread(target=tick, daemon=True).start()
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        selector.select()
        sock, _ = listener.accept()
        sock.setblocking(True)
        threading.Thread(target=guarded, args=(sock,), daemon=True).start()


def guarded(sock):
    try:
        play(sock)
    except OSError:
        sock.close()


if __name__ == "__main__":
    threading.stack_size(256 << 10)
    main()
