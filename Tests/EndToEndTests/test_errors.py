"""The proxy's own errors: each row a client or fal can cause, its form, and what becomes of the connection."""

import socket
import ssl

import pytest

from harness import json_answer, request
from harness.script import MODEL, QUEUE, RID, RUN, STATUS, SUBMIT, Answering, assert_proxy_error

BODY = b'{"prompt":"x"}'
TOKEN = "token-of-the-app-0001"
BEARER = [("authorization", f"Bearer {TOKEN}")]


def raw(*lines, body=b""):
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def proxy_request(*lines, method="POST", path="/api/fal/proxy", version="HTTP/1.1", body=b""):
    return raw(f"{method} {path} {version}", "host: proxy.test", f"x-fal-target-url: {SUBMIT}", *lines, body=body)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


# --- Refused, and the connection goes on -----------------------------------------------------------------------------

KEPT = {
    "target_missing": (400, request(None, "POST", body=BODY)),
    "target_invalid": (400, request("nonsense", "POST", body=BODY)),
    "target_not_https": (400, request(f"http://queue.fal.run/{MODEL}", "POST", body=BODY)),
    "endpoint_missing": (400, request("https://fal.run/x", "POST", body=BODY)),
    "target_not_allowed": (403, request("https://evil.example/a/b", "POST", fields=BEARER, body=BODY)),
    "tokens_disabled": (403, request("https://rest.fal.ai/tokens/", "POST", fields=BEARER, body=BODY)),
    "operation_not_allowed": (403, request(STATUS, "POST", fields=BEARER, body=BODY)),
    "endpoint_not_allowed": (403, request(f"{QUEUE}/other/app", "POST", fields=BEARER, body=BODY)),
    "origin_not_allowed": (403, request(SUBMIT, "POST", fields=[("origin", "https://evil.example")], body=BODY)),
    "unauthorized": (
        401, request(SUBMIT, "POST", fields=[("authorization", "Bearer wrong-token-00000001")], body=BODY)),
    "not_found": (404, request(SUBMIT, "POST", path="/api/fal/other", body=BODY)),
    "method_not_allowed": (405, request(SUBMIT, "DELETE", body=BODY)),
}


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("chunked", [False, True])
def test_after_a_refused_small_post_the_same_connection_serves_the_next_request(upstream, proxy, name, chunked):
    status, data = KEPT[name]
    if chunked:
        data = data.replace(f"content-length: {len(BODY)}".encode(), b"transfer-encoding: chunked")
        data = data.removesuffix(BODY) + f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
    fal = upstream()
    with proxy(fal, auth_tokens=TOKEN, ownership="off").client() as client:
        answer = client.send(data).response()
        assert_proxy_error(answer, status, name)
        if chunked and answer.get("connection") == "close":
            # Content of unknown length may be answered with a close instead, if it is said.
            assert client.ended()
            assert fal.accepted == 0
            return
        assert answer.get("connection") is None
        assert fal.accepted == 0
        follow = client.send(request(STATUS, fields=[("authorization", f"Bearer {TOKEN}")])).response()
        assert (follow.status, follow.json) == (200, {"ok": True})


@pytest.mark.parametrize("target", [
    "https://evil.example/a/b", "https://rest.fal.ai/tokens/", f"{QUEUE}/other/app", STATUS, SUBMIT])
def test_without_a_token_nobody_learns_what_is_open(upstream, proxy, target):
    fal = upstream()
    relay = proxy(fal, auth_tokens=TOKEN, ownership="off")
    answers = [relay.fetch(request(target, "POST", fields=fields, body=BODY))
               for fields in ([], [("authorization", "Bearer wrong-token-00000001")])]
    for answer in answers:
        assert_proxy_error(answer, 401, "unauthorized")
    assert fal.accepted == 0


def test_a_refused_post_whose_content_comes_later_does_not_spoil_the_next_request(upstream, proxy):
    """The content looks like a request itself: read as one, it would be answered."""
    inner = request(None, path="/healthz")
    fal = upstream()
    with proxy(fal).client() as client:
        client.send(request(None, "POST", fields=[("content-length", str(len(inner)))]))
        assert_proxy_error(client.response(), 400, "target_missing")
        client.send(inner + request(STATUS))
        assert client.response().json == {"ok": True}


def test_a_refused_post_with_much_content_is_answered_and_the_connection_closed(upstream, proxy):
    fal = upstream()
    with proxy(fal).client() as client:
        client.send(request(f"{QUEUE}/other/app", "POST", fields=[("content-length", str(50 << 20))]) + b"x" * 1000)
        answer = client.response()
        assert_proxy_error(answer, 403, "endpoint_not_allowed")
        assert answer.get("connection") == "close"
        assert client.ended()
    assert fal.accepted == 0


@pytest.mark.parametrize("path,method,allow", [
    ("/api/fal/proxy", "DELETE", {"GET", "HEAD", "POST", "PUT", "OPTIONS"}),
    ("/api/fal/proxy", "PATCH", {"GET", "HEAD", "POST", "PUT", "OPTIONS"}),
    ("/api/fal/proxy", "TRACE", {"GET", "HEAD", "POST", "PUT", "OPTIONS"}),
    ("/api/fal/proxy", "get", {"GET", "HEAD", "POST", "PUT", "OPTIONS"}),
    ("/healthz", "POST", {"GET", "HEAD"}), ("/readyz", "PUT", {"GET", "HEAD"})])
def test_a_method_of_no_use_is_refused_with_those_that_are(upstream, proxy, path, method, allow):
    fal = upstream()
    answer = proxy(fal).fetch(request(STATUS, method, path=path))
    assert_proxy_error(answer, 405, "method_not_allowed")
    assert {name.strip() for name in answer.get("allow").split(",")} == allow
    assert fal.accepted == 0


@pytest.mark.parametrize("path", [
    "//", "/api/fal/proxy//", "/api/fal/proxy/x", "/api/fal/prox", "/API/fal/proxy", "/api/fal/../fal/proxy",
    "/api/fal/%70roxy", "//api/fal/proxy", "/healthz//", "/metrics"])
def test_another_path_is_not_found_and_the_answer_says_where_the_proxy_is(upstream, proxy, path):
    fal = upstream()
    relay = proxy(fal, allowed_origins="https://app.example")
    answer = relay.fetch(request(STATUS, path=path, fields=[("origin", "https://app.example")]))
    assert_proxy_error(answer, 404, "not_found")
    assert "/api/fal/proxy" in answer.json["message"]
    assert answer.all("access-control-allow-origin") == ["https://app.example"]
    assert relay.fetch(request(STATUS, path=path)).get("access-control-allow-origin") is None
    assert fal.accepted == 0


@pytest.mark.parametrize("path,proxy_path", [
    ("/api/fal/proxy/", "/api/fal/proxy"), ("/healthz/", "/api/fal/proxy"), ("/readyz/", "/api/fal/proxy"),
    ("/fal", "/fal/"), ("/fal/", "/fal/"), ("/fal/?x=1", "/fal"), ("/", "/"), ("/?x", "/")])
def test_one_slash_at_the_end_makes_no_other_path(upstream, proxy, path, proxy_path):
    assert proxy(upstream(), path=proxy_path).fetch(request(STATUS, path=path)).status == 200


def test_the_root_says_in_one_sentence_where_the_proxy_is(upstream, proxy):
    relay = proxy(upstream(), path="/fal")
    for path in ("/", "/?x", "http://proxy.test", "http://proxy.test/"):
        answer = relay.fetch(request(None, path=path))
        assert (answer.status, answer.get("content-type")) == (200, "application/json")
        assert list(answer.json) == ["message"] and "/fal " in answer.json["message"]
    assert_proxy_error(relay.fetch(request(None, "POST", path="/")), 405, "method_not_allowed")
    assert relay.fetch(raw("OPTIONS * HTTP/1.1", "host: a")).status == 204
    assert "PUT" in relay.fetch(raw("OPTIONS http://a HTTP/1.1", "host: a")).get("allow")


@pytest.mark.parametrize("credentials", [
    [], ["Bearer"], ["Bearer "], [TOKEN], [f"Basic {TOKEN}"], [f"Bearer {TOKEN}x"], [f"Bearer {TOKEN[:-1]}"],
    [f"Bearer {TOKEN.upper()}"], [f"Bearer x {TOKEN}"], [f"Key {TOKEN}x"], [f"Token {TOKEN}"]])
def test_without_a_listed_token_nothing_is_forwarded(upstream, proxy, credentials):
    fal = upstream()
    relay = proxy(fal, auth_tokens=f"another-token-000002,{TOKEN}")
    answer = relay.fetch(request(STATUS, fields=[("authorization", value) for value in credentials]))
    assert_proxy_error(answer, 401, "unauthorized")
    assert answer.get("www-authenticate", "").startswith("Bearer")
    assert fal.accepted == 0


@pytest.mark.parametrize("credentials", [f"Bearer {TOKEN}", f"bearer {TOKEN}", "Bearer another-token-000002", f"Key {TOKEN}"])
def test_with_a_listed_token_it_is_forwarded_without_the_token(upstream, proxy, credentials):
    fal = upstream()
    relay = proxy(fal, auth_tokens=f"another-token-000002,{TOKEN}", ownership="off")
    assert relay.fetch(request(STATUS, fields=[("authorization", credentials)])).status == 200
    assert b"token-" not in fal.next_request().head.raw
    assert TOKEN not in relay.stdout + relay.stderr


# --- Refused, and the connection is closed ---------------------------------------------------------------------------

CLOSED = [
    ("a broken request line", 400, "bad_request", b"GARBAGE\r\n\r\n"),
    ("two spaces in the request line", 400, "bad_request", raw("GET  /healthz HTTP/1.1", "host: a")),
    ("no host", 400, "bad_request", raw("GET /healthz HTTP/1.1")),
    ("two hosts", 400, "bad_request", raw("GET /healthz HTTP/1.1", "host: a", "host: a")),
    ("a bare LF", 400, "bad_request", b"GET /healthz HTTP/1.1\nhost: a\n\n"),
    ("a space before the colon", 400, "bad_request", raw("GET /healthz HTTP/1.1", "host : a")),
    ("a folded field", 400, "bad_request", raw("GET /healthz HTTP/1.1", "host: a", "x: 1", " 2")),
    ("a control byte in a field", 400, "bad_request", raw("GET /healthz HTTP/1.1", "host: a", "x: a\x00b")),
    ("two lengths", 400, "bad_request", proxy_request("content-length: 2", "content-length: 2", body=b"{}")),
    ("a signed length", 400, "bad_request", proxy_request("content-length: +2", body=b"{}")),
    ("a list of lengths", 400, "bad_request", proxy_request("content-length: 2, 2", body=b"{}")),
    ("a length and chunks", 400, "bad_request",
     proxy_request("content-length: 2", "transfer-encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n")),
    ("content in a GET", 400, "bad_request", proxy_request("content-length: 2", method="GET", body=b"{}")),
    ("a broken chunk", 400, "bad_request", proxy_request("transfer-encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n")),
    ("chunks twice", 400, "bad_request", proxy_request("transfer-encoding: chunked, chunked")),
    ("two targets", 400, "bad_request", proxy_request(f"x-fal-target-url: {SUBMIT}", "content-length: 0")),
    ("another expectation", 417, "expectation_failed",
     proxy_request("expect: 200-ok", "content-length: 2", body=b"{}")),
    ("another transfer coding", 501, "not_implemented", proxy_request("transfer-encoding: gzip")),
    ("a tunnel", 501, "not_implemented", raw("CONNECT fal.run:443 HTTP/1.1", "host: fal.run:443")),
    ("a websocket", 501, "not_implemented",
     proxy_request("connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13",
                   "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", method="GET")),
    ("another major version", 505, "version_not_supported", raw("GET /healthz HTTP/2.0", "host: a")),
    ("a head of 32 KiB", 431, "head_too_large", proxy_request("x: " + "y" * (32 << 10), "content-length: 0")),
    ("101 fields", 431, "head_too_large", proxy_request(*[f"x-{n}: 1" for n in range(99)])),
    ("a long request target", 414, "uri_too_long", raw(f"GET /{'x' * (8 << 10)} HTTP/1.1", "host: a")),
]


@pytest.mark.parametrize("status,name,data", [row[1:] for row in CLOSED], ids=[row[0] for row in CLOSED])
def test_what_cannot_be_read_safely_is_refused_and_the_connection_closed(upstream, proxy, status, name, data):
    fal = upstream()
    with proxy(fal).client() as client:
        client.send(data + request(None, path="/healthz"))
        answer = client.response()
        assert_proxy_error(answer, status, name)
        assert answer.all("connection") == ["close"]
        assert client.ended(), "the answer was lost to a reset"
    assert fal.requests.empty()


def test_tls_on_the_plain_port_is_told_at_once_and_named_in_the_log(proxy):
    relay = proxy(None)
    context = ssl._create_unverified_context()
    with socket.create_connection(relay.address, timeout=5) as client, pytest.raises(ssl.SSLError):
        context.wrap_socket(client)
    (line,) = relay.access_log()
    assert (line["status"], line["error_type"]) == (400, "proxy_tls_on_plain_port")


def test_the_limits_of_a_head_are_inclusive(upstream, proxy):
    relay = proxy(upstream())
    own = len(proxy_request("content-length: 0", "x: "))
    within = [proxy_request("content-length: 0", "x: " + "y" * ((32 << 10) - own)),
              proxy_request("content-length: 0", *[f"x-{n}: 1" for n in range(97)])]
    assert len(within[0]) == 32 << 10 and within[1].count(b": ") == 100
    for data in within:
        assert relay.fetch(data).status == 200
    path = "/" + "x" * ((8 << 10) - 1)
    assert_proxy_error(relay.fetch(raw(f"GET {path} HTTP/1.1", "host: a")), 404, "not_found")


@pytest.mark.parametrize("settings,data,status,name", [
    ({"limits_head": "1KiB"}, proxy_request("x: " + "y" * 1024), 431, "head_too_large"),
    ({"limits_fields": "10"}, proxy_request(*[f"x-{n}: 1" for n in range(9)]), 431, "head_too_large"),
    ({"limits_request_target": "256"}, raw(f"GET /{'x' * 256} HTTP/1.1", "host: a"), 414, "uri_too_long")])
def test_the_limits_of_a_head_are_settings(upstream, proxy, settings, data, status, name):
    assert_proxy_error(proxy(upstream(), **settings).fetch(data), status, name)


def test_content_beyond_the_limit_is_refused_by_its_length_before_it_is_read(upstream, proxy):
    fal = upstream()
    with proxy(fal, limits_body="1KiB").client() as client:
        client.send(request(SUBMIT, "POST", fields=[("content-length", "1025")]))
        answer = client.response()
        assert_proxy_error(answer, 413, "content_too_large")
        assert answer.get("connection") == "close"
        assert client.ended()
    assert fal.accepted == 0


def test_a_client_that_asks_first_is_not_invited_to_send_what_is_refused(upstream, proxy):
    fal = upstream()
    with proxy(fal, limits_body="1KiB").client() as client:
        client.send(request(SUBMIT, "POST", fields=[("expect", "100-continue"), ("content-length", "1025")]))
        assert client.head().start.startswith("HTTP/1.1 413 ")
    assert fal.accepted == 0


def test_content_beyond_the_limit_is_refused_while_its_chunks_are_counted(upstream, proxy):
    fal = upstream()
    with proxy(fal, limits_body="1KiB").client() as client:
        client.send(request(SUBMIT, "POST", fields=[("transfer-encoding", "chunked")]))
        client.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
        client.send(b"1\r\nx\r\n0\r\n\r\n")
        answer = client.response()
        assert_proxy_error(answer, 413, "content_too_large")
        assert answer.get("connection") == "close"
        assert client.ended()
    assert fal.requests.empty(), "fal was given a whole request"


@pytest.mark.parametrize("fields,body", [
    ((), b"x" * 1024), ([("transfer-encoding", "chunked")], b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n")])
def test_content_of_exactly_the_limit_passes(upstream, proxy, fields, body):
    fal = upstream()
    assert proxy(fal, limits_body="1KiB").fetch(request(SUBMIT, "POST", fields=fields, body=body)).status == 200
    assert fal.next_request().body == b"x" * 1024


def test_a_head_that_does_not_end_is_timed_out(upstream, proxy):
    with proxy(upstream(), timeouts_head="100ms").client() as client:
        client.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n")
        answer = client.response()
        assert_proxy_error(answer, 408, "request_timeout")
        assert answer.get("connection") == "close"
        assert client.ended()


def test_content_that_stands_still_is_timed_out(upstream, proxy):
    fal = upstream()
    with proxy(fal, timeouts_body="100ms").client() as client:
        client.send(request(SUBMIT, "POST", fields=[("content-length", "10")]) + b"{")
        answer = client.response()
        assert_proxy_error(answer, 408, "request_timeout")
        assert answer.get("connection") == "close"
    assert fal.requests.empty()


# --- fal's faults ----------------------------------------------------------------------------------------------------

EXECUTES = [("POST", SUBMIT), ("POST", f"{RUN}/{MODEL}"), ("POST", f"{RUN}/{MODEL}/stream"),
            ("POST", "https://rest.fal.ai/storage/upload/initiate")]
ASKS = [("GET", STATUS), ("GET", f"{STATUS}/stream"), ("GET", f"{QUEUE}/{MODEL}/requests/{RID}"),
        ("PUT", f"{QUEUE}/{MODEL}/requests/{RID}/cancel")]


def ask(relay, method, target):
    """One exchange whose error must leave the client's connection usable."""
    with relay.client() as client:
        answer = client.send(request(target, method, body=BODY if method == "POST" else None)).response()
        assert answer.get("connection") is None
        assert client.send(request(None, path="/healthz")).response().status == 200
    return answer


@pytest.mark.parametrize("method,target", EXECUTES + ASKS)
def test_a_refused_connection_to_fal_is_a_502_because_nothing_was_sent(proxy, method, target):
    url = f"http://127.0.0.1:{closed_port()}"
    hosts = ("queue.fal.run", "fal.run", "rest.fal.ai")
    relay = proxy(None, origin_overrides=",".join(f"{host}={url}" for host in hosts))
    assert_proxy_error(ask(relay, method, target), 502, "upstream_connect")


def test_a_certificate_that_does_not_hold_is_a_502_and_nothing_is_sent(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost,IP:127.0.0.1"))
    relay = proxy(fal)  # The throw-away CA is not trusted here.
    assert_proxy_error(ask(relay, "POST", SUBMIT), 502, "upstream_tls")
    assert fal.requests.empty()


@pytest.mark.parametrize("method,target", EXECUTES + [("GET", f"{RUN}/{MODEL}?prompt=x")])
def test_what_may_have_run_is_never_answered_with_a_status_that_clients_retry(upstream, proxy, method, target):
    def die(connection):
        fal.requests.put(connection.read_request())
        connection.close()
    fal = upstream(die)
    assert_proxy_error(ask(proxy(fal, get_runs="true"), method, target), 500, "upstream_ambiguous")
    fal.next_request()
    assert fal.requests.empty(), "it was sent twice"


@pytest.mark.parametrize("method,target", ASKS)
def test_a_question_that_fal_does_not_answer_is_a_502(upstream, proxy, method, target):
    def die(connection):
        connection.read_request()
        connection.close()
    assert_proxy_error(ask(proxy(upstream(die)), method, target), 502, "upstream_closed")


@pytest.mark.parametrize("data", [
    b"nonsense\r\n\r\n", b"HTTP/1.1 2x0 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad field\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", b"HTTP/1.1 101 S\r\n\r\n"])
def test_an_answer_that_is_no_http_is_a_502_for_a_question_and_a_500_for_a_job(upstream, proxy, data):
    relay = proxy(upstream(Answering(data)))
    assert_proxy_error(ask(relay, "GET", STATUS), 502, "upstream_invalid")
    assert_proxy_error(ask(relay, "POST", SUBMIT), 500, "upstream_ambiguous")


def test_an_answer_that_does_not_come_is_a_504_for_a_question_and_a_500_for_a_job(upstream, proxy):
    def hang(connection):
        connection.read_request()
        connection.wait_closed()
    relay = proxy(upstream(hang), upstream_first_byte="100ms", upstream_first_byte_run="100ms")
    assert_proxy_error(ask(relay, "GET", STATUS), 504, "upstream_timeout")
    assert_proxy_error(ask(relay, "POST", SUBMIT), 500, "upstream_ambiguous")
    assert_proxy_error(ask(relay, "POST", f"{RUN}/{MODEL}"), 500, "upstream_ambiguous")


# --- Form ------------------------------------------------------------------------------------------------------------

def test_an_error_to_head_has_the_fields_and_no_content(upstream, proxy):
    with proxy(upstream()).client() as client:
        client.send(request(STATUS, "HEAD", path="/nowhere") + request(None, path="/healthz"))
        answer = client.response("HEAD")
        assert (answer.status, answer.get("content-type")) == (404, "application/json")
        assert int(answer.get("content-length")) > 0
        assert client.response().status == 200


def test_an_error_repeats_nothing_of_what_the_client_sent(upstream, proxy):
    relay = proxy(upstream())
    mark = "echo-me-9c1d"
    for data in (request(f"https://{mark}.example/a/b"), request(f"{QUEUE}/{mark}/x"), request(mark),
                 request(STATUS, path=f"/{mark}"), request(STATUS, mark.upper()), raw(f"GET /{mark}"),
                 request(STATUS, fields=[("origin", f"https://{mark}.example")])):
        answer = relay.fetch(data)
        assert answer.status >= 400
        assert mark not in (answer.head.raw + answer.body).decode("latin-1").lower()


def test_an_error_is_not_kept_by_caches(upstream, proxy):
    assert proxy(upstream()).fetch(request(None)).all("cache-control") == ["private, no-store"]


def test_an_error_over_http_1_0_closes_the_connection(upstream, proxy):
    with proxy(upstream()).client() as client:
        answer = client.send(request(None, version="1.0")).response()
        assert_proxy_error(answer, 400, "target_missing")
        assert client.ended()


def test_the_access_log_names_the_error(upstream, proxy):
    relay = proxy(upstream())
    answer = relay.fetch(request(f"{QUEUE}/other/app", "POST", body=BODY))
    line = relay.access_log()[0]
    assert "endpoint_not_allowed" in str(line) and line["status"] == 403
    assert answer.get("x-request-id") in str(line)


def test_after_every_error_it_still_serves(upstream, proxy):
    relay = proxy(upstream(Answering(json_answer({"ok": 1}))))
    for _, _, _, data in CLOSED:
        relay.fetch(data)
    assert relay.fetch(request(STATUS)).json == {"ok": 1}
