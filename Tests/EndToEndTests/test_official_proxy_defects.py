"""Every known defect of the official server proxy (protocol.md §2.6, rows a to k), proven absent here."""

import pytest

from harness import CANARY, json_answer, request, respond
from harness.script import MODEL, QUEUE, RID, RUN, STATUS, SUBMIT, Answering, assert_proxy_error

JSON = ("content-type", "application/json")
BODY = b'{"prompt":"x"}'
REST = "https://rest.fal.ai"
ALPHA = "https://rest.alpha.fal.ai"


def no_requests(fal):
    return fal.accepted == 0 and fal.requests.empty()


# --- a: scheme unchecked, malformed URLs throw -----------------------------------------------------------------------

@pytest.mark.parametrize("target", [
    f"http://fal.run/{MODEL}", f"http://queue.fal.run/{MODEL}", f"HTTP://queue.fal.run/{MODEL}"])
def test_defect_a_a_plain_http_target_is_refused_and_no_key_leaves_in_clear(upstream, proxy, target):
    fal = upstream()
    answer = proxy(fal).fetch(request(target, "POST", fields=[JSON], body=BODY))
    assert_proxy_error(answer, 400, "target_not_https")
    assert no_requests(fal)


@pytest.mark.parametrize("target", ["http", "https://", "https:///x/y", "not a url", "https://[", "://", "https://%"])
def test_defect_a_a_malformed_target_is_the_clients_fault_and_not_a_500(upstream, proxy, target):
    fal = upstream()
    answer = proxy(fal).fetch(request(target, "POST", fields=[JSON], body=BODY))
    assert_proxy_error(answer, 400, "target_invalid")
    assert no_requests(fal)


# --- b: streamed answers lose their status, and a second answer follows ----------------------------------------------

@pytest.mark.parametrize("status", [401, 404, 422, 429, 500, 503])
def test_defect_b_a_streamed_error_keeps_its_status(upstream, proxy, status):
    data = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" \
        "5\r\n{\"det\r\n9\r\nail\":\"x\"}\r\n0\r\n\r\n"
    fal = upstream(Answering(data.encode()))
    answer = proxy(fal).fetch(request(f"{RUN}/{MODEL}/stream", "POST", fields=[JSON], body=BODY))
    assert answer.status == status and answer.json == {"detail": "x"}


def test_defect_b_nothing_follows_an_answer_but_the_next_one(upstream, proxy):
    fal = upstream(Answering(json_answer({"n": 1}), json_answer({"n": 2})))
    with proxy(fal).client() as client:
        client.send(request(STATUS) + request(STATUS, fields=[("connection", "close")]))
        first, second = client.response(), client.response()
        assert (first.status, first.json, second.status, second.json) == (200, {"n": 1}, 200, {"n": 2})
        assert client.ended()


# --- c: the default list lacks what clients send ---------------------------------------------------------------------

@pytest.mark.parametrize("target", [
    f"{REST}/storage/upload/initiate-multipart?storage_type=fal-cdn-v3",
    f"{REST}/storage/upload/initiate?storage_type=fal-cdn-v3",
    f"{ALPHA}/storage/upload/initiate",
])
def test_defect_c_uploads_of_every_client_are_allowed_by_default(upstream, proxy, target):
    fal = upstream()
    assert proxy(fal).fetch(request(target, "POST", fields=[JSON], body=b"{}")).status == 200
    assert fal.next_request().all("host") == [target.split("/")[2]]


@pytest.mark.parametrize("host", [REST, ALPHA])
def test_defect_c_tokens_can_be_turned_on_for_both_names_of_the_control_api(upstream, proxy, host):
    fal = upstream()
    body = b'{"allowed_apps":["flux-differential-diffusion"],"token_expiration":120}'
    answer = proxy(fal, tokens_enabled="true").fetch(request(f"{host}/tokens/", "POST", fields=[JSON], body=body))
    assert answer.status == 200
    assert fal.next_request().target == "/tokens/"


def test_defect_c_the_multipart_completion_that_no_client_sends_here_is_not_allowed(upstream, proxy):
    fal = upstream()
    target = f"{REST}/storage/upload/complete-multipart?storage_type=fal-cdn-v3"
    assert_proxy_error(proxy(fal).fetch(request(target, "POST", body=b"{}")), 403, "target_not_allowed")
    assert no_requests(fal)


def test_defect_c_a_list_of_urls_can_extend_the_defaults(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, allowed_urls="@default,rest.fal.ai/billing/user_balance")
    assert relay.fetch(request(f"{REST}/billing/user_balance")).status == 200
    assert relay.fetch(request(STATUS)).status == 200


# --- d: `Key undefined` ----------------------------------------------------------------------------------------------

def test_defect_d_without_a_key_it_does_not_start(proxy):
    relay = proxy(None, key=None, wait=False)
    assert relay.wait() == 78
    assert "no fal key" in relay.stderr and "listening" not in relay.stderr


def test_defect_d_a_key_in_two_parts_reaches_fal_with_its_scheme(upstream, proxy):
    fal = upstream()
    key_id, secret = CANARY.split(":")
    relay = proxy(fal, key=None, binary_environment={"FAL_KEY_ID": key_id, "FAL_KEY_SECRET": secret})
    assert relay.fetch(request(STATUS)).status == 200
    assert fal.next_request().all("authorization") == [f"Key {CANARY}"]


# --- e: the caller's credentials are forwarded -----------------------------------------------------------------------

@pytest.mark.parametrize("value", ["Bearer session-of-the-app", "Key other:key", "Basic dXNlcjpwdw=="])
def test_defect_e_the_callers_authorization_is_replaced_by_the_key(upstream, proxy, value):
    fal = upstream()
    assert proxy(fal).fetch(request(STATUS, fields=[("authorization", value)])).status == 200
    seen = fal.next_request()
    assert seen.all("authorization") == [f"Key {CANARY}"]
    assert value.split(" ")[1].encode() not in seen.head.raw


# --- f: whoever sends no credentials counts as authenticated ---------------------------------------------------------

def test_defect_f_a_caller_without_credentials_is_refused_when_authentication_is_on(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, auth_tokens="token-of-the-app-0001", ownership="off")
    assert_proxy_error(relay.fetch(request(STATUS)), 401, "unauthorized")
    assert no_requests(fal)
    granted = relay.fetch(request(STATUS, fields=[("authorization", "Bearer token-of-the-app-0001")]))
    assert granted.status == 200


# --- g, h: x-fal fields are lost, bodies are re-made, accept is overwritten ------------------------------------------

def test_defect_g_the_clients_x_fal_fields_reach_fal(upstream, proxy):
    fal = upstream()
    fields = [JSON, ("x-fal-queue-priority", "low"), ("X-Fal-Runner-Hint", "session-1")]
    proxy(fal).fetch(request(SUBMIT, "POST", fields=fields, body=BODY))
    seen = fal.next_request()
    assert (seen.all("x-fal-queue-priority"), seen.all("x-fal-runner-hint")) == (["low"], ["session-1"])


def test_defect_g_and_h_the_empty_cancel_stays_empty(upstream, proxy):
    fal = upstream()
    answer = proxy(fal).fetch(request(f"{QUEUE}/{MODEL}/requests/{RID}/cancel", "PUT", fields=[JSON]))
    assert answer.status == 200
    seen = fal.next_request()
    assert (seen.method, seen.body, seen.all("content-length")) == ("PUT", b"", ["0"])


def test_defect_h_the_clients_accept_reaches_fal(upstream, proxy):
    fal = upstream()
    fields = [JSON, ("accept", "text/event-stream")]
    proxy(fal).fetch(request(f"{RUN}/{MODEL}/stream", "POST", fields=fields, body=BODY))
    assert fal.next_request().all("accept") == ["text/event-stream"]


def test_defect_h_binary_bodies_pass_unchanged_both_ways(upstream, proxy):
    every_byte = bytes(range(256)) * 40
    script = Answering(respond(fields=[("content-type", "application/octet-stream")], body=every_byte[::-1]))
    fal = upstream(script)
    answer = proxy(fal).fetch(request(f"{RUN}/{MODEL}", "POST", fields=[JSON], body=every_byte))
    assert answer.body == every_byte[::-1]
    assert script.next_request().body == every_byte


# --- i: endpoint rules cover POST only, and not `/stream` ------------------------------------------------------------

@pytest.mark.parametrize("method,tail", [
    ("GET", ""), ("GET", "/status"), ("GET", "/status/stream"), ("PUT", "/cancel")])
def test_defect_i_a_request_id_of_another_endpoint_is_refused_for_every_method(upstream, proxy, method, tail):
    fal = upstream()
    answer = proxy(fal).fetch(request(f"{QUEUE}/other/app/requests/{RID}{tail}", method))
    assert_proxy_error(answer, 403, "endpoint_not_allowed")
    assert no_requests(fal)


def test_defect_i_a_rule_covers_the_stream_of_its_endpoint_and_a_glob_what_is_below(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, allowed_endpoints="fal-ai/x,fal-ai/y/**")
    for path in ("fal-ai/x/stream", "fal-ai/y", "fal-ai/y/sub", "fal-ai/y/sub/stream"):
        assert relay.fetch(request(f"{RUN}/{path}", "POST", fields=[JSON], body=BODY)).status == 200
        assert fal.next_request().target == f"/{path}"


# --- j: no limits, no aborts, redirects followed, fields copied, no CORS ---------------------------------------------

def test_defect_j_a_silent_fal_is_given_up_after_a_limit(upstream, proxy):
    fal = upstream(lambda connection: connection.wait_closed())
    answer = proxy(fal, upstream_first_byte="100ms").fetch(request(STATUS))
    assert_proxy_error(answer, 504, "upstream_timeout")


def test_defect_j_a_body_beyond_the_limit_is_refused_before_it_is_sent(upstream, proxy):
    fal = upstream()
    answer = proxy(fal, limits_body="1KiB").fetch(request(SUBMIT, "POST", fields=[JSON], body=b"x" * 1025))
    assert_proxy_error(answer, 413, "content_too_large")
    assert no_requests(fal)


def test_defect_j_a_client_that_leaves_ends_the_request_at_fal(upstream, proxy):
    def hang(connection):
        fal.requests.put(connection.read_request())
        connection.wait_closed()
    fal = upstream(hang)
    with proxy(fal).client() as client:
        client.send(request(f"{RUN}/{MODEL}", "POST", fields=[JSON], body=BODY))
        fal.next_request()
        assert fal.closed.empty()
    assert fal.next_closed() == 1


def test_defect_j_a_redirect_is_relayed_and_not_followed(upstream, proxy):
    elsewhere = upstream()
    script = Answering(respond(302, [("location", f"{elsewhere.url}/steal")], reason="Found"))
    answer = proxy(upstream(script)).fetch(request(STATUS))
    assert (answer.status, answer.get("location")) == (302, f"{elsewhere.url}/steal")
    assert elsewhere.accepted == 0
    script.next_request()
    assert script.requests.empty()


def test_defect_j_cookies_and_hop_by_hop_fields_of_fal_stay_here(upstream, proxy):
    fields = [("set-cookie", "session=1"), ("keep-alive", "timeout=5"), ("proxy-authenticate", "Basic"),
              ("connection", "keep-alive")]
    answer = proxy(upstream(Answering(json_answer({}, fields=fields)))).fetch(request(STATUS))
    assert answer.status == 200
    assert not {"set-cookie", "keep-alive", "proxy-authenticate", "connection"} & set(answer.head.names)


def test_defect_j_another_origin_can_be_allowed_by_cors(upstream, proxy):
    relay = proxy(upstream(), allowed_origins="https://app.example")
    origin = ("origin", "https://app.example")
    ask = relay.fetch(request(None, "OPTIONS", fields=[origin, ("access-control-request-method", "POST")]))
    assert ask.status == 204
    assert relay.fetch(request(STATUS, fields=[origin])).get("access-control-allow-origin") == "https://app.example"


# --- k: all rejections look alike ------------------------------------------------------------------------------------

def test_defect_k_each_refusal_says_which_rule_it_is(upstream, proxy):
    fal = upstream()
    relay = proxy(fal)
    tokens = f"{REST}/tokens/"
    answers = [
        relay.fetch(request(None)),
        relay.fetch(request("https://fal.run:443/a/b")),
        relay.fetch(request(f"http://fal.run/{MODEL}")),
        relay.fetch(request("https://evil.example/a/b")),
        relay.fetch(request(f"{QUEUE}/other/app", "POST", body=BODY)),
        relay.fetch(request(tokens, "POST", body=BODY)),
        relay.fetch(request(f"{QUEUE}/{MODEL}/requests/{RID}", "POST", body=BODY)),
        relay.fetch(request("https://fal.run/one", "POST", body=BODY)),
        relay.fetch(request(STATUS, fields=[("origin", "https://evil.example")])),
        relay.fetch(request(STATUS, "DELETE")),
    ]
    assert [answer.error_type for answer in answers] == [
        "proxy_target_missing", "proxy_target_invalid", "proxy_target_not_https", "proxy_target_not_allowed",
        "proxy_endpoint_not_allowed", "proxy_tokens_disabled", "proxy_operation_not_allowed",
        "proxy_endpoint_missing", "proxy_origin_not_allowed", "proxy_method_not_allowed"]
    assert len({answer.json["message"] for answer in answers}) == len(answers)
    assert no_requests(fal)
