"""A side that stands still holds the other one up, and next to nothing in the process."""

import os
import queue
import threading

import pytest

from harness import json_answer, request, respond
from harness.flow import RUN, STATUS, Content, chunked, digest, noise, send_until_stalled

pytestmark = pytest.mark.skipif(
    "SANITIZED" in os.environ, reason="a sanitizer's own memory is far more than what is measured here")

RESPONSE_BYTES = 100_000_000
REQUEST_BYTES = 60_000_000
#: More than this cannot wait in the kernel's buffers of the two connections (Linux lets a receive buffer grow to 32 MiB
#: and a send buffer to 4 MiB), so a body that had gone further would have been read into the process.
KERNEL_BYTES = 45_000_000
ALLOWED_KIB = 1024


@pytest.fixture(scope="module")
def big():
    return noise(RESPONSE_BYTES)


class Flood:
    """An upstream that sends `data` as fast as it is taken, and says where it first stood still."""

    def __init__(self, data, framing):
        self.data = data
        self.framing = framing
        self.stalled = queue.Queue()
        self.finished = queue.Queue()

    def __call__(self, connection):
        while True:
            seen = connection.read_request()
            if seen.target.endswith("?warm"):
                connection.send(respond(body=b"x" * 300_000))
                continue
            if self.framing == "chunked":
                connection.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                data = chunked(self.data, (65_521,))
            else:
                connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(self.data))
                data = self.data
            count = send_until_stalled(connection.sock, data)
            self.stalled.put(count)
            connection.sock.sendall(memoryview(data)[count:])
            self.finished.put(None)


def warm(relay):
    """Runs every kind of exchange once, so that what is allocated once and for all is there before measuring."""
    for _ in range(3):
        assert relay.fetch(request(f"{STATUS}?warm")).status == 200
    return relay.status_kib("RssAnon")


def check_stalled_readers(upstream, proxy, big, framing, clients):
    flood = Flood(big, framing)
    relay = proxy(upstream(flood), event_loops=1)
    before = warm(relay)
    readers = [relay.client(receive_buffer=65536, timeout=30) for _ in range(clients)]
    for one in readers:
        one.send(request(STATUS))
    moved = [flood.stalled.get(timeout=30) for _ in readers]
    assert all(0 < count < KERNEL_BYTES for count in moved), moved
    held = relay.status_kib("RssAnon") - before
    assert held <= ALLOWED_KIB * clients, f"{held} KiB for {clients}, after {moved} bytes"

    results = queue.Queue()

    def read(client):
        results.put(Content(client.reader, client.head()).sha256())

    for one in readers:
        threading.Thread(target=read, args=(one,), daemon=True).start()
    wanted = (digest(big), len(big))
    for _ in readers:
        assert results.get(timeout=60) == wanted
    left = relay.status_kib("RssAnon") - before
    assert left <= ALLOWED_KIB * clients, f"{left} KiB stay after the transfer"
    for one in readers:
        one.close()


@pytest.mark.parametrize("framing", ["content-length", "chunked"])
def test_100_mb_for_a_client_that_does_not_read_hold_at_most_1_mib(upstream, proxy, big, framing):
    check_stalled_readers(upstream, proxy, big, framing, 1)


def test_several_clients_that_do_not_read_hold_at_most_1_mib_each(upstream, proxy, big):
    check_stalled_readers(upstream, proxy, big[:50_000_000], "content-length", 5)


def check_stalled_uploads(upstream, proxy, big, framing, clients):
    body = big[:REQUEST_BYTES]
    data = chunked(body, (65_521,)) if framing == "chunked" else body
    field = ("transfer-encoding", "chunked") if framing == "chunked" else ("content-length", len(body))
    go_on = threading.Event()
    seen = queue.Queue()

    def serve(connection):
        while True:
            head = connection.read_head()
            if head.method == "GET":
                connection.send(respond(body=b"x" * 300_000))
                continue
            assert go_on.wait(30)
            seen.put(Content(connection.reader, head).sha256())
            connection.send(json_answer({"ok": True}))

    relay = proxy(upstream(serve), event_loops=1)
    before = warm(relay)
    senders = [relay.client(timeout=30) for _ in range(clients)]
    stalled = queue.Queue()
    results = queue.Queue()

    def send(client):
        client.send(request(RUN, "POST", fields=[field]))
        count = send_until_stalled(client.sock, data)
        stalled.put(count)
        assert go_on.wait(30)
        client.send(memoryview(data)[count:])
        results.put(client.response().status)

    for one in senders:
        threading.Thread(target=send, args=(one,), daemon=True).start()
    moved = [stalled.get(timeout=30) for _ in senders]
    assert all(0 < count < KERNEL_BYTES for count in moved), moved
    held = relay.status_kib("RssAnon") - before
    assert held <= ALLOWED_KIB * clients, f"{held} KiB for {clients}, after {moved} bytes"
    go_on.set()
    for _ in senders:
        assert seen.get(timeout=60) == (digest(body), len(body))
        assert results.get(timeout=60) == 200
    left = relay.status_kib("RssAnon") - before
    assert left <= ALLOWED_KIB * clients, f"{left} KiB stay after the transfer"
    for one in senders:
        one.close()


@pytest.mark.parametrize("framing", ["content-length", "chunked"])
def test_60_mb_for_an_upstream_that_does_not_read_hold_at_most_1_mib(upstream, proxy, big, framing):
    check_stalled_uploads(upstream, proxy, big, framing, 1)


def test_several_uploads_that_fal_does_not_read_hold_at_most_1_mib_each(upstream, proxy, big):
    check_stalled_uploads(upstream, proxy, big, "content-length", 5)


def test_a_stalled_transfer_does_not_hold_up_the_other_connections_of_its_loop(upstream, proxy, big):
    flood = Flood(big[:50_000_000], "content-length")
    relay = proxy(upstream(flood), event_loops=1)
    with relay.client(receive_buffer=65536, timeout=30) as stuck:
        stuck.send(request(STATUS))
        flood.stalled.get(timeout=30)
        for _ in range(20):
            assert relay.fetch(request(f"{STATUS}?warm"), timeout=5).body == b"x" * 300_000
