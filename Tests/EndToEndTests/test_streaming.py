"""Bytes are bytes and arrive as they are sent: bodies both ways, server-sent events, responses without content."""

import gzip
import queue
import statistics
import time

import pytest

from harness import json_answer, request, respond, wait_until
from harness.flow import EVENTS, RUN, STATUS, STREAM, Content, chunked, digest, noise, send_fragments

SIZES = (0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, 20 << 20)

EVENT_TEXTS = [
    b'data: {"status":"IN_QUEUE","queue_position":0}\n\n',
    b": ping\n\n",
    b'data: {"status":"IN_PROGRESS","logs":null}\n\n',
    b": ping\n\n",
    b"data: one\ndata: two\n\n",
    b'data: {"status":"COMPLETED","logs":[]}\n\n',
]

FRAMINGS = {"chunked": b"transfer-encoding: chunked\r\n", "close-delimited": b"connection: close\r\n"}


def event_head(framing):
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n" + FRAMINGS[framing] + b"\r\n"


def framed(data, framing):
    return b"%x\r\n%s\r\n" % (len(data), data) if framing == "chunked" else data


def playing_events(texts, framing, permits):
    """An upstream that sends each event only once it is permitted to."""

    def serve(connection):
        connection.read_request()
        connection.send(event_head(framing))
        for text in texts:
            permits.get(timeout=10)
            connection.send(framed(text, framing))
        permits.get(timeout=10)
        if framing == "chunked":
            connection.send(b"0\r\n\r\n")
        connection.close()

    return serve


# --- Server-sent events ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("framing", FRAMINGS)
def test_each_event_and_comment_arrives_before_the_next_is_sent(upstream, proxy, framing, version):
    permits = queue.Queue()
    relay = proxy(upstream(playing_events(EVENT_TEXTS, framing, permits)))
    with relay.client(timeout=5) as client:
        client.send(request(EVENTS, fields=[("accept", "text/event-stream")], version=version))
        head = client.head()
        assert head.get("content-type") == "text/event-stream; charset=utf-8"
        assert head.get("transfer-encoding") == ("chunked" if version == "1.1" else None)
        assert head.get("content-length") is None
        content = Content(client.reader, head)
        for text in EVENT_TEXTS:
            permits.put(None)
            assert content.exactly(len(text)) == text
        permits.put(None)
        assert content.rest() == b""


def test_an_event_sent_right_behind_another_waits_for_no_acknowledgement(upstream, proxy):
    """Nagle's algorithm would hold the second of two small writes until the first is acknowledged: 40 ms and more."""
    again = queue.Queue()

    def serve(connection):
        connection.read_request()
        connection.send(event_head("chunked"))
        for number in range(21):
            again.get(timeout=10)
            connection.send(framed(b"data: a%02d\n\n" % number, "chunked"))
            connection.send(framed(b"data: b%02d\n\n" % number, "chunked"))
        connection.send(b"0\r\n\r\n")

    relay = proxy(upstream(serve))
    times = []
    with relay.client() as client:
        client.send(request(STREAM, "POST", body=b"{}"))
        content = Content(client.reader, client.head())
        for number in range(21):
            began = time.monotonic()
            again.put(None)
            assert content.exactly(22) == b"data: a%02d\n\ndata: b%02d\n\n" % (number, number)
            times.append(time.monotonic() - began)
        assert content.rest() == b""
    assert statistics.median(times) < 0.03, times


def test_the_head_of_a_stream_does_not_wait_for_its_first_event(upstream, proxy):
    permits = queue.Queue()
    relay = proxy(upstream(playing_events([b"data: late\n\n"], "chunked", permits)))
    with relay.client(timeout=5) as client:
        client.send(request(STREAM, "POST", body=b"{}"))
        content = Content(client.reader, client.head())
        permits.put(None)
        permits.put(None)
        assert content.rest() == b"data: late\n\n"


def test_event_streams_tell_proxies_in_front_not_to_buffer_them(upstream, proxy):
    permits = queue.Queue()
    permits.put(None)
    relay = proxy(upstream(playing_events([], "chunked", permits)))
    answer = relay.fetch(request(EVENTS))
    assert answer.all("cache-control") == ["private, no-store, no-transform"]
    assert answer.all("x-accel-buffering") == ["no"]


# --- Request bodies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", ["chunked", "content-length"])
def test_a_request_body_reaches_fal_piece_by_piece(upstream, proxy, framing):
    seen = queue.Queue()
    pieces = [b"first,", b"second,", b"x" * 5000, b"last"]

    def serve(connection):
        seen_head = connection.read_head()
        content = Content(connection.reader, seen_head)
        for piece in pieces:
            seen.put(content.exactly(len(piece)))
        seen.put(content.rest())
        connection.send(json_answer({}))

    relay = proxy(upstream(serve))
    field = ("transfer-encoding", "chunked") if framing == "chunked" else ("content-length", sum(map(len, pieces)))
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[field]))
        for piece in pieces:
            client.send(framed(piece, framing))
            assert seen.get(timeout=5) == piece
        if framing == "chunked":
            client.send(b"0\r\n\r\n")
        assert client.response().status == 200
    assert seen.get(timeout=5) == b""


def mirror(connection):
    """Answers with the digest of the request's content, and content of the size and framing the path asks for."""
    while True:
        seen = connection.read_head()
        digested, count = Content(connection.reader, seen).sha256() if seen.method == "POST" else (digest(b""), 0)
        _, _, wanted = seen.target.partition("?")
        size, _, framing = wanted.partition("-")
        body = noise(int(size), seed=int(size))
        fields = [("x-fal-digest", digested), ("x-fal-count", count), ("x-fal-framing",
                  "chunked" if seen.get("transfer-encoding") else f"length {seen.get('content-length')}")]
        if framing == "length":
            data = respond(fields=fields, body=body)
        elif framing == "chunked":
            data = respond(fields=[*fields, ("transfer-encoding", "chunked")]) + chunked(body)
        else:
            data = b"HTTP/1.1 200 OK\r\n" + b"".join(b"%s: %s\r\n" % (n.encode(), str(v).encode()) for n, v in fields)
            data += b"\r\n" + body
        send_fragments(connection.send, data)
        if framing == "close":
            return connection.close()


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("size", SIZES)
def test_request_bodies_of_every_size_arrive_byte_for_byte_in_odd_fragments(upstream, proxy, size, framing):
    relay = proxy(upstream(mirror))
    body = noise(size)
    with relay.client() as client:
        if framing == "length":
            data = request(f"{RUN}?0-length", "POST", body=body)
        else:
            data = request(f"{RUN}?0-length", "POST", fields=[("transfer-encoding", "chunked")]) + chunked(body)
        send_fragments(client.send, data)
        answer = client.response()
        assert (answer.get("x-fal-count"), answer.get("x-fal-digest")) == (str(size), digest(body))
        assert answer.get("x-fal-framing") == ("chunked" if framing == "chunked" else f"length {size}")
        # Nothing was left over or missing: the connection serves another request.
        assert client.send(request(STATUS + "?0-length")).response().status == 200
    assert relay.access_log()[0]["bytes_in"] == size


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("size", SIZES)
def test_response_bodies_of_every_size_arrive_byte_for_byte_in_odd_fragments(upstream, proxy, size, framing):
    relay = proxy(upstream(mirror))
    with relay.client() as client:
        client.send(request(f"{STATUS}?{size}-{framing}"))
        head = client.head()
        assert head.get("content-length") == (str(size) if framing == "length" else None)
        assert head.get("transfer-encoding") == (None if framing == "length" else "chunked")
        assert Content(client.reader, head).sha256() == (digest(noise(size, seed=size)), size)
        assert client.send(request(f"{STATUS}?0-length")).response().status == 200


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_response_bodies_arrive_byte_for_byte_at_an_http_1_0_client(upstream, proxy, framing):
    relay = proxy(upstream(mirror))
    for size in (0, 1, 65537, 3 << 20):
        with relay.client() as client:
            client.send(request(f"{STATUS}?{size}-{framing}", version="1.0"))
            head = client.head()
            assert head.get("transfer-encoding") is None
            assert Content(client.reader, head).sha256() == (digest(noise(size, seed=size)), size)
            assert client.ended()


def test_both_bodies_are_streamed_at_the_same_time(upstream, proxy):
    """fal may begin to answer while it still reads; neither side waits for the other to be done."""
    def serve(connection):
        content = Content(connection.reader, connection.read_head())
        connection.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while piece := content.piece():
            connection.send(framed(piece, "chunked"))
        connection.send(b"0\r\n\r\n")

    relay = proxy(upstream(serve))
    with relay.client(timeout=5) as client:
        client.send(request(RUN, "POST", fields=[("content-length", "300000")]))
        content = Content(client.reader, client.head())
        for number in range(3):
            piece = noise(100_000, number)
            client.send(piece)
            assert content.exactly(len(piece)) == piece
        assert content.rest() == b""


def test_many_one_byte_chunks_arrive_whole_both_ways(upstream, proxy):
    body = noise(3000)
    tiny = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"

    def serve(connection):
        seen = connection.read_request()
        assert seen.body == body
        connection.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + tiny)

    fal = upstream(serve)
    relay = proxy(fal)
    assert relay.fetch(request(RUN, "POST", fields=[("transfer-encoding", "chunked")]) + tiny).body == body
    assert fal.errors == []


# --- Codings and framing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_gzip_from_fal_passes_as_it_is(upstream, proxy, framing):
    packed = gzip.compress(b'{"images":[]}' * 500)

    def serve(connection):
        seen = connection.read_request()
        fields = [("content-encoding", seen.get("accept-encoding")), ("vary", "accept-encoding")]
        if framing == "length":
            connection.send(respond(fields=fields, body=packed))
        else:
            connection.send(respond(fields=[*fields, ("transfer-encoding", "chunked")]) + chunked(packed))

    answer = proxy(upstream(serve)).fetch(request(STATUS, fields=[("accept-encoding", "gzip")]))
    assert answer.get("content-encoding") == "gzip"
    assert answer.body == packed


@pytest.mark.parametrize("status", [200, 202, 404, 500])
def test_content_length_answers_keep_their_length_and_are_not_chunked(upstream, proxy, status):
    def serve(connection):
        connection.read_request()
        connection.send(json_answer({"status": "IN_QUEUE"}, status))

    answer = proxy(upstream(serve)).fetch(request(STATUS))
    assert answer.status == status
    assert answer.all("content-length") == [str(len(answer.body))]
    assert answer.get("transfer-encoding") is None and answer.json == {"status": "IN_QUEUE"}


def test_head_of_a_status_brings_the_length_and_no_content(upstream, proxy):
    seen = queue.Queue()

    def serve(connection):
        while True:
            one = connection.read_request()
            seen.put(one.method)
            is_head = one.method == "HEAD"
            connection.send(respond(fields=[("content-length", "123")]) if is_head else respond(body=b"ok"))

    relay = proxy(upstream(serve), event_loops=1)
    with relay.client() as client:
        answer = client.send(request(STATUS, "HEAD")).response("HEAD")
        assert answer.status == 200 and answer.all("content-length") == ["123"]
        assert client.send(request(STATUS)).response().body == b"ok"
    assert (seen.get(timeout=5), seen.get(timeout=5)) == ("HEAD", "GET")


@pytest.mark.parametrize("status,fields", [(204, []), (304, [("etag", '"x"')]), (304, [("content-length", "99")])])
def test_responses_without_content_leave_the_connection_usable(upstream, proxy, status, fields):
    def serve(connection):
        first = True
        while True:
            connection.read_request()
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
            connection.send(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() if first else respond(body=b"next"))
            first = False

    fal = upstream(serve)
    relay = proxy(fal)
    with relay.client(timeout=5) as client:
        answer = client.send(request(STATUS)).response()
        assert answer.status == status
        assert answer.get("transfer-encoding") is None
        if status == 204:
            assert answer.get("content-length") is None
        for name, value in fields:
            assert answer.all(name) == [value]
        assert client.send(request(STATUS)).response().body == b"next"


@pytest.mark.parametrize("split", [False, True])
def test_interim_responses_are_not_passed_on(upstream, proxy, split):
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"

    def serve(connection):
        seen = connection.read_head()
        if split:
            for byte in interim:
                connection.send(bytes([byte]))
        else:
            connection.send(interim)
        connection.read_body(seen)
        connection.send(interim + respond(body=b"final"))

    relay = proxy(upstream(serve))
    with relay.client() as client:
        client.send(request(RUN, "POST", body=b"{}"))
        head = client.head()
        assert head.start == "HTTP/1.1 200 OK" and head.get("link") is None
        assert Content(client.reader, head).rest() == b"final"


# --- Answers before the request is complete --------------------------------------------------------------------------


@pytest.mark.parametrize("afterwards", ["reads on", "closes", "reads nothing"])
def test_an_answer_before_the_request_is_complete_reaches_the_client(upstream, proxy, afterwards):
    done = queue.Queue()

    def serve(connection):
        seen = connection.read_head()
        connection.reader.exactly(1000)
        connection.send(json_answer({"detail": "too large"}, 413, [("connection", "close")]))
        if afterwards == "reads on":
            Content(connection.reader, seen).sha256()
        if afterwards == "reads nothing":
            done.get(timeout=10)

    fal = upstream(serve)
    relay = proxy(fal)
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[("content-length", 5_000_000)]) + noise(200_000))
        answer = client.response()
        done.put(None)
        assert answer.status == 413 and answer.json == {"detail": "too large"}
        assert answer.get("connection") == "close"
    # The rest of that request is nobody's next request.
    assert fal.accepted == 1
    assert relay.access_log()[0]["status"] == 413


def test_after_an_early_answer_the_rest_of_the_upload_is_not_taken_for_a_request(upstream, proxy):
    def serve(connection):
        connection.read_head()
        connection.send(json_answer({}, 413))
        connection.wait_closed()

    fal = upstream(serve)
    relay = proxy(fal)
    smuggled = request(STATUS)
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[("content-length", 5_000_000)]))
        assert client.response().status == 413
        client.send(smuggled)
        try:
            assert client.reader.rest() == b""
        except ConnectionResetError:
            pass
    assert fal.accepted == 1
    wait_until(lambda: not fal.closed.empty(), what="the end of the connection to fal")
    assert len(relay.access_log()) == 1
