"""How much and how long: time limits of both sides, connections, descriptors, and clients that are slow or odd."""

import contextlib
import queue
import resource
import threading
import time

import pytest

from harness import json_answer, request, respond, wait_until
from harness.flow import QUEUE, RUN, STATUS, Content, refused_port, send_until_stalled

HEALTH = b"GET /healthz HTTP/1.1\r\nhost: proxy.test\r\n\r\n"


def hold(connection):
    """Reads a head and then nothing more until the proxy closes."""
    connection.read_head()
    connection.wait_closed()


def silent(client, seconds):
    """Whether nothing comes from the proxy for that long."""
    before = client.sock.gettimeout()
    client.sock.settimeout(seconds)
    try:
        client.reader.more()
    except TimeoutError:
        return True
    finally:
        client.sock.settimeout(before)
    return False


# --- Time: the client's side -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("beginning", [b"G", b"GET /healthz HTTP/1.1\r\n", HEALTH[:-2]])
def test_a_head_that_does_not_arrive_in_time_is_a_408_and_the_end(proxy, beginning):
    relay = proxy(timeouts_head="300ms")
    with relay.client() as client:
        began = time.monotonic()
        answer = client.send(beginning).response()
        assert 0.3 <= time.monotonic() - began < 2
        assert (answer.status, answer.error_type) == (408, "proxy_request_timeout")
        assert answer.get("connection") == "close" and client.ended()
    line = relay.access_log()[0]
    assert (line["status"], line["ended_by"], line["error_type"]) == (408, "client", "proxy_request_timeout")


def test_a_head_that_drips_byte_by_byte_does_not_outlast_its_time(proxy):
    relay = proxy(timeouts_head="500ms")
    with relay.client() as client:
        began = time.monotonic()
        for byte in HEALTH[:16] + b"x-padding: " + b"x" * 1000:
            client.send(bytes([byte]))
            if not silent(client, 0.05):
                break
        assert 0.5 <= time.monotonic() - began < 2
        assert client.response().status == 408


def test_the_time_for_a_head_begins_anew_with_each_request(upstream, proxy):
    relay = proxy(upstream(), timeouts_head="400ms")
    with relay.client() as client:
        for _ in range(4):
            assert silent(client, 0.25)
            assert client.send(request(STATUS)).response().status == 200


@pytest.mark.parametrize("used", [False, True])
def test_an_idle_connection_is_closed_without_a_word(proxy, used):
    relay = proxy(timeouts_idle="300ms", access_log="all")
    with relay.client() as client:
        if used:
            assert client.send(HEALTH).response().status == 200
        began = time.monotonic()
        assert client.ended()
        assert 0.2 <= time.monotonic() - began < 2
    if used:
        relay.access_log()
    assert relay.stdout.count("\n") == (1 if used else 0)


def test_an_idle_connection_outlives_the_time_for_a_head(proxy):
    relay = proxy(timeouts_head="200ms", timeouts_idle="20s")
    with relay.client() as client:
        assert silent(client, 0.5)
        assert client.send(HEALTH).response().status == 200
        assert silent(client, 0.5)
        assert client.send(HEALTH).response().status == 200


@pytest.mark.parametrize("field,part", [
    (("content-length", "100"), b"ten bytes!"), (("transfer-encoding", "chunked"), b"a\r\nten bytes!\r\n"),
    (("content-length", "100"), b""), (("transfer-encoding", "chunked"), b"a"),
])
def test_an_upload_that_stands_still_is_a_408_and_the_upstream_connection_is_closed(upstream, proxy, field, part):
    fal = upstream(hold)
    relay = proxy(fal, timeouts_body="300ms")
    with relay.client() as client:
        began = time.monotonic()
        answer = client.send(request(RUN, "POST", fields=[field]) + part).response()
        assert 0.3 <= time.monotonic() - began < 2
        assert (answer.status, answer.error_type) == (408, "proxy_request_timeout")
        assert answer.get("connection") == "close"
        assert fal.next_closed(1) == 1
    line = relay.access_log()[0]
    assert (line["status"], line["ended_by"]) == (408, "client")


def test_an_upload_that_keeps_moving_may_take_longer_than_the_stall_limit(upstream, proxy):
    relay = proxy(upstream(), timeouts_body="400ms")
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[("content-length", "5")]))
        for _ in range(5):
            assert silent(client, 0.2)
            client.send(b"x")
        assert client.response().status == 200


def test_an_upload_that_stands_still_after_the_answer_has_begun_is_cut(upstream, proxy):
    def serve(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
        connection.wait_closed()

    fal = upstream(serve)
    relay = proxy(fal, timeouts_body="300ms")
    with relay.client(timeout=5) as client:
        client.send(request(RUN, "POST", fields=[("content-length", "100")]) + b"begin")
        content = Content(client.reader, client.head())
        assert content.exactly(3) == b"abc"
        with pytest.raises((EOFError, ConnectionResetError)):
            content.piece()
        assert fal.next_closed(1) == 1
    assert relay.access_log()[0]["ended_by"] == "client"


def test_a_client_that_does_not_read_is_cut(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n")
        send_until_stalled(connection.sock, bytes(50_000_000))
        stalled.put(None)
        connection.wait_closed()

    stalled = queue.Queue()
    fal = upstream(serve)
    relay = proxy(fal, timeouts_body="900ms")
    with relay.client(receive_buffer=65536, timeout=5) as client:
        client.send(request(STATUS))
        stalled.get(timeout=5)
        assert fal.next_closed(3) == 1
        line = relay.access_log()[0]
        assert (line["status"], line["ended_by"]) == (200, "client")
        with pytest.raises((EOFError, ConnectionResetError)):
            client.response()


# --- Time: the upstream's side ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_response_body_that_stands_still_is_cut(upstream, proxy, version):
    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: ping\n\n")
        connection.wait_closed()

    fal = upstream(serve)
    relay = proxy(fal, upstream_body="300ms")
    with relay.client(timeout=5) as client:
        client.send(request(STATUS, version=version))
        content = Content(client.reader, client.head())
        assert content.exactly(8) == b": ping\n\n"
        with pytest.raises((ConnectionResetError,) if version == "1.0" else (EOFError, ConnectionResetError)):
            content.piece()
        assert fal.next_closed(1) == 1
    assert relay.access_log()[0]["ended_by"] == "upstream"


def test_pings_keep_a_stream_alive_for_longer_than_the_stall_limit(upstream, proxy):
    permits = queue.Queue()

    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        while permits.get(timeout=10):
            connection.send(b"8\r\n: ping\n\n\r\n")
        connection.send(b"0\r\n\r\n")

    relay = proxy(upstream(serve), upstream_body="400ms", timeouts_body="400ms", timeouts_idle="400ms")
    with relay.client(timeout=5) as client:
        client.send(request(STATUS))
        content = Content(client.reader, client.head())
        for _ in range(6):
            assert silent(client, 0.2)
            permits.put(True)
            assert content.exactly(8) == b": ping\n\n"
        permits.put(False)
        assert content.rest() == b""


@pytest.mark.parametrize("target", [RUN, QUEUE])
def test_an_upload_fal_does_not_read_ends_as_ambiguous(upstream, proxy, target):
    """The client has stopped sending when the answer comes, so the answer must not be lost to a reset."""
    ended = threading.Event()
    fal = upstream(lambda connection: (connection.read_head(), ended.wait(10)))
    relay = proxy(fal, upstream_body="900ms")
    with relay.client() as client:
        client.send(request(target, "POST", fields=[("content-length", "60000000")]))
        assert send_until_stalled(client.sock, bytes(60_000_000), quiet=0.3) < 60_000_000
        answer = client.response()
        assert (answer.status, answer.error_type) == (500, "proxy_upstream_ambiguous")
    ended.set()
    assert fal.accepted == 1


# --- How many --------------------------------------------------------------------------------------------------------


def busy(relay, fal, **options):
    """A connection whose request is at fal and stays there."""
    client = relay.client(**options)
    client.send(request(STATUS))
    fal.next_request()
    return client


@pytest.mark.parametrize("beginning", [b"", b"GET /healthz HT"])
def test_one_address_cannot_take_every_place_by_waiting(upstream, proxy, beginning):
    relay = proxy(upstream(), limits_connections=10, event_loops=1)
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(relay.client(source="127.0.0.2")).send(beginning)
        for _ in range(20):
            assert relay.fetch(request(STATUS), source="127.0.0.3").status == 200
            assert relay.fetch(HEALTH, source="127.0.0.2").status == 200


@pytest.mark.parametrize("settings,places", [({}, 8), ({"limits_connections_per_address": 3}, 3)])
def test_one_address_cannot_take_every_place_by_asking(upstream, proxy, settings, places):
    leave = threading.Event()
    fal = upstream(lambda connection: (fal.requests.put(connection.read_request()), leave.wait(20)))
    relay = proxy(fal, limits_connections=10, event_loops=1, **settings)
    with contextlib.ExitStack() as stack:
        for _ in range(places):
            stack.enter_context(busy(relay, fal, source="127.0.0.2"))
        assert relay.fetch(request(STATUS), source="127.0.0.2").error_type == "proxy_overloaded"
        assert relay.fetch(HEALTH, source="127.0.0.2").status == 200
        stack.enter_context(busy(relay, fal, source="127.0.0.3"))
        leave.set()


@pytest.mark.parametrize("path", [b"/healthz", b"/readyz"])
def test_health_routes_answer_in_a_full_house_and_nothing_else_does(upstream, proxy, path):
    leave = threading.Event()

    def serve(connection):
        fal.requests.put(connection.read_request())
        leave.wait(20)
        connection.send(respond())

    fal = upstream(serve)
    relay = proxy(fal, limits_connections=5, limits_connections_per_address=5, event_loops=1)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(busy(relay, fal)) for _ in range(5)]
        # Nor do those who wait in the reserve, more than it holds, keep a probe from its answer.
        for _ in range(100):
            stack.enter_context(relay.client())
        for _ in range(5):
            assert relay.fetch(HEALTH.replace(b"/healthz", path)).status == 200
        with relay.client() as sixth:
            answer = sixth.send(request(STATUS, fields=[("origin", "http://proxy.test")])).response()
            assert (answer.status, answer.error_type) == (503, "proxy_overloaded")
            assert answer.get("retry-after") == "1" and answer.get("connection") == "close"
        leave.set()
        for one in clients:
            assert one.response().status == 200
        # They wait now, and make way; who waits is looked for again after a moment.
        assert wait_until(lambda: relay.fetch(request(STATUS)).status == 200, 5)


def test_a_full_house_gives_up_who_waits_first_of_all_who_never_asked(upstream, proxy):
    release = threading.Event()

    def serve(connection):
        fal.requests.put(connection.read_request())
        release.wait(20)
        connection.send(respond())

    fal = upstream(serve)
    relay = proxy(fal, limits_connections=4, limits_connections_per_address=4, event_loops=1)
    with contextlib.ExitStack() as stack:
        known = stack.enter_context(relay.client())
        assert known.send(HEALTH).response().status == 200
        never_asked = stack.enter_context(relay.client())
        at_work = [stack.enter_context(busy(relay, fal)) for _ in range(3)]
        assert never_asked.ended()
        assert known.send(HEALTH).response().status == 200
        release.set()
        assert [one.response().status for one in at_work] == [200] * 3


def test_2000_idle_connections_do_not_hold_up_a_good_client(upstream, proxy):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3000:
        pytest.skip(f"only {hard} open files allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
    relay = proxy(upstream())
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(relay.client()) for _ in range(2000)]
        assert idle[-1].send(HEALTH).response().status == 200
        before = relay.status_kib("RssAnon")
        with relay.client(timeout=5) as good:
            began = time.monotonic()
            for _ in range(50):
                assert good.send(request(STATUS)).response().status == 200
            assert time.monotonic() - began < 2
        for one in idle[::100]:
            assert one.send(HEALTH).response().status == 200
        assert relay.status_kib("RssAnon") - before < 4096


def test_exhausted_descriptors_are_survived_and_recovered_from(upstream, proxy):
    relay = proxy(upstream(), preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    with relay.client(timeout=5) as first:
        assert first.send(request(STATUS)).response().status == 200
        crowd = [relay.client() for _ in range(100)]
        for one in crowd:
            one.send(HEALTH)
        served = [one for one in crowd if not silent(one, 0.02)]
        assert 20 <= len(served) < 64
        # Who is connected is served on, at least with what needs no further descriptor.
        assert first.send(HEALTH).response().status == 200
        for one in crowd:
            one.close()
    for _ in range(20):
        assert relay.fetch(request(STATUS), timeout=5).status == 200


def test_without_a_descriptor_for_fal_the_answer_is_503_and_no_job_is_lost(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    with relay.client(timeout=5) as first:
        assert first.send(HEALTH).response().status == 200
        crowd = [relay.client() for _ in range(100)]
        for one in crowd:
            one.send(HEALTH)
        # All that could be accepted is, so nothing is left for a connection to fal.
        assert any([silent(one, 0.02) for one in crowd])
        answer = first.send(request(QUEUE, "POST", body=b"{}")).response()
        assert (answer.status, answer.error_type) == (503, "proxy_overloaded")
        assert int(answer.get("retry-after")) > 0
        for one in crowd:
            one.close()
        assert wait_until(lambda: first.send(request(STATUS)).response().status == 200, 5)
    assert {fal.next_request().method, *(one.method for one in fal.requests.queue)} == {"GET"}


# --- Expect: 100-continue --------------------------------------------------------------------------------------------

EXPECT = ("expect", "100-continue")


@pytest.mark.parametrize("field", [("content-length", "5"), ("transfer-encoding", "chunked")])
def test_100_comes_once_the_checks_have_passed(upstream, proxy, field):
    fal = upstream()
    relay = proxy(fal)
    with relay.client() as client:
        for _ in range(2):
            client.send(request(RUN, "POST", fields=[EXPECT, field]))
            assert client.head().start == "HTTP/1.1 100 Continue"
            client.send(b"hello" if field[0] == "content-length" else b"5\r\nhello\r\n0\r\n\r\n")
            assert client.head().start == "HTTP/1.1 200 OK"
            assert client.reader.until(b"}")
            seen = fal.next_request()
            assert seen.body == b"hello" and seen.get("expect") is None


@pytest.mark.parametrize("target,fields,settings,status", [
    ("https://evil.example/x", [("content-length", "5")], {}, 403),
    ("https://queue.fal.run/fal-ai/other", [("content-length", "5")], {}, 403),
    (None, [("content-length", "5")], {}, 400),
    (RUN, [("content-length", "2000")], {"limits_body": 1000}, 413),
    (RUN, [("content-length", "5"), ("origin", "https://evil.example")], {}, 403),
    (RUN, [("content-length", "5")], {"auth_tokens": "0123456789abcdef"}, 401),
])
def test_what_is_refused_is_refused_without_100(upstream, proxy, target, fields, settings, status):
    fal = upstream()
    relay = proxy(fal, **settings)
    with relay.client() as client:
        client.send(request(target, "POST", fields=[EXPECT, *fields]))
        head = client.head()
        assert head.start.split(" ")[1] == str(status)
        # The content may or may not come now: only closing makes it clear (RFC 9110 §10.1.1).
        assert head.get("connection") == "close"
        Content(client.reader, head).rest()
        assert client.ended()
    assert fal.accepted == 0


def test_100_does_not_come_when_fal_cannot_be_reached(proxy):
    relay = proxy(origin_overrides=f"fal.run=http://127.0.0.1:{refused_port()}")
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[EXPECT, ("content-length", "5")]))
        assert client.head().start.startswith("HTTP/1.1 502 ")


@pytest.mark.parametrize("field", [("content-length", "5"), ("transfer-encoding", "chunked")])
def test_a_client_that_expects_100_but_does_not_wait_is_served(upstream, proxy, field):
    fal = upstream()
    relay = proxy(fal)
    body = b"hello" if field[0] == "content-length" else b"5\r\nhello\r\n0\r\n\r\n"
    with relay.client() as client:
        for _ in range(3):
            assert client.send(request(RUN, "POST", fields=[EXPECT, field]) + body).response().status == 200
            assert fal.next_request().body == b"hello"


def test_an_http_1_0_client_never_gets_100(upstream, proxy):
    relay = proxy(upstream())
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[EXPECT, ("content-length", "5")], version="1.0"))
        assert silent(client, 0.3)
        assert client.send(b"hello").head().start == "HTTP/1.1 200 OK"


def test_another_expectation_is_a_417(proxy):
    relay = proxy()
    answer = relay.fetch(request(RUN, "POST", fields=[("expect", "200-ok"), ("content-length", "5")]))
    assert (answer.status, answer.error_type) == (417, "proxy_expectation_failed")


# --- Pipelining ------------------------------------------------------------------------------------------------------


def echo_number(connection):
    while True:
        seen = connection.read_request()
        connection.send(json_answer({"target": seen.target, "body": seen.body.decode()}))


def test_ten_requests_in_one_packet_are_answered_in_order(upstream, proxy):
    relay = proxy(upstream(echo_number))
    with relay.client() as client:
        client.send(b"".join(request(f"{STATUS}?n={number}") for number in range(10)))
        for number in range(10):
            assert client.response().json["target"].endswith(f"?n={number}")


def test_local_and_relayed_requests_with_and_without_content_keep_their_order(upstream, proxy):
    relay = proxy(upstream(echo_number), timeouts_body="5s")
    kinds = ["healthz", "relayed", "posted", "chunked", "refused", "posted", "healthz", "missing", "relayed", "chunked"]
    wire = b""
    for number, kind in enumerate(kinds):
        body = b"body %d" % number
        wire += {
            "healthz": HEALTH,
            "missing": HEALTH.replace(b"healthz", b"nowhere"),
            "relayed": request(f"{STATUS}?n={number}"),
            "refused": request("https://evil.example/", "POST", body=body),
            "posted": request(RUN, "POST", body=body),
            "chunked": request(RUN, "POST", fields=[("transfer-encoding", "chunked")])
            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
        }[kind]
    with relay.client() as client:
        client.send(wire)
        for number, kind in enumerate(kinds):
            answer = client.response()
            if kind == "relayed":
                assert answer.json["target"].endswith(f"?n={number}")
            elif kind in ("posted", "chunked"):
                assert answer.json["body"] == f"body {number}"
            else:
                assert answer.status == {"healthz": 200, "missing": 404, "refused": 403}[kind]
        assert client.send(HEALTH).response().status == 200


def test_a_bad_second_request_is_answered_after_the_first_and_ends_the_connection(upstream, proxy):
    fal = upstream(echo_number)
    relay = proxy(fal)
    with relay.client() as client:
        client.send(request(f"{STATUS}?n=1") + b"GET / HTTP/1.1\r\nhost: a\r\nbad field: x\r\n\r\n" + request(STATUS))
        assert client.response().json["target"].endswith("?n=1")
        answer = client.response()
        assert answer.status == 400 and answer.get("connection") == "close"
        assert client.ended()
    assert [line["status"] for line in relay.access_log(2)] == [200, 400]
    assert fal.accepted == 1


def test_what_follows_a_request_that_closes_is_not_served(upstream, proxy):
    fal = upstream(echo_number)
    relay = proxy(fal)
    with relay.client() as client:
        client.send(request(f"{STATUS}?n=1", fields=[("connection", "close")]) + request(f"{STATUS}?n=2"))
        assert client.response().get("connection") == "close"
        assert client.ended()
    assert len(relay.access_log()) == 1


def test_a_thousand_pipelined_requests_of_a_client_that_reads_late_are_all_answered(proxy):
    relay = proxy()
    with relay.client(receive_buffer=4096) as client:
        sending = threading.Thread(target=client.send, args=(HEALTH * 1000,), daemon=True)
        sending.start()
        assert [client.response().status for _ in range(1000)] == [200] * 1000
        sending.join(5)


# --- Slow and odd clients --------------------------------------------------------------------------------------------


def test_a_client_that_sends_byte_by_byte_is_served(upstream, proxy):
    fal = upstream()
    relay = proxy(fal)
    with relay.client() as client:
        for _ in range(2):
            for byte in request(RUN, "POST", body=b'{"prompt":"x"}'):
                client.send(bytes([byte]))
            assert client.response().status == 200
            assert fal.next_request().body == b'{"prompt":"x"}'


def test_an_upstream_that_sends_byte_by_byte_is_relayed(upstream, proxy):
    def serve(connection):
        connection.read_request()
        head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        for byte in head + b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\na: b\r\n\r\n":
            connection.send(bytes([byte]))

    assert proxy(upstream(serve)).fetch(request(STATUS)).body == b"abcde"


def test_http_1_0_connections_are_kept_alive_when_asked(upstream, proxy):
    relay = proxy(upstream())
    with relay.client() as client:
        for data in (request(STATUS, fields=[("connection", "Keep-Alive")], version="1.0"),
                     HEALTH.replace(b"1.1\r\n", b"1.0\r\nconnection: keep-alive\r\n")):
            for _ in range(2):
                answer = client.send(data).response()
                assert answer.status == 200 and answer.get("connection") == "keep-alive"


def test_http_1_0_connections_are_closed_when_not_asked_to_be_kept(upstream, proxy):
    relay = proxy(upstream())
    for data in (request(STATUS, version="1.0"), HEALTH.replace(b"1.1", b"1.0")):
        with relay.client() as client:
            assert client.send(data).response().status == 200
            assert client.ended()


def test_an_http_1_0_client_needs_no_host(proxy):
    assert proxy().fetch(b"GET /healthz HTTP/1.0\r\n\r\n").status == 200


def test_connection_close_is_honoured_and_announced(upstream, proxy):
    relay = proxy(upstream())
    close = b"\r\nconnection: close\r\n\r\n"
    for data in (request(STATUS, fields=[("connection", "close")]), HEALTH.replace(b"\r\n\r\n", close)):
        with relay.client() as client:
            assert client.send(data).response().get("connection") == "close"
            assert client.ended()


def test_absolute_form_is_served_like_origin_form(upstream, proxy):
    """RFC 9112 §3.2.2: a server must accept it; Host is then ignored."""
    fal = upstream()
    relay = proxy(fal)
    assert relay.fetch(request(STATUS, path="http://proxy.test/api/fal/proxy")).status == 200
    assert relay.fetch(request(STATUS, path="HTTP://other.test:8080/api/fal/proxy?x=1")).status == 200
    assert relay.fetch(HEALTH.replace(b"/healthz", b"http://proxy.test/healthz")).status == 200
    assert relay.fetch(HEALTH.replace(b"/healthz", b"http://proxy.test/nowhere")).status == 404
    # The host in the target does not choose where the request goes.
    assert relay.fetch(request(None, path="https://queue.fal.run/api/fal/proxy")).error_type == "proxy_target_missing"
    assert {fal.next_request().get("host") for _ in range(2)} == {"queue.fal.run"}


@pytest.mark.parametrize("lines", [1, 2])
def test_empty_lines_before_a_request_are_read_past(upstream, proxy, lines):
    relay = proxy(upstream())
    with relay.client() as client:
        for data in (HEALTH, request(RUN, "POST", body=b"{}"), HEALTH):
            assert client.send(b"\r\n" * lines + data).response().status == 200


def test_an_empty_line_behind_a_request_is_not_the_start_of_the_next(upstream, proxy):
    """Old clients end a POST with one line end too many; the connection is idle all the same (RFC 9112 §2.2)."""
    relay = proxy(upstream(), timeouts_head="300ms", timeouts_idle="20s")
    with relay.client() as client:
        assert client.send(request(RUN, "POST", body=b"{}") + b"\r\n").response().status == 200
        assert silent(client, 0.8)
        assert client.send(HEALTH).response().status == 200


def test_content_nobody_wants_is_read_past_or_the_connection_closed(proxy):
    relay = proxy()
    with relay.client() as client:
        client.send(request("https://evil.example/", "POST", body=b"x" * 10_000))
        assert client.response().status == 403
        assert client.send(HEALTH).response().status == 200
    with relay.client() as client:
        client.send(request("https://evil.example/", "POST", body=b"x" * 1_000_000))
        answer = client.response()
        assert answer.status == 403 and answer.get("connection") == "close"
        assert client.ended()


def test_a_refused_upload_gets_its_answer_although_the_client_sends_on(proxy):
    """An early close would turn into a reset that can cost the client the answer (RFC 9112 §9.6)."""
    relay = proxy(limits_body=1000)
    for _ in range(5):
        with relay.client() as client:
            client.send(request(RUN, "POST", fields=[("content-length", "3000000")]))
            client.send(bytes(3_000_000))
            answer = client.response()
            assert (answer.status, answer.error_type) == (413, "proxy_content_too_large")
            assert client.ended()


def test_a_client_that_never_stops_sending_after_a_refusal_is_cut_off(proxy):
    relay = proxy(limits_body=1000, timeouts_linger="300ms", timeouts_body="600ms")
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[("content-length", "100000000000")]))
        assert client.response().status == 413
        began = time.monotonic()
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while time.monotonic() < began + 10:
                client.send(bytes(1 << 16))
        assert time.monotonic() - began > 0.5


def test_a_chunked_body_is_counted_against_the_limit(upstream, proxy):
    fal = upstream(hold)
    relay = proxy(fal, limits_body=1000)
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[("transfer-encoding", "chunked")]))
        client.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert silent(client, 0.2)
        client.send(b"1\r\nx\r\n")
        answer = client.response()
        assert (answer.status, answer.error_type) == (413, "proxy_content_too_large")
        assert fal.next_closed(1) == 1


def test_answers_to_two_clients_do_not_wait_for_each_other(upstream, proxy):
    go = queue.Queue()

    def serve(connection):
        seen = connection.read_request()
        if seen.target.endswith("?slow"):
            go.get(timeout=10)
        connection.send(respond())

    relay = proxy(upstream(serve), event_loops=1)
    with relay.client() as slow:
        slow.send(request(f"{STATUS}?slow"))
        for _ in range(10):
            assert relay.fetch(request(STATUS), timeout=5).status == 200
        go.put(None)
        assert slow.response().status == 200
