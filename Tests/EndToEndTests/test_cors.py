"""Who may call from a browser, and what a browser is told (issue: CORS; protocol.md §10.2)."""

import pytest

from harness import json_answer, request
from harness.script import MODEL, QUEUE, STATUS, SUBMIT, Answering, assert_proxy_error

APP = "https://app.example"
BODY = b"{}"
SENT = ["x-fal-target-url", "content-type", "accept", "authorization", "x-fal-queue-priority", "x-fal-runner-hint",
        "x-fal-request-timeout", "x-fal-object-lifecycle", "x-fal-object-lifecycle-preference", "x-fal-store-io",
        "x-fal-no-retry", "x-fal-user-agent"]
READ = ["x-fal-request-id", "x-fal-request-timeout-type", "x-fal-error-type", "x-fal-billable-units", "x-fal-retryable",
        "x-fal-needs-retry", "x-fal-runner-hints", "x-fal-served-from", "retry-after", "x-request-id", "etag",
        "accept-ranges", "content-range", "content-disposition",
        "fal-proxy-budget-remaining"]


def members(answer, name):
    return [member.strip().lower() for value in answer.all(name) for member in value.split(",")]


def cors_fields(answer):
    return [name for name in answer.head.names if name.startswith("access-control-")]


def varies(answer):
    return "origin" in members(answer, "vary")


def call(origin=None, *more, target=STATUS, method="GET", host="proxy.test", **options):
    fields = ([("origin", origin)] if origin is not None else []) + list(more)
    return request(target, method, fields=fields, host=host, **options)


def preflight(origin, method="POST", headers=",".join(SENT), host="proxy.test"):
    fields = [("origin", origin), ("access-control-request-method", method)]
    if headers:
        fields.append(("access-control-request-headers", headers))
    return request(None, "OPTIONS", fields=fields, host=host)


def assert_foreign(fal, answer):
    assert_proxy_error(answer, 403, "origin_not_allowed")
    assert "allowed_origins" in answer.json["message"]
    assert cors_fields(answer) == []
    assert fal.accepted == 0


# --- The default: same origin only -----------------------------------------------------------------------------------

@pytest.mark.parametrize("origin,host", [
    ("http://proxy.test", "proxy.test"), ("https://proxy.test", "proxy.test"), ("https://proxy.test", "proxy.test:443"),
    ("http://proxy.test", "proxy.test:80"), ("http://proxy.test:3000", "proxy.test:3000"),
    ("https://proxy.test:8443", "proxy.test:8443"), ("http://localhost:8080", "localhost:8080"),
    ("http://127.0.0.1:8080", "127.0.0.1:8080"), ("http://[::1]:8080", "[::1]:8080"),
    ("http://proxy.test", "PROXY.test")])
def test_a_page_whose_host_and_port_are_those_of_the_request_passes_without_cors_fields(upstream, proxy, origin, host):
    fal = upstream()
    answer = proxy(fal).fetch(call(origin, host=host))
    assert answer.status == 200 and cors_fields(answer) == []
    assert fal.next_request().target.endswith("/status")


@pytest.mark.parametrize("origin,host", [
    ("http://proxy.test:3000", "proxy.test"), ("http://proxy.test", "proxy.test:3000"),
    ("http://proxy.test:3000", "proxy.test:3001"), ("https://proxy.test", "proxy.test:80"),
    ("http://other.test", "proxy.test"), ("http://proxy.test.evil.example", "proxy.test"),
    ("http://evil-proxy.test", "proxy.test"), ("http://sub.proxy.test", "proxy.test"), (APP, "proxy.test")])
def test_a_foreign_page_is_refused_before_anything_is_sent(upstream, proxy, origin, host):
    fal = upstream()
    relay = proxy(fal)
    assert_foreign(fal, relay.fetch(call(origin, host=host)))
    assert_foreign(fal, relay.fetch(call(origin, target=SUBMIT, method="POST", host=host, body=BODY)))
    cancel = STATUS.replace("/status", "/cancel")
    assert_foreign(fal, relay.fetch(call(origin, target=cancel, method="PUT", host=host)))
    assert_foreign(fal, relay.fetch(preflight(origin, host=host)))


def test_the_browsers_word_for_same_origin_counts_where_a_gateway_rewrites_host(upstream, proxy):
    fal = upstream()
    answer = proxy(fal).fetch(call(APP, ("sec-fetch-site", "same-origin"), host="10.0.0.7:8080"))
    assert answer.status == 200 and cors_fields(answer) == []


@pytest.mark.parametrize("site", ["same-site", "cross-site", "none", "", "same-origin-ish", "same-origin, cross-site"])
def test_any_other_word_of_the_browser_makes_no_page_same_origin(upstream, proxy, site):
    fal = upstream()
    assert_foreign(fal, proxy(fal).fetch(call(APP, ("sec-fetch-site", site))))


@pytest.mark.parametrize("origin", [
    "null", "", "app.example", "https://", "file://", "chrome-extension://abc", "https://proxy.test/", "https://a b",
    "https://user@proxy.test", "HTTPS://proxy.test", "http://proxy.test:80", "http://proxy.test http://proxy.test"])
def test_an_origin_that_is_null_or_malformed_is_foreign(upstream, proxy, origin):
    fal = upstream()
    assert_foreign(fal, proxy(fal).fetch(call(origin)))


def test_two_origins_are_refused(upstream, proxy):
    fal = upstream()
    answer = proxy(fal, allowed_origins=APP).fetch(call(APP, ("origin", "http://proxy.test")))
    assert_proxy_error(answer, 400, "bad_request")
    assert fal.accepted == 0


@pytest.mark.parametrize("settings", [{}, {"allowed_origins": APP}, {"allowed_origins": "*"}])
def test_a_request_without_origin_passes_as_apps_and_servers_send_none(upstream, proxy, settings):
    fal = upstream()
    answer = proxy(fal, **settings).fetch(call())
    assert answer.status == 200 and cors_fields(answer) == []
    assert fal.next_request().method == "GET"


# --- Allowed origins -------------------------------------------------------------------------------------------------

def test_an_allowed_origin_is_named_and_may_read_what_clients_read(upstream, proxy):
    answer = proxy(upstream(), allowed_origins=f"https://other.example,{APP}").fetch(call(APP))
    assert answer.status == 200
    assert answer.all("access-control-allow-origin") == [APP]
    assert set(READ) <= set(members(answer, "access-control-expose-headers"))
    assert varies(answer)
    assert answer.get("access-control-allow-credentials") is None


@pytest.mark.parametrize("listed,origin", [
    (APP, "https://app.example"), ("http://localhost:3000", "http://localhost:3000"),
    ("https://app.example:8443", "https://app.example:8443"),
    ("https://*.example.com", "https://a.example.com"), ("https://*.example.com", "https://a.b.example.com"),
    ("https://*.example.com:8443", "https://a.example.com:8443"),
    ("http://*.localhost:3000", "http://a.localhost:3000")])
def test_exact_and_wildcard_origins_are_allowed(upstream, proxy, listed, origin):
    answer = proxy(upstream(), allowed_origins=listed).fetch(call(origin))
    assert (answer.status, answer.all("access-control-allow-origin")) == (200, [origin])


@pytest.mark.parametrize("listed,origin", [
    (APP, "http://app.example"), (APP, "https://app.example:8443"), (APP, "https://app.example.evil.example"),
    (APP, "https://xapp.example"), (APP, "https://sub.app.example"), (APP, "null"),
    ("https://*.example.com", "https://example.com"), ("https://*.example.com", "http://a.example.com"),
    ("https://*.example.com", "https://a.example.com:8443"), ("https://*.example.com", "https://evilexample.com"),
    ("https://*.example.com", "https://a.example.com.evil.example"), ("https://*.example.com", "https://.example.com"),
    ("https://*.example.com", "https://evil.example/.example.com"), ("https://*.example.com", "https://*.example.com")])
def test_what_the_list_does_not_cover_is_foreign_and_the_answer_still_varies(upstream, proxy, listed, origin):
    fal = upstream()
    answer = proxy(fal, allowed_origins=listed).fetch(call(origin))
    assert_foreign(fal, answer)
    assert varies(answer), "a cache could hand this refusal to an allowed origin"


@pytest.mark.parametrize("listed", ["[]", APP])
def test_answers_without_an_origin_vary_too(upstream, proxy, listed):
    assert varies(proxy(upstream(), allowed_origins=listed).fetch(call()))


def test_any_origin_is_allowed_by_a_star_and_never_named_or_given_credentials(upstream, proxy):
    relay = proxy(upstream(), allowed_origins="*")
    for origin in (APP, "null", "http://localhost:5173"):
        for data in (call(origin), preflight(origin)):
            answer = relay.fetch(data)
            assert answer.status in (200, 204)
            assert answer.all("access-control-allow-origin") == ["*"]
            assert answer.get("access-control-allow-credentials") is None


def test_credentials_are_allowed_only_when_configured(upstream, proxy):
    relay = proxy(upstream(), allowed_origins=APP, cors_allow_credentials="true")
    for data in (call(APP), preflight(APP)):
        answer = relay.fetch(data)
        assert answer.all("access-control-allow-credentials") == ["true"]
        assert answer.all("access-control-allow-origin") == [APP]


def test_credentials_together_with_a_star_are_a_fault_of_the_configuration(proxy):
    relay = proxy(None, "check", wait=False, allowed_origins="*", cors_allow_credentials="true")
    assert relay.wait() == 78
    assert "allowed_origins" in relay.stderr and "credentials" in relay.stderr


def test_the_same_origin_gets_no_cors_fields_where_others_are_allowed(upstream, proxy):
    answer = proxy(upstream(), allowed_origins=APP).fetch(call("http://proxy.test"))
    assert answer.status == 200 and cors_fields(answer) == []


# --- Preflight -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_preflight_is_answered_here_for_every_method_and_header_of_the_clients(upstream, proxy, method):
    fal = upstream()
    answer = proxy(fal, allowed_origins=APP).fetch(preflight(APP, method))
    assert (answer.status, answer.body, answer.get("content-length")) == (204, b"", None)
    assert answer.all("access-control-allow-origin") == [APP]
    assert {"get", "post", "put"} <= set(members(answer, "access-control-allow-methods"))
    assert set(SENT) <= set(members(answer, "access-control-allow-headers"))
    assert "*" not in members(answer, "access-control-allow-headers")
    assert answer.all("access-control-max-age") == ["7200"]
    assert varies(answer)
    assert answer.all("x-request-id") and answer.all("date")
    assert fal.accepted == 0


@pytest.mark.parametrize("asked", [
    ["sentry-trace", "baggage"], ["x-fal-of-tomorrow"], ["x-fal-request-source", "authorization"], ["X-Own"],
    ["a" * 200], [f"x-{number}" for number in range(200)]])
def test_a_preflight_allows_whatever_names_the_page_asks_for(upstream, proxy, asked):
    """What fal is not to see is dropped on the way; a page whose tracing adds a field must not break."""
    relay = proxy(upstream(), allowed_origins=APP)
    answer = relay.fetch(preflight(APP, headers=",".join(asked)))
    assert (answer.status, members(answer, "access-control-allow-headers")) == (204, [name.lower() for name in asked])
    answer = relay.fetch(call(APP, *[(name, "1") for name in asked if name != "authorization"][:90]))
    assert answer.status == 200


@pytest.mark.parametrize("asked,allowed", [
    ("x-a, b c, x-d", ["x-a", "x-d"]), ("x-a,\xe4,(x),x@y,x-d:", ["x-a"]), (" , ,x-a,,", ["x-a"])])
def test_what_is_no_name_is_not_echoed(upstream, proxy, asked, allowed):
    answer = proxy(upstream(), allowed_origins=APP).fetch(preflight(APP, headers=asked))
    assert members(answer, "access-control-allow-headers") == allowed


def test_a_preflight_of_a_foreign_page_echoes_nothing(upstream, proxy):
    answer = proxy(upstream(), allowed_origins=APP).fetch(preflight("https://evil.example", headers="x-a"))
    assert answer.status == 403 and cors_fields(answer) == []


def test_the_age_of_a_preflight_answer_is_a_setting(upstream, proxy):
    answer = proxy(upstream(), allowed_origins=APP, cors_max_age="10m").fetch(preflight(APP))
    assert answer.all("access-control-max-age") == ["600"]


def test_a_preflight_needs_neither_target_nor_token(upstream, proxy):
    relay = proxy(upstream(), allowed_origins=APP, auth_tokens="token-of-the-app-0001")
    assert relay.fetch(preflight(APP)).status == 204


def test_a_preflight_of_a_foreign_origin_is_refused(upstream, proxy):
    fal = upstream()
    answer = proxy(fal, allowed_origins=APP).fetch(preflight("https://evil.example"))
    assert_foreign(fal, answer)
    assert varies(answer)


def test_options_without_a_preflight_says_which_methods_there_are(upstream, proxy):
    answer = proxy(upstream()).fetch(request(None, "OPTIONS"))
    assert answer.status == 204 and cors_fields(answer) == []
    assert {"get", "post", "put", "options"} <= set(members(answer, "allow"))


def test_a_preflight_and_its_request_share_a_connection(upstream, proxy):
    with proxy(upstream(), allowed_origins=APP).client() as client:
        assert client.send(preflight(APP)).response().status == 204
        assert client.send(call(APP, target=SUBMIT, method="POST", body=BODY)).response().status == 200


# --- Errors ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("status,name,data", [
    (400, "target_missing", call(APP, target=None)),
    (400, "target_not_https", call(APP, target=f"http://queue.fal.run/{MODEL}")),
    (403, "endpoint_not_allowed", call(APP, target=f"{QUEUE}/other/app", method="POST", body=BODY)),
    (405, "method_not_allowed", call(APP, method="DELETE")),
    (413, "content_too_large", call(APP, target=SUBMIT, method="POST", body=b"x" * 2000)),
    (502, "upstream_connect", call(APP)),
])
def test_a_page_can_read_the_proxys_own_errors(proxy, status, name, data):
    relay = proxy(None, allowed_origins=APP, limits_body="1KiB",
                  origin_overrides="queue.fal.run=http://127.0.0.1:1,fal.run=http://127.0.0.1:1")
    answer = relay.fetch(data)
    assert_proxy_error(answer, status, name)
    assert answer.all("access-control-allow-origin") == [APP] and varies(answer)
    assert set(READ) <= set(members(answer, "access-control-expose-headers"))


@pytest.mark.parametrize("status,name,data", [
    (400, "bad_request", call(APP, ("bad name", "1"))),
    (400, "bad_request", call(APP, ("content-length", "1, 1"), method="POST")),
    (400, "bad_request", call(APP, ("transfer-encoding", "gzip, chunked, x"), method="POST")),
    (414, "uri_too_long", request(None, path="/" + "x" * 20000, fields=[("origin", APP)])),
    (417, "expectation_failed", call(APP, ("expect", "x"))),
    (431, "head_too_large", call(APP, *[(f"x-{number}", "1") for number in range(150)])),
    (431, "head_too_large", call(APP, ("x-long", "x" * 70000))),
    (501, "not_implemented", call(APP, ("transfer-encoding", "gzip"), method="POST")),
    (501, "not_implemented", call(APP, ("upgrade", "websocket"), ("connection", "upgrade"))),
    (505, "version_not_supported", call(APP).replace(b" HTTP/1.1", b" HTTP/2.0", 1)),
])
def test_a_page_can_read_what_http_itself_refuses(upstream, proxy, status, name, data):
    relay = proxy(upstream(), allowed_origins=APP)
    answer = relay.fetch(data)
    assert_proxy_error(answer, status, name)
    assert answer.all("access-control-allow-origin") == [APP] and varies(answer)
    answer = relay.fetch(data.replace(APP.encode(), b"https://evil.example"))
    assert answer.status == status and cors_fields(answer) == []
    # Of two origins neither is believed.
    line = f"origin: {APP}\r\n".encode()
    assert cors_fields(relay.fetch(data.replace(line, line + line, 1))) == []


def test_a_page_can_read_that_its_head_took_too_long(upstream, proxy):
    relay = proxy(upstream(), allowed_origins=APP, timeouts_head="300ms")
    with relay.client() as client:
        client.send(f"POST /api/fal/proxy HTTP/1.1\r\norigin: {APP}\r\nx-slow: ".encode())
        answer = client.response()
    assert (answer.status, answer.all("access-control-allow-origin")) == (408, [APP])


def test_a_page_can_read_that_its_content_took_too_long(upstream, proxy):
    relay = proxy(upstream(), allowed_origins=APP, timeouts_body="300ms")
    with relay.client() as client:
        client.send(call(APP, ("content-length", "5"), target=SUBMIT, method="POST"))
        answer = client.response()
    assert (answer.status, answer.all("access-control-allow-origin")) == (408, [APP])


def test_a_page_can_read_that_a_token_is_missing(upstream, proxy):
    answer = proxy(upstream(), allowed_origins=APP, auth_tokens="token-of-the-app-0001").fetch(call(APP))
    assert_proxy_error(answer, 401, "unauthorized")
    assert answer.all("access-control-allow-origin") == [APP]


@pytest.mark.parametrize("status", [404, 422, 429, 500, 503])
def test_a_page_can_read_fals_errors(upstream, proxy, status):
    script = Answering(json_answer({"detail": "x"}, status, [("retry-after", "3")]))
    answer = proxy(upstream(script), allowed_origins=APP).fetch(call(APP))
    assert (answer.status, answer.json, answer.get("retry-after")) == (status, {"detail": "x"}, "3")
    assert answer.all("access-control-allow-origin") == [APP]
    assert "retry-after" in members(answer, "access-control-expose-headers")


# --- fal's own fields ------------------------------------------------------------------------------------------------

FALS = [("access-control-allow-origin", "*"), ("Access-Control-Allow-Credentials", "true"),
        ("access-control-expose-headers", "*"), ("access-control-allow-headers", "x-evil"),
        ("access-control-allow-methods", "DELETE"), ("access-control-max-age", "99999"), ("vary", "accept-encoding")]


def test_fals_own_cors_fields_are_replaced_for_an_allowed_origin(upstream, proxy):
    script = Answering(json_answer({}, fields=FALS))
    answer = proxy(upstream(script), allowed_origins=APP).fetch(call(APP))
    assert sorted(cors_fields(answer)) == ["access-control-allow-origin", "access-control-expose-headers"]
    assert answer.all("access-control-allow-origin") == [APP]
    assert "*" not in members(answer, "access-control-expose-headers")
    assert varies(answer) and "accept-encoding" not in members(answer, "vary")


@pytest.mark.parametrize("data", [call(), call("http://proxy.test")])
def test_fals_own_cors_fields_are_dropped_where_the_proxy_has_none(upstream, proxy, data):
    answer = proxy(upstream(Answering(json_answer({}, fields=FALS)))).fetch(data)
    assert answer.status == 200 and cors_fields(answer) == []


@pytest.mark.parametrize("origin,warned", [
    ("https://*.vercel.app", "vercel.app"), ("https://my-app-*-myteam.vercel.app", "vercel.app"),
    ("https://*.pages.dev", "pages.dev"), ("https://*.example.com", None), ("https://my-app.vercel.app", None)])
def test_a_star_under_which_strangers_can_register_names_is_warned_of(proxy, origin, warned):
    relay = proxy(None, "check", wait=False, allowed_origins=origin)
    assert relay.wait() == 0
    lines = [line for line in relay.stderr.splitlines() if "strangers" in line]
    assert [warned in line and origin in line for line in lines] == ([True] if warned else [])
