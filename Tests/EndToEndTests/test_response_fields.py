"""What of fal's response reaches the client: status, body and the fields clients read; nothing about fal's servers."""

import email.utils
import gzip
import re

import pytest

from harness import json_answer, request, respond
from harness.script import MODEL, RUN, STATUS, SUBMIT, Answering

EVENTS = b"event: x\ndata: {}\n\n: ping\n\n"

DROPPED = [
    ("keep-alive", "timeout=5"), ("proxy-authenticate", "Basic"), ("proxy-connection", "keep-alive"),
    ("trailer", "x-sum"), ("upgrade", "h2c"), ("te", "trailers"),
    ("set-cookie", "a=b"), ("set-cookie2", "a=b"), ("access-control-allow-origin", "*"),
    ("access-control-allow-credentials", "true"), ("access-control-expose-headers", "*"),
    ("access-control-allow-headers", "*"), ("access-control-allow-methods", "*"), ("access-control-max-age", "9"),
    ("access-control-allow-private-network", "true"), ("alt-svc", 'h3=":443"'),
    ("strict-transport-security", "max-age=1"), ("public-key-pins", "x"), ("clear-site-data", '"*"'),
    ("server", "nginx/1.25"), ("via", "1.1 varnish"), ("x-powered-by", "Express"), ("x-served-by", "cache-1"),
    ("x-runtime", "0.1"), ("server-timing", "db;dur=1"), ("x-envoy-upstream-service-time", "3"), ("cf-ray", "1"),
    ("x-amz-request-id", "1"), ("nel", "{}"), ("report-to", "{}"), ("service-worker-allowed", "/"), ("x-cache", "HIT"),
    ("content-security-policy", "sandbox"), ("content-security-policy-report-only", "report-uri /x"),
    ("origin-trial", "x"), ("accept-ch", "dpr"), ("login-status", "logged-in"), ("speculation-rules", '"/x"'),
    ("www-authenticate", "Basic"), ("link", "</a>; rel=preload"), ("refresh", "0; url=/x"), ("vary", "x-open"),
    ("x-content-type-options", "nosniff"), ("x-open", "1"), ("location", "https://queue.fal.run/else/where"),
    ("x-fal-target-url", "https://fal.run/x"), ("x-fal-cdn-token", "x"), ("x-fal-client-proxy", "x"),
    ("x-fal-request_id", "x"), ("x-fal_request-id", "x"), ("x_fal_request_id", "x"), ("content_type", "text/html"),
]

PASSED = [
    ("x-fal-request-id", "req-1"), ("x-fal-billable-units", "1.5"), ("X-Fal-Served-From", "cache"),
    ("x-fal-request-timeout-type", "user"), ("x-fal-error-type", "runner"), ("x-fal-runner-hints", "a,b"),
    ("x-fal-retryable", "true"), ("x-fal-needs-retry", "1"), ("x-fal-something-new", "x"), ("retry-after", "7"),
    ("etag", '"abc"'), ("last-modified", "Tue, 15 Nov 1994 12:45:26 GMT"),
    ("accept-ranges", "bytes"), ("content-disposition", 'attachment; filename="a.png"'), ("content-language", "en"),
    ("content-location", "/a"), ("content-digest", "sha-256=:x=:"),
]


def relay_of(upstream, proxy, data, **settings):
    return proxy(upstream(Answering(data)), **settings)


@pytest.mark.parametrize("status", [
    200, 201, 202, 203, 206, 207, 226, 299, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410,
    413, 415, 418, 422, 425, 429, 451, 499, 500, 501, 502, 503, 504, 507, 599])
def test_status_and_body_arrive_unchanged(upstream, proxy, status):
    body = b'{"detail": [ {"loc": ["body"], "msg": "\xc3\xa9"} ]}\r\n\x00'
    script = Answering(respond(status, [("content-type", "application/json; x=1")], body, reason="Some Reason"))
    answer = proxy(upstream(script)).fetch(request(SUBMIT, "POST", body=b"{}"))
    assert (answer.status, answer.body) == (status, body)
    assert answer.all("content-type") == ["application/json; x=1"]
    assert answer.all("content-length") == [str(len(body))]
    script.next_request()
    assert script.requests.empty(), "it was sent twice"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_relayed_with_its_location_and_never_followed(upstream, proxy, status):
    elsewhere = upstream()
    script = Answering(respond(status, [("location", f"{elsewhere.url}/x")], b"moved"))
    answer = proxy(upstream(script)).fetch(request(STATUS))
    assert (answer.status, answer.all("location"), answer.body) == (status, [f"{elsewhere.url}/x"], b"moved")
    assert elsewhere.accepted == 0
    script.next_request()
    assert script.requests.empty()


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_that_has_no_content_ends_with_its_head(upstream, proxy, status):
    data = f"HTTP/1.1 {status} X\r\nx-fal-request-id: r\r\n\r\n".encode()
    fal = upstream(Answering(data, json_answer({"next": True})))
    with proxy(fal).client() as client:
        client.send(request(STATUS))
        answer = client.response()
        assert (answer.status, answer.get("x-fal-request-id")) == (status, "r")
        assert client.send(request(STATUS)).response().json == {"next": True}


@pytest.mark.parametrize("name,value", PASSED)
def test_a_field_a_client_may_read_arrives_unchanged(upstream, proxy, name, value):
    answer = relay_of(upstream, proxy, json_answer({}, fields=[(name, value)])).fetch(request(STATUS))
    assert answer.all(name) == [value]


@pytest.mark.parametrize("name,value", DROPPED)
def test_a_field_about_fals_connection_origin_or_servers_is_dropped(upstream, proxy, name, value):
    fields = [("x-fal-request-id", "req-1"), (name, value), (name.title(), value)]
    answer = relay_of(upstream, proxy, json_answer({"a": 1}, fields=fields)).fetch(request(STATUS))
    assert (answer.status, answer.json, answer.get("x-fal-request-id")) == (200, {"a": 1}, "req-1")
    # `vary` is the proxy's own.
    assert value not in answer.all(name)


@pytest.mark.parametrize("name", ["content-type", "etag", "date", "location", "retry-after", "last-modified"])
def test_of_a_field_that_may_stand_once_the_first_is_the_one(upstream, proxy, name):
    """Or the browser could take the content for something else than whoever looked at the answer on its way."""
    data = respond(201, [(name, "a"), (name.upper(), "b"), (name, "a")], b"{}")
    answer = relay_of(upstream, proxy, data).fetch(request(STATUS))
    assert (answer.status, answer.all(name), answer.body) == (201, ["a"], b"{}")


def test_a_challenge_of_fals_does_not_make_the_browser_ask_for_a_password(upstream, proxy):
    data = json_answer({"detail": "no"}, 401, [("www-authenticate", 'Basic realm="fal"')])
    answer = relay_of(upstream, proxy, data).fetch(request(STATUS))
    assert (answer.status, answer.json, answer.get("www-authenticate")) == (401, {"detail": "no"}, None)


@pytest.mark.parametrize("name", [
    "x-accel-redirect", "x-accel-expires", "x-accel-limit-rate", "x-sendfile", "x-lighttpd-send-file", "x-reproxy-url",
    "x-litespeed-location", "surrogate-control", "cdn-cache-control", "x-order-of-tomorrow"])
def test_a_field_that_commands_a_server_in_front_is_dropped(upstream, proxy, name):
    """A reverse proxy before this one obeys them: x-accel-redirect makes nginx serve a file or location of its own, and
    any app that an allowed endpoint reaches could send it."""
    answer = relay_of(upstream, proxy, json_answer({}, fields=[(name, "/internal/secret")])).fetch(request(STATUS))
    assert answer.status == 200 and answer.get(name) is None


def test_fields_that_fals_connection_names_are_dropped_with_it(upstream, proxy):
    fields = [("connection", "keep-alive, X-Fal-Secret"), ("x-fal-secret", "1"), ("x-fal-open", "2")]
    answer = relay_of(upstream, proxy, json_answer({}, fields=fields)).fetch(request(STATUS))
    assert answer.get("x-fal-secret") is None and answer.get("connection") is None
    assert answer.get("x-fal-open") == "2"


def test_that_fal_closes_its_connection_is_no_reason_to_close_the_clients(upstream, proxy):
    def play(connection):
        connection.read_request()
        connection.send(json_answer({}, fields=[("connection", "close")]))
    fal = upstream(play)
    with proxy(fal).client() as client:
        for _ in range(2):
            answer = client.send(request(STATUS)).response()
            assert answer.status == 200 and answer.get("connection") is None
    assert fal.accepted == 2


def test_a_compressed_body_passes_as_it_is(upstream, proxy):
    packed = gzip.compress(b'{"images":[]}' * 1000)
    data = respond(fields=[("content-type", "application/json"), ("content-encoding", "gzip")], body=packed)
    answer = relay_of(upstream, proxy, data).fetch(request(STATUS, fields=[("accept-encoding", "gzip")]))
    assert answer.body == packed
    assert (answer.all("content-encoding"), answer.all("content-length")) == (["gzip"], [str(len(packed))])


@pytest.mark.parametrize("kept", ["abc", "A-z_0.9:x", "x" * 128, "0af76519-16cd-43dd-8448-eb211c80319c"])
def test_a_sane_request_id_of_the_client_is_kept_and_logged(upstream, proxy, kept):
    relay = relay_of(upstream, proxy, json_answer({}, fields=[("x-request-id", "of-fal")]))
    answer = relay.fetch(request(STATUS, fields=[("x-request-id", kept)]))
    assert answer.all("x-request-id") == [kept]
    relay.access_log()
    assert f'"{kept}"' in relay.stdout


@pytest.mark.parametrize("replaced", [
    "", "a b", "x" * 129, "a\"b", "a;b", "<b>", "a,b", "${jndi}", "\xe9", "a\tb", "a'b"])
def test_an_insane_request_id_of_the_client_is_replaced(upstream, proxy, replaced):
    relay = relay_of(upstream, proxy, json_answer({}))
    answer = relay.fetch(request(STATUS, fields=[("x-request-id", replaced)]))
    assert answer.status == 200
    (given,) = answer.all("x-request-id")
    assert re.fullmatch(r"[0-9a-f]{32}", given)


@pytest.mark.parametrize("data", [
    request(STATUS), request(None), request(STATUS, path="/nowhere"), request(None, path="/healthz"),
    request(None, path="/readyz"), b"GARBAGE\r\n\r\n", request(STATUS, "DELETE"), request(None, "OPTIONS")])
def test_every_response_has_one_request_id_and_one_date(upstream, proxy, data):
    answer = relay_of(upstream, proxy, json_answer({}, fields=[("x-request-id", "of-fal")])).fetch(data)
    (given,) = answer.all("x-request-id")
    assert re.fullmatch(r"[0-9a-f]{32}", given)
    (date,) = answer.all("date")
    assert email.utils.parsedate_to_datetime(date) and date.endswith(" GMT")


def test_made_request_ids_differ(upstream, proxy):
    relay = relay_of(upstream, proxy, json_answer({}))
    assert len({relay.fetch(request(STATUS)).get("x-request-id") for _ in range(8)}) == 8


def test_the_date_of_fal_is_kept_and_stays_the_only_one(upstream, proxy):
    date = "Tue, 15 Nov 1994 08:12:31 GMT"
    answer = relay_of(upstream, proxy, json_answer({}, fields=[("date", date)])).fetch(request(STATUS))
    assert answer.all("date") == [date]


@pytest.mark.parametrize("kind", ["text/event-stream", "text/event-stream; charset=utf-8", "Text/Event-Stream"])
def test_an_event_stream_tells_proxies_in_front_to_hand_it_on_at_once(upstream, proxy, kind):
    fields = [("content-type", kind), ("cache-control", "public, max-age=60")]
    answer = relay_of(upstream, proxy, respond(fields=fields, body=EVENTS)).fetch(
        request(f"{RUN}/{MODEL}/stream", "POST", body=b"{}"))
    assert answer.body == EVENTS and answer.all("content-type") == [kind]
    assert answer.all("cache-control") == ["private, no-store, no-transform"]
    assert answer.all("x-accel-buffering") == ["no"]


def test_an_event_stream_says_once_that_it_is_not_to_be_buffered_even_where_fal_says_otherwise(upstream, proxy):
    fields = [("content-type", "text/event-stream"), ("x-accel-buffering", "yes")]
    answer = relay_of(upstream, proxy, respond(fields=fields, body=EVENTS)).fetch(request(f"{STATUS}/stream"))
    assert answer.all("x-accel-buffering") == ["no"]


def test_other_responses_get_neither_field_of_an_event_stream(upstream, proxy):
    answer = relay_of(upstream, proxy, json_answer({})).fetch(request(STATUS))
    assert answer.all("cache-control") == ["private, no-store"] and answer.get("x-accel-buffering") is None


def test_a_result_without_a_length_arrives_in_chunks_and_whole(upstream, proxy):
    def play(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nuntil the end")
    answer = proxy(upstream(play)).fetch(request(STATUS))
    assert answer.all("transfer-encoding") == ["chunked"] and answer.get("content-length") is None
    assert answer.body == b"until the end"


def test_trailers_of_fal_do_not_reach_the_client(upstream, proxy):
    data = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: set-cookie\r\n\r\n" \
        b"2\r\n{}\r\n0\r\nset-cookie: a=b\r\n\r\n"
    with relay_of(upstream, proxy, data).client() as client:
        client.send(request(STATUS, fields=[("connection", "close")]))
        head = client.head()
        assert "trailer" not in head.names
        assert client.reader.rest() == b"2\r\n{}\r\n0\r\n\r\n"
