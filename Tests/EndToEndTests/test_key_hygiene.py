"""The key leaves the process in one place only, the request to fal: everything else it ever writes is searched."""

import os
import resource
import signal

import pytest

from harness import CANARY, Client, json_answer, request, wait_until
from harness.process import Proxy
from harness.script import MODEL, QUEUE, RUN, STATUS, SUBMIT, Answering

KEY_ID, SECRET = CANARY.split(":")
PARTS = {CANARY[start:start + 8].encode() for start in range(len(CANARY) - 7)}
BODY = b'{"prompt":"x"}'


def assert_no_part(data, where):
    if isinstance(data, str):
        data = data.encode()
    found = [part for part in PARTS if part in data]
    assert not found, f"{where} holds {found}"


class Listening(Client):
    """A client that keeps every byte it is sent."""

    def __init__(self, address):
        super().__init__(address)
        self.received = b""
        receive = self.sock.recv

        class Tap:
            def __getattr__(tap, name):
                return getattr(self.sock, name)

            def recv(tap, size):
                data = receive(size)
                self.received += data
                return data
        self.reader.sock = Tap()

    def everything(self):
        """All bytes until the proxy closes."""
        try:
            self.half_close()
            self.reader.rest()
        except OSError:
            pass  # It was reset: nothing can follow.
        return self.received


def process_file(relay, name):
    """The file below /proc/<pid>; empty where the kernel does not let even this user read it."""
    try:
        with open(f"/proc/{relay.pid}/{name}", "rb") as file:
            return file.read()
    except PermissionError:
        return b""


def assert_process_shows_nothing(relay):
    assert_no_part(process_file(relay, "cmdline"), "the command line")
    assert_no_part(process_file(relay, "environ"), "the environment block")
    assert_no_part(process_file(relay, "comm"), "the process name")
    assert_no_part(process_file(relay, "status"), "the status")


def test_the_search_finds_a_part_of_the_key():
    with pytest.raises(AssertionError):
        assert_no_part(b"..." + CANARY[20:28].encode() + b"...", "this text")


EXCHANGES = {
    "submit": request(SUBMIT, "POST", body=BODY),
    "status": request(STATUS),
    "stream": request(f"{RUN}/{MODEL}/stream", "POST", body=BODY),
    "cancel": request(STATUS.replace("/status", "/cancel"), "PUT"),
    "health": request(None, path="/healthz"),
    "ready": request(None, path="/readyz"),
    "unknown path": request(STATUS, path="/x"),
    "no target": request(None),
    "another target": request("https://evil.example/a/b"),
    "a target that echoes": request(f"https://{QUEUE}@evil.example/"),
    "another endpoint": request(f"{QUEUE}/a/b", "POST", body=BODY),
    "another method": request(STATUS, "DELETE"),
    "trace": request(STATUS, "TRACE"),
    "options": request(None, "OPTIONS"),
    "a foreign origin": request(STATUS, fields=[("origin", "https://evil.example")]),
    "too much content": request(SUBMIT, "POST", body=b"x" * 5000),
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http\r\n\r\n",
    "a long head": b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 40000 + b"\r\n\r\n",
    "a broken chunk": request(SUBMIT, "POST", fields=[("transfer-encoding", "chunked")], body=b"zz\r\n"),
    "a tunnel": b"CONNECT fal.run:443 HTTP/1.1\r\nhost: fal.run:443\r\n\r\n",
    "two targets": request(STATUS, fields=[("x-fal-target-url", STATUS)]),
    "half a request": b"GET /api/fal/proxy HTTP/1.1\r\nhost: a\r\n",
    "connection options": request(STATUS, fields=[("connection", "authorization"), ("authorization", "Bearer x")]),
    "http 1.0": request(STATUS, version="1.0"),
}

FALS = {
    "a good answer": json_answer({"ok": True}),
    "an error": json_answer({"detail": "no"}, 401),
    "an event stream": b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                       b"7\r\ndata: 1\r\n0\r\n\r\n",
    "no http": b"nonsense\r\n\r\n",
    "a cut head": b"HTTP/1.1 200 OK\r\ncontent-le",
    "a cut body": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
    "nothing": b"",
}


@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize("answer", FALS)
def test_no_response_and_no_log_line_holds_a_part_of_the_key(upstream, proxy, answer, log_format):
    def play(connection):
        fal.requests.put(connection.read_request())
        connection.send(FALS[answer])
    fal = upstream(play)
    relay = proxy(fal, limits_body="4KiB", log_format=log_format, access_log="all")
    for name, data in EXCHANGES.items():
        with Listening(relay.address) as client:
            client.send(data)
            if name not in ("half a request", "a broken chunk"):
                try:
                    client.response("HEAD" if name == "options" else "GET")
                except (EOFError, ConnectionResetError):
                    assert answer == "a cut body", name
            assert_no_part(client.everything(), f"the answer to {name}")
    assert_process_shows_nothing(relay)
    assert relay.stop() == 0
    assert_no_part(relay.stdout, "standard output")
    assert_no_part(relay.stderr, "standard error")
    assert relay.stdout.count("\n") >= len(EXCHANGES) - 2, "nothing was logged, so nothing was searched"
    assert fal.next_request().all("authorization") == [f"Key {CANARY}"], "the key was not even in use"


def test_nothing_is_said_of_the_key_when_fal_cannot_be_reached_or_trusted(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost,IP:127.0.0.1"))
    overrides = f"queue.fal.run={fal.url},fal.run=http://127.0.0.1:1"
    relay = proxy(None, origin_overrides=overrides)
    for target, error in ((SUBMIT, "proxy_upstream_tls"), (f"{RUN}/{MODEL}", "proxy_upstream_connect")):
        with Listening(relay.address) as client:
            assert client.send(request(target, "POST", body=BODY)).response().error_type == error
            assert_no_part(client.everything(), error)
    assert relay.stop() == 0
    assert_no_part(relay.stdout + relay.stderr, "its output")


def test_nothing_is_said_of_the_key_while_draining(upstream, proxy):
    def play(connection):
        fal.requests.put(connection.read_request())
        release.requests.get(timeout=20)
        connection.send(json_answer({"ok": True}))
    release = Answering(b"")
    fal = upstream(play)
    relay = proxy(fal, drain_delay="5m", drain_timeout="0s")
    with Listening(relay.address) as busy, Listening(relay.address) as other:
        busy.send(request(STATUS))
        fal.next_request()
        relay.send_signal(signal.SIGTERM)
        wait_until(lambda: "draining" in relay.stderr, 10, "the draining line")
        ready = wait_until(lambda: self_closing(relay), 10, "an answer while draining")
        assert_no_part(ready.head.raw + ready.body, "readiness while draining")
        assert other.send(request(None, path="/readyz")).response().status == 503
        release.requests.put(None)
        assert busy.response().status == 200
        assert_no_part(busy.received + other.received, "an answer while draining")
        assert_process_shows_nothing(relay)
    relay.send_signal(signal.SIGTERM)
    assert relay.wait() == 128 + signal.SIGTERM
    assert_no_part(relay.stdout + relay.stderr, "its output")


def self_closing(relay):
    """Readiness, once it has turned."""
    answer = relay.fetch(request(None, path="/readyz"))
    return answer if answer.status == 503 else None


def test_a_log_line_names_no_query_header_or_body(upstream, proxy):
    mark = "private-41d7"
    relay = proxy(upstream())
    fields = [("user-agent", mark), ("cookie", mark), ("x-fal-runner-hint", mark), ("authorization", f"Bearer {mark}")]
    for query in (f"x={mark}", f"fal_webhook=https://{mark}.example/"):
        relay.fetch(request(f"{SUBMIT}?{query}", "POST", fields=fields, body=mark.encode()))
    relay.fetch(request(None, path=f"/api/fal/proxy?x={mark}"))
    relay.access_log(3)
    assert mark not in relay.stdout + relay.stderr


@pytest.mark.parametrize("environment", [
    {"FAL_KEY": CANARY}, {"FAL_KEY_ID": KEY_ID, "FAL_KEY_SECRET": SECRET}])
def test_the_environment_block_of_the_process_is_scrubbed(upstream, proxy, environment):
    relay = proxy(upstream(), key=None, binary_environment={**environment, "HARNESS_MARK": "still-here"})
    block = process_file(relay, "environ")
    if block:
        assert b"still-here" in block, "this is not the environment block"
    assert_process_shows_nothing(relay)


def test_the_tokens_of_end_users_are_scrubbed_too(upstream, proxy):
    relay = proxy(upstream(), auth_tokens="token-of-the-app-0001", ownership="off")
    assert b"token-of-the-app" not in process_file(relay, "environ")
    assert relay.fetch(request(STATUS, fields=[("authorization", "Bearer token-of-the-app-0001")])).status == 200
    assert "token-of-the-app" not in relay.stdout + relay.stderr


def test_the_process_leaves_no_core_file(upstream, proxy):
    """Started with a core limit above 0, so that it must be the process itself that lowers it."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:
        pytest.skip("core files are forbidden here already")
    size = hard if hard != resource.RLIM_INFINITY else 1 << 20
    relay = proxy(upstream(), preexec=lambda: resource.setrlimit(resource.RLIMIT_CORE, (size, size)))
    with open(f"/proc/{relay.pid}/limits") as limits:
        (line,) = [line for line in limits if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]


VARIABLES = [
    "HOST", "PORT", "PATH", "EVENT_LOOPS", "LOG_FORMAT", "ACCESS_LOG", "ALLOWED_URLS", "ALLOWED_ENDPOINTS",
    "ALLOWED_ORIGINS", "CORS_ALLOW_CREDENTIALS", "CORS_MAX_AGE", "TOKENS_ENABLED", "ORIGIN_OVERRIDES", "LIMITS_HEAD",
    "LIMITS_FIELDS", "LIMITS_BODY", "TIMEOUTS_HEAD", "UPSTREAM_CONNECT", "DRAIN_DELAY", "DRAIN_TIMEOUT", "KEY",
]


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_key_put_into_the_wrong_variable_is_not_repeated_in_the_fault(variable):
    with_key = {"FAL_PROXY_" + variable: CANARY}
    assert_refusal_is_silent("check", binary_environment=with_key)


@pytest.mark.parametrize("name", [KEY_ID, CANARY.replace("-", "_").replace(":", "_").upper(), CANARY])
def test_a_key_put_into_the_name_of_a_variable_is_not_repeated_in_the_fault(name):
    assert_refusal_is_silent("check", binary_environment={"FAL_PROXY_" + name: "1"})


@pytest.mark.parametrize("text", [
    f"key: {CANARY}\n", f"FAL_KEY: {CANARY}\n", f"{CANARY}\n", f"'{CANARY}': 1\n", f"port: {CANARY}\n",
    f"allowed_endpoints:\n  - {CANARY}\n", f"allowed_urls: ['{CANARY}']\n", f"allowed_origins: ['{CANARY}']\n",
    f"auth:\n  tokens: {CANARY}\n", f"auth:\n  {KEY_ID}: x\n", f"origin_overrides:\n  fal.run: {CANARY}\n",
    f"origin_overrides:\n  '{CANARY}': https://x.example\n", f"port: \"{CANARY}\n", f"? {CANARY}\n"])
def test_a_key_put_into_the_file_is_not_repeated_in_the_fault(tmp_path, text):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    assert_refusal_is_silent("check", "--config", str(path))


def assert_refusal_is_silent(*arguments, **options):
    relay = Proxy(*arguments, wait=False, **options)
    assert relay.wait() == 78, relay.stdout
    assert_no_part(relay.stdout + relay.stderr, "the report of the faults")
