"""One limit on all buffers, and one on how slowly a client may move: many who hold memory against the others."""

import contextlib
import os
import socket
import threading
import time

import pytest

from harness import json_answer, request, respond, wait_until
from harness.script import STATUS, SUBMIT, Answering

NEAR = "buffers near limits.memory"
#: More than the kernel takes of a connection whose client reads nothing: a send buffer of 4 MiB and a receive buffer.
BIG = b"x" * 6_000_000


def connected(relay):
    client = socket.create_connection(relay.address, timeout=10)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return client


def big_and_small():
    def serve(connection):
        while True:
            seen = connection.read_request()
            connection.send(respond(body=BIG) if seen.target.endswith("?big") else json_answer({"ok": True}))
    return serve


@pytest.mark.skipif("SANITIZED" in os.environ, reason="a sanitizer's own memory is far more than what is measured here")
def test_many_who_do_not_read_hold_no_more_than_the_limit_while_another_polls(upstream, proxy):
    relay = proxy(upstream(big_and_small()), event_loops=2, limits_memory="16MiB", limits_connections=2000)
    relay.fetch(request(STATUS))
    before = relay.status_kib("RssAnon")
    with relay.client() as other:
        readers = []
        for _ in range(200):
            readers.append(connected(relay))
            readers[-1].sendall(request(f"{STATUS}?big"))
        wait_until(lambda: NEAR in relay.stderr, 20, "the warning")
        for _ in range(20):
            assert other.send(request(STATUS)).response().status == 200
            assert relay.status_kib("RssAnon") - before < 24 << 10
        assert relay.stderr.count(NEAR) == 1
        for reader in readers:
            reader.close()
    # What was tight is over, for whoever comes now.
    wait_until(lambda: relay.fetch(request(STATUS)).status == 200, 10, "a place for the next")
    assert any(line["ended_by"] == "proxy" for line in relay.access_log())


def test_unfinished_heads_hold_no_more_than_the_limit_and_health_routes_answer(upstream, proxy):
    relay = proxy(upstream(), event_loops=1, limits_memory="16MiB", limits_connections=2000)
    heads = []
    for _ in range(600):
        heads.append(connected(relay))
        heads[-1].sendall(b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"x" * 6000)
    wait_until(lambda: NEAR in relay.stderr, 20, "the warning")
    assert relay.fetch(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").status == 200
    # Some were given up, with an answer that says why.
    answers = 0
    for head in heads:
        head.settimeout(0.01)
        try:
            answers += b"503" in head.recv(2000)
        except OSError:
            pass
        head.close()
    assert answers > 100
    wait_until(lambda: relay.fetch(request(STATUS)).status == 200, 10, "a place for the next")


@pytest.mark.skipif("SANITIZED" in os.environ, reason="a sanitizer's own memory is far more than what is measured here")
def test_uploads_that_fal_does_not_take_hold_no_more_than_the_limit(upstream, proxy):
    stop = threading.Event()

    def serve(connection):
        head = connection.read_head()
        if "/status" in head.target:
            connection.send(json_answer({"ok": True}))
        else:
            stop.wait(60)

    relay = proxy(upstream(serve), event_loops=1, limits_memory="16MiB", limits_connections=2000)
    relay.fetch(request(STATUS))
    before = relay.status_kib("RssAnon")
    uploads = []
    head = f"POST /api/fal/proxy HTTP/1.1\r\nhost: a\r\nx-fal-target-url: {SUBMIT}\r\ncontent-length: 90000000\r\n\r\n"
    try:
        for _ in range(60):
            client = socket.create_connection(relay.address, timeout=10)
            client.sendall(head.encode())
            client.setblocking(False)
            uploads.append(client)
        end = time.monotonic() + 30
        piece = b"x" * (1 << 20)
        while NEAR not in relay.stderr and time.monotonic() < end:
            for client in uploads:
                with contextlib.suppress(OSError):
                    client.send(piece)
            assert relay.status_kib("RssAnon") - before < 24 << 10
        assert NEAR in relay.stderr
        wait_until(lambda: relay.fetch(request(STATUS)).status == 200, 10, "a place for the next")
    finally:
        stop.set()
        for client in uploads:
            client.close()


def drip(client, pieces, every):
    """Sends them one by one; false when the peer has had enough."""
    client.settimeout(every)
    for piece in pieces:
        try:
            client.sendall(piece)
            if client.recv(1, socket.MSG_PEEK):
                return False
        except TimeoutError:
            continue
        except OSError:
            return False
    return True


@pytest.mark.parametrize("framing,piece", [("content-length: 100000", b"x"), ("transfer-encoding: chunked", b"1\r\nx\r\n")])
def test_content_that_drips_is_refused_and_its_connection_to_fal_closed(upstream, proxy, framing, piece):
    fal = upstream()
    relay = proxy(fal, limits_body_rate="1KiB", timeouts_body_rate="400ms")
    with connected(relay) as client:
        head = f"POST /api/fal/proxy HTTP/1.1\r\nhost: a\r\nx-fal-target-url: {SUBMIT}\r\n{framing}\r\n\r\n"
        client.sendall(head.encode())
        started = time.monotonic()
        assert not drip(client, [piece] * 200, 0.02)
        assert 0.3 < time.monotonic() - started < 2
        answer = client.recv(4000)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"limits.body_rate" in answer
    fal.next_closed()


def test_content_that_comes_fast_enough_is_taken_however_long_it_takes(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, limits_body_rate="1KiB", timeouts_body_rate="200ms")
    with connected(relay) as client:
        head = f"POST /api/fal/proxy HTTP/1.1\r\nhost: a\r\nx-fal-target-url: {SUBMIT}\r\ncontent-length: 4000\r\n\r\n"
        client.sendall(head.encode())
        assert drip(client, [b"x" * 100] * 39, 0.025)
        client.settimeout(5)
        client.sendall(b"x" * 100)
        assert client.recv(4000).startswith(b"HTTP/1.1 200 ")


def test_zero_is_no_limit(upstream, proxy):
    relay = proxy(upstream(), limits_body_rate="0", timeouts_body_rate="50ms")
    with connected(relay) as client:
        head = f"POST /api/fal/proxy HTTP/1.1\r\nhost: a\r\nx-fal-target-url: {SUBMIT}\r\ncontent-length: 30\r\n\r\n"
        client.sendall(head.encode())
        assert drip(client, [b"x"] * 29, 0.02)
