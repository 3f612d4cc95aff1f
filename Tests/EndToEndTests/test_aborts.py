"""Whoever goes away is not waited for, and a cut answer is never passed off as a whole one."""

import queue
import threading

import pytest

from conftest import overrides
from harness import json_answer, request, respond, wait_until
from harness.flow import EVENTS, RUN, STATUS, Content, FullBacklog, send_until_stalled

LEAVING = ("close", "reset", "half_close")


def leave(client, how):
    getattr(client, how)()


class Watched:
    """An upstream's play that says when the play has begun, and when the proxy has closed the connection."""

    def __init__(self, play):
        self.play = play
        self.began = queue.Queue()
        self.gone = queue.Queue()

    def __call__(self, connection):
        self.play(connection)
        self.began.put(None)
        connection.wait_closed()
        self.gone.put(None)


def check_left(relay, watched, client, how, status, operation):
    watched.began.get(timeout=10)
    leave(client, how)
    watched.gone.get(timeout=1)
    line = relay.access_log(seconds=2)[0]
    assert (line["status"], line["ended_by"], line["operation"]) == (status, "client", operation)
    client.close()


# --- The client goes away --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", LEAVING)
def test_a_client_that_leaves_while_the_upstream_is_being_connected_ends_the_attempt(proxy, how):
    with FullBacklog() as full:
        relay = proxy(origin_overrides=overrides(full.url), upstream_connect="30s")
        others = full.connecting()
        client = relay.client()
        client.send(request(RUN, "POST", body=b"{}"))
        wait_until(lambda: full.connecting() > others, 5, "the attempt to connect")
        leave(client, how)
        wait_until(lambda: full.connecting() <= others, 1, "the end of the attempt")
        line = relay.access_log(seconds=2)[0]
        assert (line["status"], line["ended_by"]) == (499, "client")
        client.close()


@pytest.mark.parametrize("how", LEAVING)
def test_a_client_that_leaves_during_the_tls_handshake_closes_the_upstream_connection(upstream, proxy, how):
    watched = Watched(lambda connection: connection.reader.exactly(100))
    relay = proxy(origin_overrides=overrides(upstream(watched).url.replace("http:", "https:")))
    client = relay.client()
    client.send(request(RUN, "POST", body=b"{}"))
    check_left(relay, watched, client, how, 499, "run")


@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("operation,method,target", [("run", "POST", RUN), ("status", "GET", STATUS)])
def test_a_client_that_leaves_while_fal_thinks_closes_the_upstream_connection(
        upstream, proxy, how, operation, method, target):
    watched = Watched(lambda connection: connection.read_request())
    relay = proxy(upstream(watched))
    client = relay.client()
    client.send(request(target, method, body=b"{}" if method == "POST" else None))
    check_left(relay, watched, client, how, 499, operation)


@pytest.mark.parametrize("how", LEAVING)
def test_a_client_that_leaves_an_event_stream_closes_the_upstream_connection(upstream, proxy, how):
    def play(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                        b"9\r\ndata: 1\n\n\r\n")

    watched = Watched(play)
    relay = proxy(upstream(watched))
    client = relay.client()
    client.send(request(EVENTS))
    assert Content(client.reader, client.head()).exactly(9) == b"data: 1\n\n"
    check_left(relay, watched, client, how, 200, "status_stream")


@pytest.mark.parametrize("how", LEAVING)
def test_a_client_that_leaves_between_two_pieces_of_a_body_closes_the_upstream_connection(upstream, proxy, how):
    def play(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 1000)

    watched = Watched(play)
    relay = proxy(upstream(watched))
    client = relay.client()
    client.send(request(STATUS))
    assert Content(client.reader, client.head()).exactly(1000) == b"x" * 1000
    check_left(relay, watched, client, how, 200, "status")


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_leaves_without_having_read_closes_the_upstream_connection(upstream, proxy, how):
    def play(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n")
        assert send_until_stalled(connection.sock, bytes(50_000_000)) < 50_000_000

    watched = Watched(play)
    relay = proxy(upstream(watched))
    client = relay.client(receive_buffer=65536)
    client.send(request(STATUS))
    check_left(relay, watched, client, how, 200, "status")


@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("field", [("content-length", "1000000"), ("transfer-encoding", "chunked")])
def test_a_client_that_leaves_in_the_middle_of_an_upload_closes_the_upstream_connection(upstream, proxy, how, field):
    ended = queue.Queue()

    def play(connection):
        seen = connection.read_head()
        assert Content(connection.reader, seen).exactly(5) == b"begin"

    def serve(connection):
        play(connection)
        began.put(None)
        # The proxy must not complete the body for the client, nor end it as if it were whole.
        data = b""
        try:
            while piece := connection.sock.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
        ended.put(connection.reader.buffer + data)

    began = queue.Queue()
    relay = proxy(upstream(serve))
    client = relay.client()
    client.send(request(RUN, "POST", fields=[field]))
    client.send(b"begin" if field[0] == "content-length" else b"5\r\nbegin\r\n")
    began.get(timeout=10)
    leave(client, how)
    assert ended.get(timeout=1) in (b"", b"\r\n")
    line = relay.access_log(seconds=2)[0]
    assert (line["status"], line["ended_by"], line["operation"]) == (499, "client", "run")
    client.close()


def test_a_client_that_resets_an_upload_fal_does_not_read_closes_the_upstream_connection(upstream, proxy):
    reset = threading.Event()
    gone = queue.Queue()

    def serve(connection):
        connection.read_head()
        assert reset.wait(10)
        connection.wait_closed()
        gone.put(None)

    relay = proxy(upstream(serve))
    client = relay.client()
    client.send(request(RUN, "POST", fields=[("content-length", "60000000")]))
    assert send_until_stalled(client.sock, bytes(60_000_000)) < 60_000_000
    client.reset()
    line = relay.access_log(seconds=1)[0]
    assert (line["status"], line["ended_by"]) == (499, "client")
    reset.set()
    gone.get(timeout=10)


def test_a_connection_whose_client_left_is_not_used_for_the_next_request(upstream, proxy):
    fal = upstream(lambda connection: (connection.read_request(), connection.wait_closed()))
    relay = proxy(fal, event_loops=1)
    for count in (1, 2):
        client = relay.client().send(request(STATUS))
        wait_until(lambda: fal.accepted == count, 5, "the connection to fal")
        client.close()
        relay.access_log(count, 2)
        assert fal.next_closed(1) == count


# --- fal goes away ---------------------------------------------------------------------------------------------------

HEADS = {
    "content-length": b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n",
    "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    "close-delimited": b"HTTP/1.1 200 OK\r\n\r\n",
}
#: What fal sends before it breaks off; each holds 1000 bytes of content.
BEGINNINGS = {
    "content-length": b"x" * 1000,
    "chunked": b"3E8\r\n" + b"x" * 1000 + b"\r\n",
    "chunked, in a chunk": b"7D0\r\n" + b"x" * 1000,
    "chunked, in a size": b"3E8\r\n" + b"x" * 1000 + b"\r\n7",
    "chunked, before the end": b"3E8\r\n" + b"x" * 1000 + b"\r\n0\r\n",
    "close-delimited": b"x" * 1000,
}
#: A close is the proper end of a close-delimited body.
CUTS = [(beginning, how) for beginning in BEGINNINGS for how in ("close", "reset")
        if (beginning, how) != ("close-delimited", "close")]


def check_cut(relay, client, version, cut):
    client.send(request(STATUS, version=version))
    content = Content(client.reader, client.head())
    assert content.exactly(1000) == b"x" * 1000
    cut.set()
    with pytest.raises((ConnectionResetError,) if version == "1.0" else (ConnectionResetError, EOFError)):
        assert content.rest() == b""
    line = relay.access_log(seconds=2)[0]
    assert (line["status"], line["ended_by"]) == (200, "upstream")


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("beginning,how", CUTS)
def test_a_body_that_fal_cuts_short_is_never_ended_properly(upstream, proxy, beginning, how, version):
    cut = threading.Event()

    def serve(connection):
        connection.read_request()
        connection.send(HEADS[beginning.partition(",")[0]] + BEGINNINGS[beginning])
        assert cut.wait(10)
        getattr(connection, how)()

    relay = proxy(upstream(serve))
    with relay.client(timeout=5) as client:
        check_cut(relay, client, version, cut)


def test_a_malformed_chunk_in_the_middle_of_a_body_cuts_the_answer(upstream, proxy):
    cut = threading.Event()

    def serve(connection):
        connection.read_request()
        connection.send(HEADS["chunked"] + BEGINNINGS["chunked"])
        assert cut.wait(10)
        connection.send(b"zz\r\nrubbish")
        connection.wait_closed()

    relay = proxy(upstream(serve))
    with relay.client(timeout=5) as client:
        check_cut(relay, client, "1.1", cut)


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("framing", HEADS)
def test_a_tls_stream_that_ends_without_close_notify_is_a_cut(upstream, proxy, authority, framing, version):
    """Anybody on the path can end a TCP connection; only close_notify says that fal did (RFC 8446 §6.1)."""
    cut = threading.Event()

    def serve(connection):
        connection.read_request()
        connection.send(HEADS[framing] + BEGINNINGS[framing])
        assert cut.wait(10)
        connection.close()

    fal = upstream(serve, tls=authority.context("IP:127.0.0.1"))
    relay = proxy(fal, binary_environment={"SSL_CERT_FILE": str(authority.certificate)})
    with relay.client(timeout=5) as client:
        check_cut(relay, client, version, cut)


def test_a_tls_stream_that_ends_with_close_notify_is_whole(upstream, proxy, authority):
    def serve(connection):
        connection.read_request()
        connection.send(HEADS["close-delimited"] + BEGINNINGS["close-delimited"])
        connection.sock.unwrap()

    fal = upstream(serve, tls=authority.context("IP:127.0.0.1"))
    relay = proxy(fal, binary_environment={"SSL_CERT_FILE": str(authority.certificate)})
    assert relay.fetch(request(STATUS)).body == b"x" * 1000
    assert relay.access_log()[0]["ended_by"] == "complete"


def test_a_whole_counted_body_is_whole_even_without_close_notify(upstream, proxy, authority):
    def serve(connection):
        connection.read_request()
        connection.send(respond(fields=[("connection", "close")], body=b"whole"))
        connection.close()

    fal = upstream(serve, tls=authority.context("IP:127.0.0.1"))
    relay = proxy(fal, binary_environment={"SSL_CERT_FILE": str(authority.certificate)})
    assert relay.fetch(request(STATUS)).body == b"whole"
    assert relay.access_log()[0]["ended_by"] == "complete"


@pytest.mark.parametrize("garbage", [
    b"rubbish\r\n\r\n", b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/2 200 OK\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx", b"HTTP/1.1 200 OK\r\ncontent-",
])
def test_an_answer_that_is_no_http_is_a_502_for_a_get_and_a_500_for_a_run(upstream, proxy, garbage):
    def serve(connection):
        connection.read_request()
        connection.send(garbage)

    relay = proxy(upstream(serve))
    for target, method, status, name in (
            (STATUS, "GET", 502, "proxy_upstream_invalid"), (RUN, "POST", 500, "proxy_upstream_ambiguous")):
        answer = relay.fetch(request(target, method, body=b"{}" if method == "POST" else None))
        assert (answer.status, answer.error_type) == (status, name)


# --- Others ----------------------------------------------------------------------------------------------------------


def test_others_are_served_on_while_clients_and_upstream_connections_break(upstream, proxy):
    """One loop, so that whatever breaks breaks beside the stream and the requests that must not notice."""
    permits = queue.Queue()

    def serve(connection):
        while True:
            seen = connection.read_request()
            if seen.target.endswith("?stream"):
                connection.send(HEADS["chunked"])
                for number in range(30):
                    permits.get(timeout=10)
                    connection.send(b"4\r\n%04d\r\n" % number)
                connection.send(b"0\r\n\r\n")
            elif seen.target.endswith("?cut"):
                connection.send(HEADS["content-length"] + b"x" * 500)
                return connection.reset()
            elif seen.target.endswith("?slow"):
                connection.send(HEADS["content-length"] + b"x" * 500)
                return connection.wait_closed()
            else:
                connection.send(json_answer({"ok": True}))

    relay = proxy(upstream(serve), event_loops=1)
    with relay.client() as streaming:
        streaming.send(request(f"{STATUS}?stream"))
        content = Content(streaming.reader, streaming.head())
        for number in range(30):
            left = relay.client().send(request(f"{STATUS}?slow"))
            left.reader.until(b"\r\n\r\n")
            leave(left, LEAVING[number % 3])
            with relay.client() as cut:
                cut.send(request(f"{STATUS}?cut"))
                # Where the reset came with the head, nothing had left yet, and the client is told.
                try:
                    assert cut.response().status == 502
                except (EOFError, ConnectionResetError):
                    pass
            permits.put(None)
            assert content.exactly(4) == b"%04d" % number
            assert relay.fetch(request(STATUS)).json == {"ok": True}
            left.close()
        assert content.rest() == b""
    assert len([line for line in relay.access_log(91) if line["ended_by"] == "complete"]) == 31
