"""A fault of fal's before the first byte of an answer has left is told to the client, and nothing runs twice."""

import gzip
import json
import shutil
import subprocess
import threading
import zlib

import pytest

from harness import json_answer, request, respond, wait_until
from harness.script import MODEL, RUN, STATUS, SUBMIT, Answering, assert_proxy_error

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"

#: What fal sends in one write: a good head and a fault behind it.
FAULTS = {
    "no-size": CHUNKED + b"zz\r\n",
    "no-size-after-empty": CHUNKED + b"\r\n",
    "negative-size": CHUNKED + b"-1\r\n",
    "size-too-long": CHUNKED + b"0" * 20 + b"1\r\n",
    "second-size": CHUNKED + b"2\r\n{}\r\nzz\r\n",
    "chunk-end": CHUNKED + b"2\r\n{}xx",
    "bare-line-feed": CHUNKED + b"2\n{}\r\n0\r\n\r\n",
    "trailer": CHUNKED + b"2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
    "endless-extension": CHUNKED + b"2;" + b"x" * 9000 + b"\r\n",
}

#: Faults that the end of the connection makes; it comes with the bytes.
CUTS = {
    "head-alone": HEAD + b"content-length: 100\r\n\r\n",
    "half-a-length": HEAD + b"content-length: 100\r\n\r\n{",
    "chunks-without-end": CHUNKED + b"2\r\n{}\r\n",
    "no-chunk": CHUNKED,
}

JOBS = {"submit": (SUBMIT, "POST"), "run": (f"{RUN}/{MODEL}", "POST"), "get-run": (f"{RUN}/{MODEL}", "GET")}
QUESTIONS = {"status": (STATUS, "GET"), "cancel": (STATUS.replace("status", "cancel"), "PUT")}


def call(target, method):
    return request(target, method, body=b"{}" if method == "POST" else None)


class Faulty:
    """Answers `warm` requests properly on its first connection, then one with `data`, and says how often it was asked."""

    def __init__(self, data, warm=0, cut=False):
        self.data, self.warm, self.cut = data, warm, cut
        self.asked = 0

    def __call__(self, connection):
        while True:
            connection.read_request()
            if self.warm:
                self.warm -= 1
                connection.send(json_answer({"ok": True}))
                continue
            self.asked += 1
            connection.send(self.data)
            if self.cut:
                return
            connection.wait_closed()
            return


def check(relay, script, operation, reused):
    target, method = (JOBS | QUESTIONS)[operation]
    with relay.client() as client:
        if reused:
            assert client.send(request(STATUS)).response().status == 200
        answer = client.send(call(target, method)).response()
        status, name = (500, "upstream_ambiguous") if operation in JOBS else (502, "upstream_invalid")
        assert_proxy_error(answer, status, name)
    assert script.asked == 1
    line = relay.access_log(2 if reused else 1)[-1]
    assert (line["status"], line["ended_by"], line["error_type"]) == (status, "upstream", f"proxy_{name}")
    assert line["bytes_out"] == len(answer.head.raw) + 4 + len(answer.body)


@pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
@pytest.mark.parametrize("operation", [*JOBS, *QUESTIONS])
def test_a_fault_in_the_same_write_as_the_head_is_an_honest_answer(upstream, proxy, operation, reused):
    script = Faulty(FAULTS["no-size"], warm=1 if reused else 0)
    check(proxy(upstream(script), event_loops=1, get_runs="true"), script, operation, reused)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", ["submit", "status"])
def test_every_fault_of_chunks_before_the_first_byte_is_an_honest_answer(upstream, proxy, operation, fault):
    script = Faulty(FAULTS[fault])
    check(proxy(upstream(script), event_loops=1, get_runs="true"), script, operation, False)


def test_the_same_for_a_client_that_speaks_http_1_0(upstream, proxy):
    script = Faulty(FAULTS["no-size"])
    answer = proxy(upstream(script)).fetch(request(SUBMIT, "POST", body=b"{}", version="1.0"))
    assert_proxy_error(answer, 500, "upstream_ambiguous")


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("operation", ["run", "status"])
def test_an_answer_that_ends_too_soon_is_an_honest_answer_or_a_cut_and_never_repeated(
        upstream, proxy, operation, cut):
    """Whether the end came with the bytes is the network's doing: then it is told, else the answer has begun."""
    script = Faulty(CUTS[cut], cut=True)
    relay = proxy(upstream(script), event_loops=1, get_runs="true")
    with relay.client() as client:
        client.send(call(*(JOBS | QUESTIONS)[operation]))
        try:
            answer = client.response()
        except (EOFError, ConnectionResetError):
            told = False
        else:
            told = True
            assert answer.status == (500 if operation in JOBS else 502)
    (line,) = relay.access_log()
    assert line["ended_by"] == "upstream" and line["status"] == (answer.status if told else 200)
    assert script.asked == 1


def test_after_100_continue_the_fault_is_told_in_place_of_the_answer(upstream, proxy):
    script = Faulty(FAULTS["no-size"])
    with proxy(upstream(script)).client() as client:
        client.send(request(SUBMIT, "POST", fields=[("expect", "100-continue"), ("content-length", "2")]))
        assert client.head().start == "HTTP/1.1 100 Continue"
        client.send(b"{}")
        assert_proxy_error(client.response(), 500, "upstream_ambiguous")


def test_once_a_byte_of_the_answer_has_left_a_fault_can_only_cut(upstream, proxy):
    go = threading.Event()

    def serve(connection):
        connection.read_request()
        connection.send(CHUNKED + b"2\r\n{}\r\n")
        go.wait(10)
        connection.send(b"zz\r\n")
        connection.wait_closed()

    relay = proxy(upstream(serve))
    with relay.client() as client:
        client.send(request(SUBMIT, "POST", body=b"{}"))
        assert client.head().start == "HTTP/1.1 200 OK"
        go.set()
        with pytest.raises((EOFError, ConnectionResetError)):
            client.reader.chunked()
    (line,) = relay.access_log()
    assert (line["status"], line["ended_by"]) == (200, "upstream")


NODE = """
const body = JSON.stringify({prompt: "x"});
fetch(process.argv[1], {method: "POST", body, headers: {"x-fal-target-url": process.argv[2],
  "content-type": "application/json"}}).then(
  async answer => console.log(answer.status, (await answer.json()).error_type), error => console.log("failed", error));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed (Debian: nodejs)")
def test_nodes_fetch_sees_the_answer_and_sends_the_job_once(upstream, proxy):
    script = Faulty(FAULTS["no-size"])
    relay = proxy(upstream(script))
    host, port = relay.address
    seen = subprocess.run(
        ["node", "-e", NODE, f"http://{host}:{port}/api/fal/proxy", SUBMIT], capture_output=True, text=True, timeout=30)
    assert seen.stdout.strip() == "500 proxy_upstream_ambiguous", seen
    assert script.asked == 1


# --- What fal says about the key -------------------------------------------------------------------------------------

REFUSALS = {
    "invalid": (401, {"detail": "invalid key credentials"}, "fal refuses the key"),
    "locked": (403, {"detail": "User is locked. Reason: Exhausted balance. Top up your balance at "
                               "fal.ai/dashboard/billing."}, "fal has locked the account"),
    "admin": (403, {"detail": "User is locked. Reason: Admin lock."}, "fal has locked the account"),
}


@pytest.mark.parametrize("loops", [1, 4])
@pytest.mark.parametrize("framing", ["length", "chunked", "bytes", "close"])
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_key_is_said_on_stderr_once_and_the_answer_passes_unchanged(upstream, proxy, name, framing, loops):
    status, value, line = REFUSALS[name]
    body = json.dumps(value).encode()

    def serve(connection):
        while True:
            connection.read_request()
            head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n".encode()
            if framing == "length":
                connection.send(head + b"content-length: %d\r\n\r\n" % len(body) + body)
            elif framing == "chunked":
                connection.send(head + b"transfer-encoding: chunked\r\n\r\n")
                for byte in body:
                    connection.send(b"1\r\n%c\r\n" % byte)
                connection.send(b"0\r\n\r\n")
            elif framing == "bytes":
                connection.send(head + b"content-length: %d\r\n\r\n" % len(body))
                for byte in body:
                    connection.send(b"%c" % byte)
            else:
                connection.send(head + b"\r\n" + body)
                return

    relay = proxy(upstream(serve), event_loops=loops, get_runs="true")
    for target, method in [*JOBS.values(), *QUESTIONS.values()]:
        answer = relay.fetch(call(target, method))
        assert (answer.status, answer.body) == (status, body)
    wait_until(lambda: line in relay.stderr, 5, "the line")
    assert relay.stderr.count(line) == 1
    assert "Exhausted" not in relay.stderr, "fal's text is not repeated"


@pytest.mark.parametrize("fields,pack", [
    ([("content-encoding", "gzip")], gzip.compress), ([("content-encoding", "deflate")], zlib.compress),
    ([("content-encoding", "Identity")], bytes)])
@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("body", [b'%s', b' \n%s', b'{"error_type":"x",%s'])
def test_a_refusal_is_read_through_codings_spaces_and_other_members(upstream, proxy, name, body, fields, pack):
    status, value, line = REFUSALS[name]
    text = json.dumps(value).encode()
    packed = pack(body % (text[1:] if body.startswith(b"{") else text))
    relay = proxy(upstream(Answering(respond(status, fields, packed))))
    assert relay.fetch(request(STATUS)).body == packed
    wait_until(lambda: line in relay.stderr, 5, "the line")


def test_a_refusal_that_is_never_ended_is_said_too(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 403 X\r\ntransfer-encoding: chunked\r\n\r\n")
        for byte in json.dumps(REFUSALS["locked"][1]).encode():
            connection.send(b"1\r\n%c\r\n" % byte)
        connection.wait_closed()

    relay = proxy(upstream(serve))
    with relay.client() as client:
        client.send(request(STATUS))
        assert client.head().start.startswith("HTTP/1.1 403")
        wait_until(lambda: REFUSALS["locked"][2] in relay.stderr, 5, "the line")


@pytest.mark.parametrize("status,body", [
    (403, {"detail": "Not allowed"}), (401, {"detail": "login at the app"}), (403, {"note": "User is locked"}),
    (200, {"detail": "User is locked"}), (422, {"detail": "invalid key credentials"}),
    (401, ["invalid key credentials"])])
@pytest.mark.parametrize("pack", [None, gzip.compress])
def test_another_401_or_403_says_nothing_about_the_key(upstream, proxy, status, body, pack):
    content = json.dumps(body).encode()
    fields = [("content-encoding", "gzip")] if pack else []
    relay = proxy(upstream(Answering(respond(status, fields, pack(content) if pack else content))))
    assert relay.fetch(request(STATUS)).status == status
    assert relay.stop() == 0
    assert "the key" not in relay.stderr and "locked" not in relay.stderr


@pytest.mark.parametrize("status,says", [(401, True), (403, False)])
def test_a_coding_that_is_not_read_is_said_of_a_401_alone(upstream, proxy, status, says):
    relay = proxy(upstream(Answering(json_answer({}, status, [("content-encoding", "br")]))))
    assert relay.fetch(request(STATUS)).status == status
    assert relay.stop() == 0
    assert ("in a coding that is not read here" in relay.stderr) == says
