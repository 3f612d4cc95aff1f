"""Nothing is paid twice: what is repeated, what is not, and which connections are used again."""

import os
import queue
import signal
import threading
import time

import pytest

from conftest import overrides
from harness import json_answer, request, respond, wait_until
from harness.flow import CANCEL, QUEUE, REQUEST, RUN, STATUS, STREAM, FullBacklog, refused_port

BODY = b'{"prompt":"x"}'
GET_RUN = f"{RUN}?prompt=x"

#: Operations that start nothing at fal, and those that do.
HARMLESS = [("GET", STATUS), ("GET", REQUEST), ("PUT", CANCEL)]
PAID = [("POST", QUEUE), ("POST", RUN), ("POST", STREAM), ("GET", GET_RUN)]


def call(method, target):
    return request(target, method, body=BODY if method == "POST" else None)


class Script:
    """An upstream that plays one function per connection, the last one again and again; all requests are kept."""

    def __init__(self, *plays):
        self.plays = plays
        self.seen = []
        self.sessions = queue.Queue()

    def __call__(self, connection):
        self.plays[min(connection.number, len(self.plays)) - 1](self, connection)

    def answer(self, connection, body=b"ok", **options):
        seen = connection.read_request()
        self.seen.append(seen)
        connection.send(respond(body=body, **options))


def answers(script, connection):
    while True:
        script.answer(connection)


def answers_one_then_reads_one_and(how):
    def play(script, connection):
        script.answer(connection)
        script.seen.append(connection.read_request())
        getattr(connection, how)()
    return play


def reads_one_and(how):
    def play(script, connection):
        script.seen.append(connection.read_request())
        getattr(connection, how)()
    return play


# --- A pooled connection dies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method,target", HARMLESS)
def test_a_harmless_request_on_a_pooled_connection_that_dies_is_repeated_once_on_a_fresh_one(
        upstream, proxy, method, target, how):
    script = Script(answers_one_then_reads_one_and(how), answers)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1)
    assert relay.fetch(request(STATUS)).status == 200
    answer = relay.fetch(call(method, target))
    assert (answer.status, answer.body) == (200, b"ok")
    assert fal.accepted == 2
    assert [one.method for one in script.seen] == ["GET", method, method]
    assert script.seen[1].head.raw == script.seen[2].head.raw
    assert len(relay.access_log(2)) == 2


def test_a_repeated_request_that_dies_again_is_a_502_and_not_repeated_once_more(upstream, proxy):
    script = Script(answers_one_then_reads_one_and("close"), reads_one_and("close"))
    fal = upstream(script)
    relay = proxy(fal, event_loops=1)
    assert relay.fetch(request(STATUS)).status == 200
    answer = relay.fetch(request(STATUS))
    assert (answer.status, answer.error_type) == (502, "proxy_upstream_closed")
    assert fal.accepted == 2 and len(script.seen) == 3


def test_the_retry_takes_no_other_pooled_connection(upstream, proxy):
    """Connections of one pool tend to die together, so only a fresh one is a better bet."""
    together = queue.Queue()

    def play(script, connection):
        script.seen.append(connection.read_request())
        if connection.number <= 2:
            together.get(timeout=10)
        connection.send(respond(body=b"ok"))
        script.seen.append(connection.read_request())
        if connection.number <= 2:
            return connection.close()
        connection.send(respond(body=b"ok"))

    fal = upstream(Script(play))
    relay = proxy(fal, event_loops=1)
    with relay.client() as first, relay.client() as second:
        first.send(request(STATUS))
        second.send(request(STATUS))
        wait_until(lambda: fal.accepted == 2, what="two connections")
        together.put(None)
        together.put(None)
        assert first.response().status == second.response().status == 200
        assert first.send(request(STATUS)).response().status == 200
    assert fal.accepted == 3


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method,target", PAID)
def test_a_delivered_job_on_a_pooled_connection_that_dies_is_ambiguous_and_never_repeated(
        upstream, proxy, method, target, how):
    script = Script(answers_one_then_reads_one_and(how), answers)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1, get_runs="true", origin_overrides=overrides(fal.url))
    # The first request goes to the same host, so that the pool has its connection.
    warm = target if method == "POST" else STATUS.replace("queue.fal.run", "fal.run")
    assert relay.fetch(call("POST", warm) if method == "POST" else call("POST", RUN)).status == 200
    answer = relay.fetch(call(method, target))
    assert (answer.status, answer.error_type) == (500, "proxy_upstream_ambiguous")
    assert fal.accepted == 1 and len(script.seen) == 2


def stop(relay):
    """Returns once every thread of the process stands still."""
    relay.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, relay.pid, os.WSTOPPED)


@pytest.mark.parametrize("first", ["the upstream closes", "the client asks"])
@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method,target", [("POST", QUEUE), ("PUT", CANCEL), ("GET", STATUS)])
def test_a_pooled_connection_that_fal_closed_meanwhile_costs_nothing(upstream, proxy, method, target, how, first):
    """Both happen while the process is stopped, so that it learns of them in one batch and has to find out itself."""
    go = queue.Queue()
    done = queue.Queue()

    def closes(script, connection):
        script.answer(connection)
        go.get(timeout=10)
        getattr(connection, how)()
        done.put(None)

    script = Script(closes, answers)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1)
    assert relay.fetch(call("POST", QUEUE)).status == 200
    with relay.client() as client:
        client.send(b"GET /healthz HTTP/1.1\r\nhost: proxy.test\r\n\r\n")
        assert client.response().status == 200
        stop(relay)
        if first == "the client asks":
            client.send(call(method, target))
        go.put(None)
        done.get(timeout=10)
        if first == "the upstream closes":
            client.send(call(method, target))
        relay.send_signal(signal.SIGCONT)
        answer = client.response()
    assert (answer.status, answer.body) == (200, b"ok")
    assert fal.accepted == 2 and len(script.seen) == 2
    assert script.seen[1].body == (BODY if method == "POST" else b"")


# --- A fresh connection dies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method,target,status,name", [
    *((method, target, 502, "proxy_upstream_closed") for method, target in HARMLESS),
    *((method, target, 500, "proxy_upstream_ambiguous") for method, target in PAID),
])
def test_a_fresh_connection_that_dies_is_not_retried(upstream, proxy, method, target, status, name, how):
    script = Script(reads_one_and(how))
    fal = upstream(script)
    relay = proxy(fal, get_runs="true")
    answer = relay.fetch(call(method, target))
    assert (answer.status, answer.error_type) == (status, name)
    assert fal.accepted == 1 and len(script.seen) == 1
    line = relay.access_log()[0]
    assert (line["status"], line["ended_by"], line["error_type"]) == (status, "upstream", name)


def test_after_an_ambiguous_failure_the_client_connection_serves_the_next_request(upstream, proxy):
    relay = proxy(upstream(Script(reads_one_and("close"), answers)))
    with relay.client() as client:
        assert client.send(call("POST", QUEUE)).response().status == 500
        assert client.send(call("POST", QUEUE)).response().status == 200


# --- No answer, no connection ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method,target,status,name", [
    *((method, target, 504, "proxy_upstream_timeout") for method, target in HARMLESS),
    *((method, target, 500, "proxy_upstream_ambiguous") for method, target in PAID),
])
def test_no_answer_in_time_is_504_only_where_nothing_can_have_run(upstream, proxy, method, target, status, name):
    fal = upstream(lambda connection: (connection.read_request(), connection.wait_closed()))
    relay = proxy(fal, get_runs="true", upstream_first_byte="300ms", upstream_first_byte_run="300ms")
    began = time.monotonic()
    answer = relay.fetch(call(method, target))
    assert 0.3 <= time.monotonic() - began < 2
    assert (answer.status, answer.error_type) == (status, name)
    assert fal.next_closed(1) == 1 and fal.accepted == 1
    assert relay.access_log()[0]["ended_by"] == "upstream"


def test_no_answer_on_a_pooled_connection_is_not_repeated_either(upstream, proxy):
    def silent(script, connection):
        script.answer(connection)
        script.seen.append(connection.read_request())
        connection.wait_closed()

    script = Script(silent)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1, upstream_first_byte="300ms")
    assert relay.fetch(request(STATUS)).status == 200
    assert relay.fetch(request(STATUS)).status == 504
    assert fal.accepted == 1 and len(script.seen) == 2


def test_run_waits_longer_than_the_queue(upstream, proxy):
    go = queue.Queue()

    def serve(connection):
        seen = connection.read_request()
        if seen.get("host") == "fal.run":
            go.get(timeout=10)
            connection.send(json_answer({"images": []}))
        else:
            connection.wait_closed()

    relay = proxy(upstream(serve), upstream_first_byte="200ms", upstream_first_byte_run="20s")
    with relay.client() as running:
        running.send(call("POST", RUN))
        # This one begins later and is over before the run is answered.
        assert relay.fetch(request(STATUS)).status == 504
        go.put(None)
        assert running.response().json == {"images": []}


@pytest.mark.parametrize("method,target", [HARMLESS[0], PAID[0], PAID[1]])
def test_a_refused_connection_is_a_502_because_nothing_was_sent(proxy, method, target):
    relay = proxy(origin_overrides=overrides(f"http://127.0.0.1:{refused_port()}"))
    with relay.client() as client:
        for _ in range(2):
            answer = client.send(call(method, target)).response()
            assert (answer.status, answer.error_type) == (502, "proxy_upstream_connect")


@pytest.mark.parametrize("method,target", [HARMLESS[0], PAID[0]])
def test_a_connection_that_does_not_come_about_in_time_is_a_502(proxy, method, target):
    with FullBacklog() as full:
        relay = proxy(origin_overrides=overrides(full.url), upstream_connect="300ms")
        began = time.monotonic()
        answer = relay.fetch(call(method, target))
        assert 0.3 <= time.monotonic() - began < 2
        assert (answer.status, answer.error_type) == (502, "proxy_upstream_connect_timeout")


@pytest.mark.parametrize("method,target", [HARMLESS[0], PAID[0]])
def test_a_name_without_address_is_a_502(proxy, method, target):
    relay = proxy(origin_overrides="queue.fal.run=https://no-such-host.invalid", upstream_connect="60s")
    answer = relay.fetch(call(method, target), timeout=60)
    assert (answer.status, answer.error_type) == (502, "proxy_upstream_dns")


# --- Which connections are used again --------------------------------------------------------------------------------


def test_requests_of_several_clients_share_one_upstream_connection(upstream, proxy):
    script = Script(answers)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1)
    with relay.client() as client:
        for method, target in [HARMLESS[0], PAID[0], HARMLESS[2], HARMLESS[1]]:
            assert client.send(call(method, target)).response().status == 200
    assert relay.fetch(request(STATUS)).status == 200
    assert fal.accepted == 1 and len(script.seen) == 5


def test_concurrent_requests_get_a_connection_each_and_both_are_kept(upstream, proxy):
    go = queue.Queue()

    def serve(connection):
        while True:
            connection.read_request()
            go.get(timeout=10)
            connection.send(respond())

    fal = upstream(serve)
    relay = proxy(fal, event_loops=1)
    with relay.client() as first, relay.client() as second:
        for _ in range(3):
            first.send(request(STATUS))
            second.send(request(STATUS))
            wait_until(lambda: fal.accepted == 2, what="two connections")
            go.put(None)
            go.put(None)
            assert first.response().status == second.response().status == 200
    assert fal.accepted == 2


UNUSABLE = {
    "connection: close": respond(fields=[("connection", "close")], body=b"first"),
    "connection: Keep-Alive, Close": respond(fields=[("connection", "Keep-Alive, Close")], body=b"first"),
    "HTTP/1.0": respond(body=b"first").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "extra bytes behind a counted body": respond(body=b"first") + b"x",
    "another response behind a counted body": respond(body=b"first") + respond(body=b"smuggled"),
    "another response behind a chunked body":
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n" + respond(body=b"smuggled"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_connection_that_cannot_be_trusted_further_is_not_used_again(upstream, proxy, what):
    def unusable(script, connection):
        script.seen.append(connection.read_request())
        connection.send(UNUSABLE[what])
        connection.wait_closed()
        script.sessions.put("closed")

    script = Script(unusable, answers)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1)
    with relay.client() as client:
        assert client.send(request(STATUS)).response().body == b"first"
        script.sessions.get(timeout=2)
        assert client.send(request(STATUS)).response().body == b"ok"
    assert fal.accepted == 2 and len(script.seen) == 2


def test_an_http_1_0_upstream_connection_is_used_again_when_it_says_so(upstream, proxy):
    def old(script, connection):
        while True:
            script.answer(connection, fields=[("connection", "keep-alive")])

    fal = upstream(Script(old))
    relay = proxy(fal, event_loops=1)
    assert [relay.fetch(request(STATUS)).status for _ in range(2)] == [200, 200]
    assert fal.accepted == 1


def test_bytes_that_come_unasked_on_an_idle_connection_close_it(upstream, proxy):
    def talks(script, connection):
        script.answer(connection)
        script.sessions.get(timeout=10)
        connection.send(respond(body=b"smuggled"))
        connection.wait_closed()

    script = Script(talks, answers)
    fal = upstream(script)
    relay = proxy(fal, event_loops=1)
    assert relay.fetch(request(STATUS)).body == b"ok"
    script.sessions.put(None)
    assert fal.next_closed(2) == 1
    assert relay.fetch(call("POST", QUEUE)).body == b"ok"
    assert fal.accepted == 2


def test_a_surplus_answer_that_is_there_before_the_next_request_reaches_nobody(upstream, proxy):
    """In one write with the answer, or in one of its own right behind it."""
    surplus = threading.Semaphore(0)

    def talks_on(connection):
        while True:
            connection.read_request()
            if connection.number % 2:
                connection.send(respond(body=b"ok") + respond(body=b"surplus"))
            else:
                connection.send(respond(body=b"ok"))
                connection.send(respond(body=b"surplus"))
            surplus.release()

    fal = upstream(talks_on)
    relay = proxy(fal, event_loops=1)
    with relay.client() as client:
        for _ in range(200):
            client.send(request(STATUS))
            assert client.response().body == b"ok"
            assert surplus.acquire(timeout=10)


def test_pipelined_requests_do_not_follow_each_other_on_a_connection_nobody_has_looked_at_since(upstream, proxy):
    """All are served in the turn of the loop in which their answers come: each needs another connection than the last."""
    last = []

    def answers_in_turn(connection):
        while True:
            last.append((connection.number, connection.read_request()))
            connection.send(respond(body=b"ok"))

    fal = upstream(answers_in_turn)
    relay = proxy(fal, event_loops=1)
    with relay.client() as client:
        client.send(request(STATUS) * 40)
        assert [client.response().body for _ in range(40)] == [b"ok"] * 40
    numbers = [number for number, _ in last]
    assert all(one != other for one, other in zip(numbers, numbers[1:])) and fal.accepted == 2


def test_a_connection_whose_answer_came_before_the_whole_request_is_not_used_again(upstream, proxy):
    def early(script, connection):
        connection.read_head()
        connection.send(respond(status=413, body=b"early"))
        connection.wait_closed()

    fal = upstream(Script(early, answers))
    relay = proxy(fal, event_loops=1)
    with relay.client() as client:
        client.send(request(QUEUE, "POST", fields=[("content-length", "100")]) + b"begin")
        assert client.response().body == b"early"
        assert fal.next_closed(2) == 1
    assert relay.fetch(request(STATUS)).body == b"ok"
    assert fal.accepted == 2


@pytest.mark.parametrize("settings", [{"upstream_idle": "200ms"}, {"upstream_idle_connections": 0}])
def test_unused_connections_are_closed_as_the_settings_say(upstream, proxy, settings):
    fal = upstream()
    relay = proxy(fal, event_loops=1, **settings)
    assert relay.fetch(request(STATUS)).status == 200
    assert fal.next_closed(2) == 1
    assert relay.fetch(request(STATUS)).status == 200
    assert fal.accepted == 2
