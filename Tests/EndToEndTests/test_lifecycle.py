"""Start, health, the access log, and the way down."""

import fcntl
import json
import os
import queue
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import time

import pytest

from harness import request, respond, wait_until
from harness.flow import CANCEL, EVENTS, RUN, STATUS, Content
from harness.flow import QUEUE as SUBMIT
from harness.process import BINARY
from harness.script import assert_proxy_error

HEALTH = b"GET /healthz HTTP/1.1\r\nhost: proxy.test\r\n\r\n"
READY = HEALTH.replace(b"healthz", b"readyz")
FRAME = b"9\r\ndata: 1\n\n\r\n"
EVENT = b"data: 1\n\n"


def refuses(relay):
    """Whether nobody listens any more."""
    try:
        socket.create_connection(relay.address, 5).close()
    except ConnectionRefusedError:
        return True
    return False


def not_ready(relay):
    return relay.fetch(READY).status == 503


class Stream:
    """An upstream whose streams go on by one event per permit, and end when the permit is False."""

    def __init__(self):
        self.opened = queue.Queue()

    def __call__(self, connection):
        while True:
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            permits = queue.Queue()
            self.opened.put(permits)
            while permits.get(timeout=20):
                connection.send(FRAME)
            connection.send(b"0\r\n\r\n")

    def open(self, relay, version="1.1"):
        """A client in the middle of a stream, the content, and what permits more of it."""
        client = relay.client()
        client.send(request(EVENTS, version=version))
        content = Content(client.reader, client.head())
        permits = self.opened.get(timeout=5)
        permits.put(True)
        assert content.exactly(9) == EVENT
        return client, content, permits


# --- Start and health ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_get_head_and_curl(proxy, path):
    relay = proxy()
    with relay.client() as client:
        answer = client.send(HEALTH.replace(b"/healthz", path.encode())).response()
        assert answer.status == 200 and answer.get("cache-control") == "no-store"
        head = client.send(HEALTH.replace(b"GET /healthz", b"HEAD " + path.encode())).response("HEAD")
        assert head.status == 200 and head.get("content-length") == str(len(answer.body))
        answer = client.send(HEALTH.replace(b"GET /healthz", b"POST " + path.encode())).response()
        assert answer.status == 405 and answer.get("allow") == "GET, HEAD"
    host, port = relay.address
    assert shutil.which("curl"), "curl is what the container's health check uses"
    subprocess.run(["curl", "-sf", "--max-time", "5", f"http://{host}:{port}{path}"], check=True, capture_output=True)
    subprocess.run(["curl", "-sfI", "--max-time", "5", f"http://{host}:{port}{path}"], check=True, capture_output=True)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_content_of_no_bytes_is_no_content_for_a_probe(proxy, path, method):
    head = f"{method} {path} HTTP/1.1\r\nhost: proxy.test\r\n".encode()
    chunked = head + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    with proxy().client() as client:
        client.send(2 * chunked + head + b"content-length: 0\r\n\r\n")
        assert [client.response(method).status for _ in range(3)] == [200, 200, 200]
        for index in range(len(chunked)):
            client.send(chunked[index:index + 1])
        assert client.response(method).status == 200
        client.send(HEALTH[:-2] + b"transfer-encoding: chunked\r\n\r\n1\r\n")
        assert client.response().status == 400
        assert client.ended()


def test_the_first_answer_comes_within_a_second_of_the_start(proxy):
    began = time.monotonic()
    relay = proxy(log_format="json")
    assert relay.fetch(HEALTH).status == 200
    assert time.monotonic() - began < 1


# --- SIGTERM: before the listeners close -----------------------------------------------------------------------------


def test_during_drain_delay_new_connections_are_served_but_not_kept(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, drain_delay="60s")
    with relay.client() as kept:
        assert kept.send(request(STATUS)).response().get("connection") is None
        relay.send_signal()
        wait_until(lambda: not_ready(relay), what="the end of readiness")
        answer = relay.fetch(READY)
        assert (answer.status, answer.error_type, answer.get("retry-after")) == (503, "proxy_draining", "1")
        head = relay.fetch(READY.replace(b"GET", b"HEAD"), "HEAD")
        assert head.status == 503
        host, port = relay.address
        curl = subprocess.run(["curl", "-sf", "--max-time", "5", f"http://{host}:{port}/readyz"], capture_output=True)
        assert curl.returncode == 22
        assert relay.fetch(HEALTH).status == 200
        relayed = [request(STATUS), request(RUN, "POST", body=b"{}")]
        for data in (HEALTH, READY, *relayed, request("https://evil.example/")):
            with relay.client() as client:
                assert client.send(data).response().get("connection") == "close"
                assert client.ended()
        # A connection from before is served once more, and then closed.
        assert kept.send(request(STATUS)).response().get("connection") == "close"
        assert kept.ended()
    assert relay.process.poll() is None
    relay.send_signal()
    assert relay.wait(2) == 143


def test_drain_delay_passes_before_the_listeners_close(proxy):
    relay = proxy(drain_delay="700ms")
    began = time.monotonic()
    relay.send_signal()
    wait_until(lambda: refuses(relay), 5, "the end of listening")
    assert 0.7 <= time.monotonic() - began < 2
    assert relay.wait(2) == 0


def test_a_signal_at_the_very_moment_of_listening_is_a_clean_end_too(proxy):
    """Whoever can be served can be in flight when the signal comes, so the handler must stand before the listeners."""
    codes = []
    for _ in range(15):
        relay = proxy(wait=False)
        wait_until(lambda: tightly(lambda: b"listening" in os.pread(relay.errors.fileno(), 4096, 0)), 20)
        try:
            codes.append(relay.stop(seconds=2))
        except subprocess.TimeoutExpired:
            codes.append("still running")
            relay.kill()
    assert codes == [0] * 15


def tightly(predicate):
    """Asks again and again without a pause for a while: what is waited for leaves a moment of a millisecond."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        if predicate():
            return True
    return False


# --- SIGTERM: what is in flight --------------------------------------------------------------------------------------


def test_the_line_of_the_last_request_before_the_exit_is_never_lost(upstream, proxy):
    """Repeated, because the end of the last connection and the end of the process are a race to be won every time."""
    stream = Stream()
    fal = upstream(stream)
    missing = 0
    for _ in range(20):
        relay = proxy(fal)
        client, content, permits = stream.open(relay)
        relay.send_signal()
        wait_until(lambda: "draining" in relay.stderr, what="the end of readiness")
        permits.put(False)
        assert content.rest() == b""
        client.close()
        assert relay.wait(3) == 0
        missing += relay.stdout.count("\n") != 1
    assert missing == 0, f"{missing} of 20 lines are missing"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_streams_in_flight_finish_whole_and_the_exit_is_clean(upstream, proxy, number):
    stream = Stream()
    relay = proxy(upstream(stream))
    streams = [stream.open(relay) for _ in range(4)]
    relay.send_signal(number)
    wait_until(lambda: refuses(relay), 5, "the end of listening")
    for _, content, permits in streams:
        permits.put(True)
        assert content.exactly(9) == EVENT
    assert relay.process.poll() is None
    for client, content, permits in streams:
        permits.put(False)
        assert content.rest() == b""
        assert client.ended()
    assert relay.wait(3) == 0
    lines = [line for line in relay.access_log(4, 2) if line["operation"] == "status_stream"]
    assert [(line["status"], line["ended_by"]) for line in lines] == [(200, "complete")] * 4


def test_a_run_in_flight_is_answered_before_the_exit(upstream, proxy):
    go = queue.Queue()
    arrived = queue.Queue()

    def serve(connection):
        connection.read_request()
        arrived.put(None)
        go.get(timeout=10)
        connection.send(respond(body=b"done"))

    relay = proxy(upstream(serve))
    with relay.client() as client:
        client.send(request(RUN, "POST", body=b"{}"))
        arrived.get(timeout=5)
        relay.send_signal()
        wait_until(lambda: refuses(relay), 5, "the end of listening")
        go.put(None)
        answer = client.response()
        assert answer.body == b"done" and answer.get("connection") == "close"
        assert client.ended()
    assert relay.wait(3) == 0


def test_an_upload_in_flight_is_finished_before_the_exit(upstream, proxy):
    fal = upstream()
    relay = proxy(fal)
    with relay.client() as client:
        client.send(request(RUN, "POST", fields=[("content-length", "10")]) + b"hello")
        wait_until(lambda: fal.accepted == 1, what="the connection to fal")
        relay.send_signal()
        wait_until(lambda: refuses(relay), 5, "the end of listening")
        assert client.send(b"world").response().status == 200
        assert fal.next_request().body == b"helloworld"
        assert client.ended()
    assert relay.wait(3) == 0


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_streams_longer_than_drain_timeout_are_cut_and_logged(upstream, proxy, version):
    stream = Stream()
    relay = proxy(upstream(stream), drain_timeout="500ms")
    client, content, _ = stream.open(relay, version)
    began = time.monotonic()
    relay.send_signal()
    with pytest.raises((ConnectionResetError,) if version == "1.0" else (ConnectionResetError, EOFError)):
        assert content.rest() == b""
    assert time.monotonic() - began >= 0.4
    assert relay.wait(2) == 0
    assert time.monotonic() - began < 3
    client.close()
    lines = [line for line in map(json.loads, relay.stdout.splitlines()) if line["route"] == "proxy"]
    assert [(line["status"], line["ended_by"]) for line in lines] == [(200, "proxy")]


ENDED = {
    "run": (request(RUN, "POST", body=b"{}"), 500, "upstream_ambiguous"),
    "submit": (request(SUBMIT, "POST", body=b"{}"), 500, "upstream_ambiguous"),
    "status": (request(STATUS), 503, "draining"),
    "cancel": (request(CANCEL, "PUT"), 503, "draining"),
}


@pytest.mark.parametrize("name", ENDED)
def test_an_exchange_unanswered_at_drain_timeout_is_answered_and_logged_before_the_exit(upstream, proxy, name):
    data, status, error = ENDED[name]
    arrived = queue.Queue()

    def serve(connection):
        connection.read_request()
        arrived.put(None)
        connection.wait_closed()

    fal = upstream(serve)
    relay = proxy(fal, drain_timeout="300ms")
    with relay.client() as client:
        client.send(data)
        arrived.get(timeout=5)
        relay.send_signal()
        answer = client.response()
        assert_proxy_error(answer, status, error)
        assert answer.get("connection") == "close" and client.ended()
    assert relay.wait(3) == 0
    assert fal.next_closed(1) == 1
    (line,) = [json.loads(line) for line in relay.stdout.splitlines()]
    assert (line["operation"], line["status"], line["ended_by"]) == (name, status, "proxy")
    assert line["error_type"] == f"proxy_{error}"


def test_a_head_half_sent_and_an_upload_half_sent_are_answered_at_drain_timeout_too(upstream, proxy):
    heads = queue.Queue()

    def serve(connection):
        heads.put(connection.read_head())
        connection.wait_closed()

    relay = proxy(upstream(serve), drain_timeout="300ms")
    with relay.client() as head, relay.client() as upload, relay.client() as sending:
        head.send(request(STATUS)[:40])
        upload.send(request(SUBMIT, "POST", fields=[("content-length", "1000000")]))
        sending.send(request(SUBMIT, "POST", fields=[("content-length", "1000000")]) + b"x" * 5000)
        for _ in range(2):
            heads.get(timeout=5)
        relay.send_signal()
        assert_proxy_error(head.response(), 503, "draining")
        # Nothing of the content has come: fal cannot have begun.
        assert_proxy_error(upload.response(), 503, "draining")
        assert_proxy_error(sending.response(), 500, "upstream_ambiguous")
    assert relay.wait(4) == 0


def test_an_upload_that_was_refused_is_read_on_past_drain_timeout_and_holds_up_no_shorter_drain(proxy):
    """Closing with unread bytes would be a reset, which can cost the client its answer (RFC 9112 §9.6)."""
    relay = proxy(drain_timeout="100ms", timeouts_linger="1s")
    with relay.client() as client:
        client.send(request(None, "POST", fields=[("content-length", "90000000")]))
        assert_proxy_error(client.response(), 400, "target_missing")
        client.send(b"x" * 1000)
        relay.send_signal()
        wait_until(lambda: "did not end within drain_timeout" in relay.stderr, 5, "the end of the time")
        client.send(b"x" * 1000)
        assert client.ended()
    assert relay.wait(3) == 0
    # Content of a refused request that is only read past is no reason to wait.
    relay = proxy(drain_timeout="20s")
    with relay.client() as client:
        client.send(request(None, "POST", fields=[("content-length", "50000")]) + b"x" * 10)
        assert_proxy_error(client.response(), 400, "target_missing")
        began = time.monotonic()
        relay.send_signal()
        assert client.ended()
    assert relay.wait(5) == 0 and time.monotonic() - began < 5


def test_a_client_that_does_not_read_cannot_hold_up_the_exit(upstream, proxy):
    arrived = queue.Queue()

    def serve(connection):
        connection.read_request()
        arrived.put(None)
        connection.wait_closed()

    relay = proxy(upstream(serve), drain_timeout="100ms", timeouts_linger="300ms")
    with relay.client() as client:
        client.send(request(STATUS))
        arrived.get(timeout=5)
        began = time.monotonic()
        relay.send_signal()
        assert relay.wait(3) == 0
        assert time.monotonic() - began < 2
        assert_proxy_error(client.response(), 503, "draining")


@pytest.mark.parametrize("settings,warns", [
    ({}, False), ({"drain_timeout": "30s"}, True), ({"upstream_first_byte_run": "60s"}, True),
    ({"drain_timeout": "611s"}, False), ({"drain_timeout": "30s", "upstream_first_byte_run": "30s"}, False)])
def test_a_drain_timeout_shorter_than_a_run_is_a_warning_only_where_one_of_them_was_set(proxy, settings, warns):
    checking = proxy(None, "check", wait=False, **settings)
    assert checking.wait() == 0
    serving = proxy(**settings)
    assert serving.fetch(HEALTH).status == 200
    for relay in (checking, serving):
        assert ("drain_timeout is shorter than upstream.first_byte_run" in relay.stderr) == warns


@pytest.mark.parametrize("used", [False, True])
def test_idle_connections_are_closed_at_once(proxy, used):
    relay = proxy()
    clients = [relay.client() for _ in range(20)]
    for one in clients:
        if used:
            assert one.send(HEALTH).response().status == 200
    # The last one is accepted by now, and with it all before it.
    assert relay.fetch(HEALTH).status == 200
    began = time.monotonic()
    relay.send_signal()
    for one in clients:
        assert one.ended()
        one.close()
    assert relay.wait(2) == 0
    assert time.monotonic() - began < 1


def test_idle_upstream_connections_are_closed_with_a_clean_end(upstream, proxy):
    fal = upstream()
    relay = proxy(fal)
    assert relay.fetch(request(STATUS)).status == 200
    assert relay.stop(seconds=3) == 0
    fal.next_closed(1)
    assert fal.errors == []


def test_a_second_signal_ends_the_process_at_once(upstream, proxy):
    for first, second, code in (
            (signal.SIGTERM, signal.SIGTERM, 143), (signal.SIGTERM, signal.SIGINT, 130),
            (signal.SIGINT, signal.SIGTERM, 143)):
        stream = Stream()
        relay = proxy(upstream(stream))
        client, *_ = stream.open(relay)
        relay.send_signal(first)
        wait_until(lambda: refuses(relay), 5, "the end of listening")
        began = time.monotonic()
        assert relay.stop(second, 2) == code
        assert time.monotonic() - began < 1
        client.close()


def test_a_second_signal_ends_the_process_during_drain_delay_too(proxy):
    relay = proxy(drain_delay="60s")
    relay.send_signal()
    wait_until(lambda: not_ready(relay), what="the end of readiness")
    assert relay.stop(seconds=2) == 143


# --- The access log --------------------------------------------------------------------------------------------------


def test_every_request_has_one_line(upstream, proxy):
    relay = proxy(upstream(), allowed_origins="https://app.example", access_log="all")
    preflight = request(None, "OPTIONS", fields=[
        ("origin", "https://app.example"), ("access-control-request-method", "POST")])
    wanted = []
    for data, method, status, route, end in [
            (HEALTH, "GET", 200, "healthz", "complete"),
            (READY.replace(b"GET", b"HEAD"), "HEAD", 200, "readyz", "complete"),
            (HEALTH.replace(b"healthz", b"nowhere"), "GET", 404, "-", "client"),
            (preflight, "OPTIONS", 204, "preflight", "complete"),
            (request(None), "GET", 400, "proxy", "client"),
            (request("https://evil.example/"), "GET", 403, "proxy", "client"),
            (request(STATUS), "GET", 200, "proxy", "complete"),
            (request(RUN, "POST", body=b"{}"), "POST", 200, "proxy", "complete"),
            (request(RUN, "DELETE"), "DELETE", 405, "proxy", "client"),
            (b"rubbish\r\n\r\n", "-", 400, "-", "client")]:
        answer = relay.fetch(data, method)
        assert answer.status == status
        wanted.append((answer.get("x-request-id"), method, status, route, end))
    lines = relay.access_log(len(wanted))
    seen = {line["request_id"]: line for line in lines}
    assert len(lines) == len(seen) == len(wanted)
    for name, method, status, route, end in wanted:
        line = seen[name]
        assert (line["status"], line["route"], line["ended_by"]) == (status, route, end)
        assert line["method"] == method
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert 0 <= line["first_byte_ms"] <= line["total_ms"] < 5000
        assert line["bytes_out"] > 0
    run = seen[wanted[7][0]]
    assert (run["operation"], run["target_host"], run["bytes_in"]) == ("run", "fal.run", 2)
    assert run["endpoint"] == "fal-ai/flux-differential-diffusion"


def test_log_lines_of_the_last_moment_are_written(upstream, proxy):
    relay = proxy(upstream())
    with relay.client() as client:
        client.send(request(STATUS) * 200)
        assert [client.response().status for _ in range(200)] == [200] * 200
        relay.send_signal()
        assert relay.wait(3) == 0
    assert len(relay.stdout.splitlines()) == 200


def test_text_lines_are_for_people(upstream, proxy):
    relay = proxy(upstream(), log_format="text")
    answer = relay.fetch(request(STATUS + "?secret=1", fields=[("x-request-id", "mine-1")]))
    assert answer.get("x-request-id") == "mine-1"
    relay.fetch(request("https://evil.example/"))
    lines = wait_until(lambda: relay.stdout.splitlines() if relay.stdout.count("\n") >= 2 else None)
    first, second = sorted(lines, key=lambda line: " 200 " not in line)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 200 GET status queue.fal.run/fal-ai/flux-differential-diffusion "
        r"[\d.]+ms in=0 out=\d+ client=127.0.0.1 fal_request_id=\"req-1\" mine-1", first)
    assert re.search(r" 403 GET proxy [\d.]+ms .*ended_by=client proxy_\w+ client=\S+ .* \S+$", second)


def test_the_access_log_can_be_turned_off(upstream, proxy):
    relay = proxy(upstream(), access_log="none")
    assert relay.fetch(request(STATUS)).status == 200
    assert relay.fetch(request("https://evil.example/")).status == 403
    assert relay.stop() == 0
    assert relay.stdout == ""
    assert "listening on" in relay.stderr


def test_a_log_nobody_reads_holds_up_no_request(upstream, proxy, tmp_path):
    """Standard output is a full pipe; lines are dropped, requests are not."""
    relay = proxy(upstream(), preexec=full_pipe, limits_log_buffer="64KiB", access_log="all")
    with relay.client(timeout=10) as client:
        for _ in range(20):
            client.send(HEALTH * 100)
            assert [client.response().status for _ in range(100)] == [200] * 100
    # The log cannot say so: nobody reads it.
    wait_until(lambda: re.search(r"\d{4} log lines are lost so far", relay.stderr), 10, "the reports")
    assert relay.stderr.count("fal-proxy: the log cannot be written (its reader is behind") == 1
    assert relay.stop(seconds=10) == 0
    lost = re.search(r"fal-proxy: (\d+) log lines were lost\n", relay.stderr)
    assert 1000 < int(lost.group(1)) <= 2000 and relay.stderr.endswith("fal-proxy: stopped\n")


def full_pipe():
    """Runs in the child: standard output becomes a pipe whose other end stays open, as standard input, and unread."""
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    os.dup2(writing, 1)


@pytest.mark.parametrize("limit", [4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 24, 34])
def test_too_few_open_files_are_a_sentence_and_no_crash(proxy, limit):
    """Dispatch ends the process where it gets no descriptor of its own: nothing of it may be asked before."""
    relay = proxy(None, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)), wait=False,
                  event_loops=1)
    assert relay.wait() == 1
    assert f"the system allows {limit} open files" in relay.stderr and "ulimit -n" in relay.stderr


def test_as_many_open_files_as_it_asks_for_are_enough(proxy):
    relay = proxy(None, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (38, 38)), event_loops=1)
    assert relay.fetch(HEALTH).status == 200


def test_a_second_instance_on_the_same_port_refuses_to_start(proxy):
    """Sharing a port is how the event loops of one process listen; two processes would each get half the requests."""
    first = proxy()
    port = str(first.address[1])
    second = proxy(binary_environment={"PORT": port}, wait=False)
    assert second.wait(20) == 1
    assert f"cannot listen on 127.0.0.1:{port} (port, PORT): address in use" in second.stderr
    assert "listening" not in second.stderr


def test_a_restart_on_the_same_port_works_at_once(proxy):
    """Connections of the ended process still wait in the kernel (TIME_WAIT)."""
    first = proxy()
    port = str(first.address[1])
    client = first.client()
    client.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").response()
    assert first.stop() == 0
    second = proxy(binary_environment={"PORT": port})
    assert second.fetch(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").status == 200
    client.close()


WISHES = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2]


@pytest.mark.parametrize("number", WISHES)
def test_a_signal_that_asks_for_a_reload_is_answered_with_a_line_and_ends_nothing(proxy, number):
    relay = proxy()
    relay.send_signal(number)
    wait_until(lambda: f"{number.name}: nothing is reloaded; restart" in relay.stderr, 10, "the line about the signal")
    assert relay.fetch(HEALTH).status == 200
    assert relay.stop() == 0


@pytest.mark.parametrize("number", WISHES)
def test_a_signal_before_the_process_knows_its_command_ends_nothing_either(number):
    """It waits for the reader of its standard error, who has no room for all that is to say about the wrong word."""
    reading, writing = os.pipe()
    capacity = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, select.PIPE_BUF)
    with subprocess.Popen([str(BINARY), "--" + "x" * capacity], stdout=subprocess.DEVNULL, stderr=writing) as process:
        os.close(writing)
        with os.fdopen(reading, "rb") as errors:
            assert select.select([errors], [], [], 20)[0]
            process.send_signal(number)
            assert errors.read().startswith(b"Error: Unknown option")
        assert process.wait(20) == 64


STRAYS = [signal.SIGPIPE, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO, signal.SIGXFSZ, signal.SIGXCPU,
          signal.SIGPWR, signal.SIGSTKFLT, *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)]


def test_a_stray_signal_ends_nothing(proxy):
    relay = proxy()
    for number in STRAYS:
        relay.send_signal(number)
        assert relay.fetch(HEALTH).status == 200, number
    assert relay.stop() == 0


def test_a_wish_while_draining_is_not_taken_for_a_second_signal_to_end(proxy):
    relay = proxy(drain_timeout="20s")
    with relay.client() as client:
        client.send(HEALTH[:-2])
        relay.send_signal(signal.SIGTERM)
        wait_until(lambda: "draining" in relay.stderr, 10, "the way down")
        for number in WISHES:
            relay.send_signal(number)
        wait_until(lambda: all(f"{number.name}: " in relay.stderr for number in WISHES), 10, "the lines")
        assert client.send(b"\r\n").response().status == 200
    assert relay.wait() == 0 and "second signal" not in relay.stderr


@pytest.mark.parametrize("closed", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_a_standard_stream_that_is_closed_is_not_given_to_a_socket(proxy, closed):
    """Log lines would be written into whatever has its number."""
    def close():
        for number in closed:
            os.close(number)

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    relay = proxy(preexec=close, wait=False, binary_environment={"PORT": str(port)}, access_log="all")
    relay.address = ("127.0.0.1", port)
    wait_until(lambda: not refuses(relay), 20, "the listening")
    assert relay.fetch(HEALTH).status == 200
    for number in (0, *closed):
        assert os.readlink(f"/proc/{relay.pid}/fd/{number}") == "/dev/null"
    assert relay.stop() == 0 and "lost" not in relay.stderr
    assert len(relay.stdout.splitlines()) == (0 if 1 in closed else 1)


@pytest.mark.parametrize("descriptor,reason", [("/dev/full", "No space left on device"), ("a pipe", "Broken pipe")])
def test_a_log_that_cannot_be_written_is_reported_once_and_counted_at_the_end(proxy, descriptor, reason):
    def redirect():
        if descriptor == "a pipe":
            reading, writing = os.pipe()
            os.close(reading)
        else:
            writing = os.open(descriptor, os.O_WRONLY)
        os.dup2(writing, 1)

    relay = proxy(preexec=redirect, access_log="all")
    for _ in range(3):
        assert relay.fetch(HEALTH).status == 200
    sentence = f"fal-proxy: the log cannot be written ({reason})"
    wait_until(lambda: sentence in relay.stderr, 10, "the report")
    assert relay.stop() == 0
    assert relay.stderr.count(sentence) == 1 and "fal-proxy: 3 log lines were lost" in relay.stderr


def test_a_log_line_that_was_cut_is_ended_before_the_next(proxy):
    relay = proxy(access_log="all")
    for _ in range(9):  # more than standard error has, to which the same limit applies
        assert relay.fetch(HEALTH).status == 200
    relay.access_log(9)
    size = len(relay.stdout)
    _, most = before = resource.prlimit(relay.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(relay.pid, resource.RLIMIT_FSIZE, (size + 40, most))
    assert relay.fetch(HEALTH).status == 200
    wait_until(lambda: "the log cannot be written (File too large)" in relay.stderr, 10, "the report")
    resource.prlimit(relay.pid, resource.RLIMIT_FSIZE, before)
    assert relay.fetch(HEALTH).status == 200
    assert relay.stop() == 0
    lines = relay.stdout.splitlines()
    assert len(lines) == 11 and len(lines.pop(9)) == 40
    assert all(json.loads(line)["status"] == 200 for line in lines)
    assert "fal-proxy: 1 log line was lost" in relay.stderr
