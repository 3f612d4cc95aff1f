"""One exchange never reaches into another: pooled connections, stalled peers, turns of the event loop."""

import os
import queue
import signal
import threading
import time

import pytest

from harness import json_answer, request, respond

QUEUE = "https://queue.fal.run/fal-ai/flux-differential-diffusion"
STATUS = f"{QUEUE}/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/status"
FORGED = respond(200, [("x-forged", "1")], b"EVIL!")


@pytest.fixture(params=["plain", "tls"])
def secure(request, authority):
    """A server context, or None; and what the proxy needs to reach it."""
    if request.param == "plain":
        return None, {}
    return authority.context("DNS:localhost"), {"binary_environment": {"SSL_CERT_FILE": str(authority.certificate)}}


def reach(proxy, fal, secure, **settings):
    host = "127.0.0.1" if secure[0] is None else "localhost"
    url = f"{'http' if secure[0] is None else 'https'}://{host}:{fal.port}"
    return proxy(origin_overrides=f"queue.fal.run={url}", event_loops=1, **secure[1], **settings)


@pytest.mark.parametrize("size", [0, 5, 4000, 16384, 20_000, 65536, 300_000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bytes_behind_a_response_are_never_the_answer_to_another_request(upstream, proxy, secure, size, method):
    """The content is read to its exact end, and what follows it waits in the socket, or in OpenSSL's buffer."""
    body = os.urandom(size)

    def serve(connection):
        connection.read_request()
        if connection.number == 1:
            connection.send(respond(200, body=body) + FORGED)
            connection.wait_closed()
        else:
            connection.send(json_answer({"mine": True}))

    fal = upstream(serve, tls=secure[0])
    relay = reach(proxy, fal, secure)
    with relay.client() as first, relay.client() as second:
        assert first.send(request(STATUS)).response().body == body
        target, content = (STATUS, None) if method == "GET" else (QUEUE, b"{}")
        answer = second.send(request(target, method, body=content)).response()
        assert answer.get("x-forged") is None and answer.json == {"mine": True}
    assert fal.accepted == 2


def test_a_408_for_an_idle_connection_is_not_the_answer_to_the_request_that_crossed_it(upstream, proxy):
    leave = threading.Event()

    def serve(connection):
        connection.read_request()
        connection.send(json_answer({"number": connection.number}))
        if connection.number == 1:
            leave.wait(10)
            connection.send(respond(408, [("connection", "close")], b"idle", "Request Timeout"))
            connection.sock.shutdown(1)
            said.set()
            connection.wait_closed()

    said = threading.Event()
    fal = upstream(serve)
    relay = proxy(fal, event_loops=1)
    with relay.client() as client:
        assert client.send(request(STATUS)).response().json == {"number": 1}
        # Both the request and the 408 wait when the process goes on: it may see either first.
        relay.send_signal(signal.SIGSTOP)
        client.send(request(STATUS))
        leave.set()
        assert said.wait(5)
        relay.send_signal(signal.SIGCONT)
        assert client.response().json == {"number": 2}


def test_a_client_that_trickles_bytes_but_reads_nothing_is_cut_all_the_same(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
        try:
            while True:
                connection.send(bytes(1 << 16))
        except OSError:
            pass

    fal = upstream(serve)
    relay = proxy(fal, timeouts_body="500ms")
    with relay.client(receive_buffer=4096) as client:
        client.send(request(STATUS))
        client.head()
        stop = threading.Event()

        def trickle():
            while not stop.wait(0.1):
                try:
                    client.sock.send(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            assert fal.next_closed(5) == 1
        finally:
            stop.set()
            thread.join()
    assert relay.access_log()[0]["ended_by"] == "client"


def test_a_stream_nobody_reads_is_cut_although_fal_goes_on_pinging(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        # The client's side fills up first, then pings alone go on coming.
        sent, ping = 0, b": ping\n\n"
        filler = b"data: " + b"x" * 4000 + b"\n\n"
        deadline = time.monotonic() + 8
        try:
            while time.monotonic() < deadline:
                piece = filler if sent < 3_000_000 else ping
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
                if piece is ping:
                    threading.Event().wait(0.05)
        except OSError:
            connection.cut = time.monotonic()

    fal = upstream(serve)
    relay = proxy(fal, timeouts_body="500ms")
    with relay.client(receive_buffer=4096) as client:
        client.send(request(f"{STATUS}/stream"))
        client.head()
        assert fal.next_closed(6) == 1
    assert relay.access_log()[0]["ended_by"] == "client"


@pytest.mark.parametrize("size", [10, 40_000, 65_536, 200_000])
def test_content_that_a_dead_pooled_connection_never_took_is_sent_on_a_fresh_one(upstream, proxy, size):
    """The head alone had been written, so nothing can have been executed; the content may fill every buffer by then."""
    die, bodies = threading.Event(), queue.Queue()

    def serve(connection):
        if connection.number == 1:
            connection.read_request()
            connection.send(json_answer({}))
            connection.read_head()
            heard.set()
            die.wait(10)
            connection.reset()
        else:
            bodies.put(connection.read_request().body)
            connection.send(json_answer({"ran": "once"}))

    heard = threading.Event()
    fal = upstream(serve)
    relay = proxy(fal, event_loops=1)
    body = os.urandom(size)
    with relay.client() as client:
        client.send(request(STATUS)).response()
        client.send(request(QUEUE, "POST", fields=[("content-length", str(size))]))
        assert heard.wait(10)
        relay.send_signal(signal.SIGSTOP)
        client.sock.setblocking(False)
        sent = client.sock.send(body)
        client.sock.settimeout(15)
        die.set()
        assert fal.next_closed() == 1
        relay.send_signal(signal.SIGCONT)
        client.send(body[sent:])
        answer = client.response()
        # Which of content and reset is seen first is the kernel's choice; never a wrong error, never a second execution.
        assert answer.status == 200 or answer.error_type == "proxy_upstream_ambiguous"
        if answer.status == 200:
            assert bodies.get(timeout=5) == body


def test_one_pipelining_client_does_not_hold_up_the_others(proxy):
    relay = proxy(event_loops=1, access_log="none")
    message = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    stop = threading.Event()

    def flood():
        with relay.client() as client:
            client.sock.settimeout(0.2)
            while not stop.is_set():
                try:
                    client.sock.sendall(message * 1000)
                    client.sock.recv(1 << 20)
                except TimeoutError:
                    pass

    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        took = []
        with relay.client() as client:
            for _ in range(60):
                began = time.monotonic()
                assert client.send(message).response().status == 200
                took.append(time.monotonic() - began)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    # A debug build on a busy machine; without turns single requests took the better part of a second.
    assert sorted(took)[len(took) // 2] < 0.25


def test_a_head_with_countless_connection_options_is_refused(upstream, proxy):
    """Each option is compared with each forwarded field: thousands of both would be work for nothing."""
    fal = upstream()
    relay = proxy(fal)
    options = ",".join(f"a{number}" for number in range(33))
    answer = relay.fetch(request(STATUS, fields=[("connection", options)]))
    assert (answer.status, answer.error_type) == (431, "proxy_head_too_large")
    assert relay.fetch(request(STATUS, fields=[("connection", options.rpartition(",")[0])])).status == 200
    assert fal.accepted == 1
