"""Which fields of a client's request reach fal: those of the list, the proxy's own, and nothing else."""

import re

import pytest

from harness import CANARY, request, respond
from harness.script import MODEL, QUEUE, RID, RUN, STATUS, SUBMIT, Answering, assert_proxy_error

BODY = b'{"prompt":"x"}'
OWN = {"host", "authorization", "x-fal-client-proxy"}
LEAK = "leak-5a1e"

ALLOWED = [
    ("content-type", "application/json"), ("accept", "application/json"), ("user-agent", "@fal-ai/client/1.10.1"),
    ("accept-encoding", "gzip, deflate, br"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("tracestate", "congo=t61rcWkgMzE"), ("x-fal-queue-priority", "low"), ("x-fal-runner-hint", "session-1"),
    ("x-fal-request-timeout", "30"), ("x-fal-object-lifecycle", '{"expiration_duration_seconds":60}'),
    ("x-fal-object-lifecycle-preference", '{"expiration_duration_seconds":60}'), ("x-fal-store-io", "0"),
    ("x-fal-no-retry", "1"), ("x-fal-user-agent", "dart"),
    ("x-app-fal-disable-fallback", "true"),
]

#: What a client has already, and which part of it it wants: of a GET or HEAD only.
CONDITIONAL = [
    ("range", "bytes=7-"), ("if-range", '"a"'), ("if-none-match", '"a", W/"b"'),
    ("if-modified-since", "Tue, 15 Nov 1994 12:45:26 GMT"),
]

#: Of a POST.
NEVER = CONDITIONAL + [
    ("cookie", LEAK), ("cookie2", LEAK), ("authorization", f"Bearer {LEAK}"), ("origin", "http://proxy.test"),
    ("referer", f"https://{LEAK}.example/page"), ("x-forwarded-for", LEAK), ("x-forwarded-host", LEAK),
    ("x-forwarded-proto", LEAK), ("x-forwarded-prefix", LEAK), ("forwarded", f"for={LEAK}"), ("via", f"1.1 {LEAK}"),
    ("x-real-ip", LEAK), ("x-client-ip", LEAK), ("true-client-ip", LEAK), ("cf-connecting-ip", LEAK),
    ("proxy-authorization", LEAK), ("proxy-connection", LEAK), ("proxy-authenticate", LEAK), ("te", "trailers"),
    ("trailer", LEAK), ("keep-alive", f"timeout=5, x={LEAK}"), ("upgrade", "h2c"), ("http2-settings", LEAK),
    ("x-fal-cdn-token", LEAK), ("X-Fal-CDN-Token", LEAK), ("x-fal-client-proxy", LEAK), ("X-FAL-Client-Proxy", LEAK),
    ("x-app-fal-can-disable-filter", LEAK), ("x-app-fal-anything", LEAK), ("x-fal-retry-config", LEAK),
    ("x-fal-user-id", LEAK), ("x-fal-authorization", LEAK), ("x-fal-webhook-url", LEAK), ("x-fal-anything", LEAK),
    ("x-fal-request-source", LEAK), ("x-fal-queue-priority2", LEAK), ("x-fal-queue", LEAK), ("x-fal-", LEAK),
    ("x-fal-cdn_token", LEAK), ("x-fal-target_url", LEAK), ("x-fal-client_proxy", LEAK), ("x-fal_client_proxy", LEAK),
    ("x_fal_client_proxy", LEAK), ("x-fal-queue_priority", LEAK), ("x-fal-store_io", LEAK), ("x_fal-tags", LEAK),
    ("x-request-id", LEAK), ("x-api-key", LEAK), ("x-csrf-token", LEAK), ("accept-language", LEAK),
    ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("sec-ch-ua", LEAK),
    ("dnt", "1"), ("priority", "u=1, i"), ("pragma", LEAK), ("cache-control", LEAK), ("if-match", LEAK),
    ("if-unmodified-since", LEAK), ("if", LEAK), ("request-range", LEAK), ("content-range", LEAK),
    ("content-language", LEAK), ("access-control-request-headers", LEAK),
    ("x_fal_store_io", LEAK), ("x-fal-tags", f"team={LEAK}"), ("x-fal-queue-priority", "high"),
    ("x-fal-queue-priority", f"low, {LEAK}"), ("x-fal-request-timeout", "1e9"),
    ("x-falcon", LEAK), ("x-fal", LEAK), ("max-forwards", "1"), ("from", LEAK), ("baggage", LEAK),
    ("x-b3-traceid", LEAK),
]


def own_fields(head):
    return sorted(name for name in head.names if name in OWN)


def test_every_allowed_field_arrives_once_and_unchanged_and_nothing_else_does(upstream, proxy):
    fal = upstream()
    assert proxy(fal).fetch(request(SUBMIT, "POST", fields=ALLOWED, body=BODY)).status == 200
    seen = fal.next_request()
    expected = ALLOWED + [
        ("host", "queue.fal.run"), ("content-length", str(len(BODY))), ("authorization", f"Key {CANARY}")]
    arrived = [field for field in seen.head.fields if field[0] != "x-fal-client-proxy"]
    assert sorted(arrived) == sorted(expected)
    assert re.fullmatch(r"fal-proxy/\d+\.\d+\.\d+", ", ".join(seen.all("x-fal-client-proxy")))


@pytest.fixture(scope="module")
def running():
    """One proxy and one upstream for the many fields of NEVER."""
    from conftest import overrides
    from harness import Proxy, Upstream
    fal = Upstream()
    with Proxy(origin_overrides=overrides(fal.url)) as relay:
        yield fal, relay
    fal.stop()


@pytest.mark.parametrize("name,value", NEVER)
def test_a_field_outside_the_list_changes_nothing_of_what_fal_sees(running, name, value):
    fal, relay = running
    plain = [("content-type", "application/json")]
    assert relay.fetch(request(SUBMIT, "POST", fields=plain, body=BODY)).status == 200
    expected = fal.next_request()
    assert relay.fetch(request(SUBMIT, "POST", fields=plain + [(name, value)], body=BODY)).status == 200
    seen = fal.next_request()
    assert seen.head.raw == expected.head.raw
    assert LEAK.encode() not in seen.head.raw


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_what_a_client_has_already_is_said_to_fal_in_requests_that_only_read(upstream, proxy, method):
    fal = upstream(Answering(respond()))
    target = STATUS if method != "PUT" else STATUS.replace("/status", "/cancel")
    others = [("if-match", LEAK), ("if-unmodified-since", LEAK)]
    assert proxy(fal).fetch(request(target, method, fields=CONDITIONAL + others), method).status == 200
    seen = fal.serve.next_request()
    arrived = [field for field in seen.head.fields if field[0].startswith(("range", "if-"))]
    assert arrived == ([] if method == "PUT" else CONDITIONAL)


def test_the_target_field_itself_does_not_reach_fal(upstream, proxy):
    fal = upstream()
    assert proxy(fal).fetch(request(STATUS)).status == 200
    seen = fal.next_request()
    assert sorted(seen.head.names) == sorted(OWN)
    assert b"target" not in seen.head.raw.lower()


def test_fields_that_connection_names_stay_here(upstream, proxy):
    fal = upstream()
    fields = [("connection", "keep-alive, X-Fal-Runner-Hint"), ("connection", "user-agent"),
              ("x-fal-runner-hint", LEAK), ("user-agent", LEAK), ("x-fal-store-io", "0")]
    assert proxy(fal).fetch(request(STATUS, fields=fields)).status == 200
    seen = fal.next_request()
    assert LEAK.encode() not in seen.head.raw
    assert seen.all("x-fal-store-io") == ["0"] and "connection" not in seen.head.names


def test_connection_cannot_take_away_what_the_proxy_adds(upstream, proxy):
    fal = upstream()
    fields = [("connection", "host, authorization, x-fal-client-proxy, content-length, x-fal-target-url")]
    assert proxy(fal).fetch(request(SUBMIT, "POST", fields=fields, body=BODY)).status == 200
    seen = fal.next_request()
    assert own_fields(seen.head) == sorted(OWN)
    assert seen.body == BODY


def test_key_host_and_client_proxy_are_there_exactly_once_whatever_the_client_sends(upstream, proxy):
    fal = upstream()
    fields = [("authorization", "Key mine:mine"), ("x-fal-client-proxy", "@fal-ai/server-proxy/express"),
              ("x-fal-client-proxy", "again")]
    assert proxy(fal).fetch(request(SUBMIT, "POST", fields=fields, body=BODY)).status == 200
    seen = fal.next_request()
    assert seen.all("authorization") == [f"Key {CANARY}"]
    assert seen.all("host") == ["queue.fal.run"]
    assert len(seen.all("x-fal-client-proxy")) == 1 and seen.get("x-fal-client-proxy").startswith("fal-proxy/")


def test_two_accept_lines_stay_two(upstream, proxy):
    """The Java and Kotlin clients send both lines for the status stream (protocol.md §2.4)."""
    fal = upstream()
    fields = [("accept", "application/json"), ("accept", "text/event-stream")]
    assert proxy(fal).fetch(request(f"{STATUS}/stream?logs=1", fields=fields)).status == 200
    assert fal.next_request().all("accept") == ["application/json", "text/event-stream"]


@pytest.mark.parametrize("value", [
    "application/json; charset=utf-8", "application/json;charset=UTF-8", "text/plain", 'multipart/x; boundary="a b"'])
def test_the_content_type_arrives_with_its_parameters(upstream, proxy, value):
    fal = upstream()
    assert proxy(fal).fetch(request(SUBMIT, "POST", fields=[("content-type", value)], body=BODY)).status == 200
    assert fal.next_request().all("content-type") == [value]


def test_the_content_type_of_a_get_arrives_too(upstream, proxy):
    fal = upstream()
    assert proxy(fal).fetch(request(STATUS, fields=[("content-type", "application/json")])).status == 200
    seen = fal.next_request()
    assert seen.all("content-type") == ["application/json"]
    assert "content-length" not in seen.head.names and "transfer-encoding" not in seen.head.names


def test_nothing_is_invented_for_a_client_that_says_nothing(upstream, proxy):
    fal = upstream()
    assert proxy(fal).fetch(request(SUBMIT, "POST", body=BODY)).status == 200
    assert sorted(fal.next_request().head.names) == sorted(OWN | {"content-length"})


@pytest.mark.parametrize("length", [(), (("content-length", "0"),), (("transfer-encoding", "chunked"),)])
@pytest.mark.parametrize("method,target", [("POST", SUBMIT), ("PUT", f"{QUEUE}/{MODEL}/requests/{RID}/cancel")])
def test_an_empty_post_or_put_reaches_fal_empty_and_framed(upstream, proxy, method, target, length):
    fal = upstream()
    chunked = length and length[0][0] == "transfer-encoding"
    answer = proxy(fal).fetch(request(target, method, fields=length, body=b"0\r\n\r\n" if chunked else None))
    assert answer.status == 200
    seen = fal.next_request()
    assert seen.body == b""
    assert seen.all("content-length") == ([] if chunked else ["0"])
    assert seen.all("transfer-encoding") == (["chunked"] if chunked else [])


def test_expect_is_met_here_and_does_not_reach_fal(upstream, proxy):
    fal = upstream()
    with proxy(fal).client() as client:
        fields = [("expect", "100-continue"), ("content-length", str(len(BODY)))]
        client.send(request(SUBMIT, "POST", fields=fields))
        assert client.head().start == "HTTP/1.1 100 Continue"
        client.send(BODY)
        assert client.response().status == 200
    seen = fal.next_request()
    assert "expect" not in seen.head.names and seen.body == BODY


def test_trailers_of_the_client_do_not_reach_fal(upstream, proxy):
    def play(connection):
        fal.requests.put(connection.read_head())
        fal.requests.put(connection.reader.until(b"0\r\n\r\n"))
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    fal = upstream(play)
    fields = [("transfer-encoding", "chunked"), ("trailer", "authorization")]
    body = b"2\r\n{}\r\n0\r\nauthorization: Key mine:mine\r\nx-fal-store-io: 1\r\n\r\n"
    assert proxy(fal).fetch(request(SUBMIT, "POST", fields=fields, body=body)).status == 200
    assert fal.next_request().all("authorization") == [f"Key {CANARY}"]
    assert fal.next_request().strip() == b"2\r\n{}"


def test_the_host_names_fal_even_where_another_origin_stands_in_for_it(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, get_runs="true")
    for target, host in ((STATUS, "queue.fal.run"), (f"{RUN}/{MODEL}?a=1", "fal.run")):
        assert relay.fetch(request(target, host="other.example:99")).status == 200
        assert fal.next_request().all("host") == [host]


# --- forward_fields --------------------------------------------------------------------------------------------------

def test_forward_fields_adds_the_named_fields_and_no_other(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, forward_fields="X-Fal-Request-Source, accept-language")
    fields = [("x-fal-request-source", "sdk"), ("Accept-Language", "de"), ("x-fal-request-sourced", LEAK),
              ("accept-languages", LEAK), ("x-fal-user-id", LEAK), ("connection", "accept-language")]
    assert relay.fetch(request(SUBMIT, "POST", fields=fields, body=BODY)).status == 200
    seen = fal.next_request()
    assert seen.all("x-fal-request-source") == ["sdk"]
    assert "accept-language" not in seen.head.names, "Connection named it"
    assert LEAK.encode() not in seen.head.raw
    assert relay.fetch(request(SUBMIT, "POST", fields=fields[:-1], body=BODY)).status == 200
    assert fal.next_request().all("accept-language") == ["de"]


@pytest.mark.parametrize("name", ["X-Fal-Tags", "x-fal-queue-priority", "x-fal-request-timeout", "if-none-match"])
@pytest.mark.parametrize("command", ["serve", "check"])
def test_forward_fields_cannot_name_a_field_with_a_rule_of_its_own(proxy, name, command):
    relay = proxy(None, command, wait=False, forward_fields=f"x-a,{name}")
    assert relay.wait() == 78
    assert "FAL_PROXY_FORWARD_FIELDS: forward_fields: entry 2 names a field that has a rule of its own" in relay.stderr
    assert f"say what becomes of it in fields, as in {name.lower()}: pass" in relay.stderr
    assert proxy(None, "check", wait=False, fields=f"{name}=pass").wait() == 0


def test_the_field_that_makes_the_sandbox_fail_is_never_fals(proxy):
    relay = proxy(None, "check", wait=False, forward_fields="X-Sandbox-Fault")
    assert relay.wait() == 78
    assert "forward_fields: x-sandbox-fault is for the embedded fal alone" in relay.stderr


def test_pages_may_send_what_forward_fields_names(upstream, proxy):
    relay = proxy(upstream(), forward_fields="x-fal-request-source", allowed_origins="https://app.example")
    answer = relay.fetch(request(None, "OPTIONS", fields=[
        ("origin", "https://app.example"), ("access-control-request-method", "POST")]))
    allowed = {name.strip() for name in answer.get("access-control-allow-headers").split(",")}
    assert {"x-fal-request-source", "x-app-fal-disable-fallback"} <= allowed


@pytest.mark.parametrize("name", [
    "x-fal-target-url", "X-Fal-Client-Proxy", "x-fal-cdn-token", "x-fal-webhook", "x-fal-webhook-url",
    "x-fal-retry-config", "x-app-fal-can-disable-filter", "x-fal_tags", "x_fal_anything", "authorization", "cookie",
    "host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "x-forwarded-for", "forwarded",
    "proxy-authorization", "sec-fetch-site", "origin", "content-encoding", "a:b", "x-fal-*", "\"x-a\""])
def test_a_field_that_is_never_forwarded_cannot_be_named(proxy, name):
    relay = proxy(None, "check", wait=False, forward_fields=name)
    assert relay.wait() == 78
    assert "FAL_PROXY_FORWARD_FIELDS: forward_fields: entry 1" in relay.stderr


# --- fields ----------------------------------------------------------------------------------------------------------

STEERED = [("x-fal-queue-priority", "high"), ("x-fal-request-timeout", "86400"), ("x-fal-tags", "team=red")]


def steered(seen):
    return {name: seen.all(name) for name, _ in STEERED}


def test_a_page_cannot_jump_the_queue_wait_for_more_than_an_hour_or_write_on_the_bill(upstream, proxy):
    fal = upstream()
    assert proxy(fal).fetch(request(SUBMIT, "POST", fields=STEERED, body=BODY)).status == 200
    assert steered(fal.next_request()) == {
        "x-fal-queue-priority": [], "x-fal-request-timeout": ["3600"], "x-fal-tags": []}


def test_a_field_with_an_entry_follows_it(upstream, proxy, tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("""
fields:
  x-fal-queue-priority: pass
  x-fal-request-timeout: drop
  X-Fal-Tags: "force: app=web, tier=free"
  x-operator: "force: 1"
""")
    fal = upstream()
    relay = proxy(fal, "--config", str(file))
    fields = STEERED + [("X-FAL-TAGS", "team=blue"), ("x-operator", "2"), ("connection", "x-fal-tags, x-operator")]
    for sent in (fields, [("x-fal-queue-priority", "high")]):
        assert relay.fetch(request(SUBMIT, "POST", fields=sent, body=BODY)).status == 200
        seen = fal.next_request()
        assert steered(seen) == {
            "x-fal-queue-priority": ["high"], "x-fal-request-timeout": [], "x-fal-tags": ["app=web, tier=free"]}
        assert seen.all("x-operator") == ["1"] and own_fields(seen.head) == sorted(OWN)


@pytest.mark.parametrize("fields,cure", [
    ("x-custom=pass", "forward_fields"), ("x-custom=drop", "forward_fields"), ("x-fal-tags=allow", "'force: value'"),
    ("cookie=force: a=b", "never forwarded"), ("authorization=pass", "never forwarded"),
    ("x-fal-user-id=force: me", "never forwarded"), ("x-fal_tags=pass", "write the dash")])
def test_an_entry_that_cannot_be_followed_is_a_fault_with_its_cure(proxy, fields, cure):
    relay = proxy(None, "check", wait=False, fields=fields)
    assert relay.wait() == 78
    assert "FAL_PROXY_FIELDS: fields: the entry " in relay.stderr and cure in relay.stderr


# --- Content codings -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("coding", [
    ["gzip"], ["br"], ["GZIP"], ["identity, gzip"], ["gzip,identity"], ["identity", "deflate"], ["x-unknown"],
    ["aws-chunked"], ["identity;q=1"]])
@pytest.mark.parametrize("method,target", [("POST", SUBMIT), ("POST", f"{RUN}/{MODEL}"), ("GET", STATUS)])
def test_a_coded_request_is_refused_before_anything_is_sent(running, method, target, coding):
    fal, relay = running
    before = fal.accepted, fal.requests.qsize()
    fields = [("content-encoding", value) for value in coding]
    answer = relay.fetch(request(target, method, fields=fields, body=BODY if method == "POST" else None))
    assert_proxy_error(answer, 415, "content_coding")
    assert answer.all("accept-encoding") == ["identity"]
    assert (fal.accepted, fal.requests.qsize()) == before


@pytest.mark.parametrize("coding", ["identity", "Identity", "identity, identity", "", ","])
def test_no_coding_at_all_by_any_spelling_passes_and_is_not_forwarded(running, coding):
    fal, relay = running
    assert relay.fetch(request(SUBMIT, "POST", fields=[("content-encoding", coding)], body=BODY)).status == 200
    seen = fal.next_request()
    assert seen.body == BODY and "content-encoding" not in seen.head.names
