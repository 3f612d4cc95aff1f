"""What may be called: refused unless allowed, whatever the method, and a refused request never reaches fal."""

import pytest

from harness import request
from harness.script import MODEL, QUEUE, RID, RUN, STATUS, SUBMIT, Answering, assert_proxy_error
from harness import json_answer

BODY = b"{}"
REST = "https://rest.fal.ai"
ALPHA = "https://rest.alpha.fal.ai"


class Policy:
    """A proxy with the settings of one test, before a fal that must see what is allowed and nothing else."""

    def __init__(self, upstream, proxy, **settings):
        self.script = Answering(json_answer({"ok": True}))
        self.upstream = upstream(self.script)
        self.relay = proxy(self.upstream, **settings)

    def fetch(self, target, method="POST", **options):
        options = {"body": None if method == "GET" else BODY, **options}
        return self.relay.fetch(request(target, method, **options))

    def allows(self, target, method="POST", **options):
        answer = self.fetch(target, method, **options)
        assert answer.status == 200, (target, answer.body)
        seen = self.script.next_request()
        host, _, rest = target.removeprefix("https://").partition("/")
        assert (seen.method, seen.get("host"), seen.target) == (method, host, f"/{rest}")

    def refuses(self, target, method="POST", status=403, name="endpoint_not_allowed"):
        before = self.upstream.accepted
        answer = self.fetch(target, method)
        assert_proxy_error(answer, status, name)
        assert self.upstream.accepted == before and self.script.requests.empty()
        return answer


@pytest.fixture
def policy(upstream, proxy):
    return lambda **settings: Policy(upstream, proxy, **settings)


# --- Endpoints -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("endpoint", [
    "fal-ai/flux/dev", "fal-ai/flux-differential", "fal-ai/flux-differential-diffusion-2",
    "fal-ai/flux-differential-diffusion/sub", "fal-ai/Flux-Differential-Diffusion", "other/flux-differential-diffusion",
    "workflows/fal-ai/flux-differential-diffusion", "fal-ai/flux-differential-diffusion/stream/stream"])
@pytest.mark.parametrize("host", [QUEUE, RUN])
def test_out_of_the_box_any_other_endpoint_is_refused_and_the_refusal_names_the_setting(policy, host, endpoint):
    rules = policy()
    answer = rules.refuses(f"{host}/{endpoint}")
    assert "allowed_endpoints" in answer.json["message"]
    assert "FAL_PROXY_ALLOWED_ENDPOINTS" in answer.json["message"]
    assert endpoint not in answer.json["message"]
    assert rules.upstream.accepted == 0


def test_out_of_the_box_the_one_endpoint_is_allowed_on_both_hosts(policy):
    rules = policy()
    for target in (SUBMIT, f"{SUBMIT}?fal_max_queue_length=3", f"{RUN}/{MODEL}", f"{RUN}/{MODEL}/stream"):
        rules.allows(target)


def test_without_get_runs_no_get_runs_a_model(policy):
    rules = policy()
    for target in (f"{SUBMIT}?prompt=x", f"{RUN}/{MODEL}?prompt=x", f"{RUN}/{MODEL}/stream", f"{SUBMIT}/stream"):
        answer = rules.refuses(target, "GET", name="get_runs_disabled")
        assert "FAL_PROXY_GET_RUNS" in answer.json["message"]
    for target in (SUBMIT, f"{RUN}/{MODEL}", f"{RUN}/{MODEL}/stream"):
        rules.allows(target)
    rules.allows(STATUS, "GET")
    policy(get_runs="true").allows(f"{RUN}/{MODEL}?prompt=x", "GET")


@pytest.mark.parametrize("method,tail,allowed", [
    ("GET", "", True), ("GET", "/status", True), ("GET", "/status?logs=1", True), ("GET", "/status/stream", True),
    ("GET", "/response", True), ("PUT", "/cancel", True),
    ("POST", "", False), ("POST", "/cancel", False), ("GET", "/cancel", False), ("PUT", "", False),
    ("PUT", "/status", False), ("POST", "/status", False), ("GET", "/other", False), ("GET", "/status/other", False)])
def test_a_follow_up_is_one_of_the_five_of_the_queue_with_its_method(policy, method, tail, allowed):
    target = f"{QUEUE}/{MODEL}/requests/{RID}{tail}"
    if allowed:
        policy().allows(target, method)
    else:
        policy().refuses(target, method, name="operation_not_allowed")


@pytest.mark.parametrize("method,tail", [
    ("GET", ""), ("GET", "/status"), ("GET", "/status/stream"), ("PUT", "/cancel")])
@pytest.mark.parametrize("app", [
    "fal-ai/flux", "fal-ai/flux-differential", "other/app", "workflows/fal-ai/x", "acme/x"])
def test_status_result_and_cancel_of_another_app_are_refused(policy, app, method, tail):
    rules = policy()
    rules.refuses(f"{QUEUE}/{app}/requests/{RID}{tail}", method)
    assert rules.upstream.accepted == 0


def test_globs_of_endpoints_from_the_environment(policy):
    rules = policy(allowed_endpoints="fal-ai/flux/**,fal-ai/fast-*")
    for endpoint in ("fal-ai/flux", "fal-ai/flux/dev", "fal-ai/flux/dev/image-to-image", "fal-ai/flux/dev/stream",
                     "fal-ai/fast-sdxl", "fal-ai/fast-sdxl/stream"):
        rules.allows(f"{RUN}/{endpoint}")
    for app in ("fal-ai/flux", "fal-ai/fast-sdxl"):
        rules.allows(f"{QUEUE}/{app}/requests/{RID}/status", "GET")
        rules.allows(f"{QUEUE}/{app}/requests/{RID}/cancel", "PUT")
    for endpoint in ("fal-ai/fluxx/dev", "fal-ai/flux-pro", "fal-ai/fast-sdxl/sub", "fal-ai/very/fast-x", "x/flux/dev",
                     MODEL):
        rules.refuses(f"{RUN}/{endpoint}")
    rules.refuses(f"{QUEUE}/fal-ai/flux-pro/requests/{RID}/status", "GET")
    rules.refuses(f"{QUEUE}/{MODEL}/requests/{RID}/cancel", "PUT")


def test_two_stars_allow_every_endpoint_and_no_other_host(policy):
    rules = policy(allowed_endpoints="**")
    for endpoint in ("fal-ai/flux/dev", "a/b", "workflows/o/n", "comfy/o/n", "110602490/lora", "a/b/c/d/e"):
        rules.allows(f"{QUEUE}/{endpoint}")
    rules.allows(f"{QUEUE}/any/app/requests/{RID}/cancel", "PUT")
    rules.refuses("https://evil.example/a/b", name="target_not_allowed")
    rules.refuses(f"{REST}/tokens/", name="tokens_disabled")
    rules.refuses(f"{REST}/billing/user_balance", "GET", name="target_not_allowed")


def test_the_default_endpoint_can_be_kept_in_a_list(policy):
    rules = policy(allowed_endpoints="@default,fal-ai/x")
    rules.allows(SUBMIT)
    rules.allows(f"{QUEUE}/fal-ai/x")
    rules.refuses(f"{QUEUE}/fal-ai/y")


def test_an_empty_list_allows_no_endpoint(policy):
    policy(allowed_endpoints="[]").refuses(SUBMIT)


# --- Tokens ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("host", [REST, ALPHA])
@pytest.mark.parametrize("path", ["/tokens/", "/tokens/realtime", "/tokens", "/Tokens/"])
def test_tokens_are_refused_unless_enabled_even_if_a_url_pattern_covers_them(policy, host, path):
    for settings in ({}, {"allowed_urls": "@default,rest.fal.ai/**,rest.alpha.fal.ai/**"}):
        rules = policy(**settings)
        answer = rules.refuses(f"{host}{path}", name="tokens_disabled")
        assert "tokens.enabled" in answer.json["message"]
        assert rules.upstream.accepted == 0


@pytest.mark.parametrize("host", [REST, ALPHA])
def test_tokens_work_on_both_rest_hosts_once_enabled(policy, host):
    rules = policy(tokens_enabled="true")
    rules.allows(f"{host}/tokens/", body=b'{"allowed_apps":["flux-differential-diffusion"]}')
    rules.allows(f"{host}/tokens/realtime", body=b'{"allowed_apps":["fal-ai/flux-differential-diffusion"]}')
    rules.refuses(f"{host}/tokens/", "GET", name="operation_not_allowed")
    rules.refuses(f"{host}/tokens/other", name="target_not_allowed")


# --- URLs ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("target", [
    "https://evil.example/a/b", "https://fal.run.evil.example/a/b", "https://evilfal.run/a/b", "https://xfal.ai/a/b",
    "https://api.fal.ai/v1/models", "https://fal.ai/a/b", "https://v3.fal.media/files/a", "https://ws.fal.run/a/b",
    "https://gateway.fal.ai/a/b", "https://localhost/a/b", "https://127.0.0.1/a/b", "https://169.254.169.254/latest/x",
    f"{REST}/storage/auth/token", f"{REST}/storage/upload/complete-multipart", f"{REST}/storage/upload/initiate/x",
    f"{REST}/storage/upload/initiate?storage_type=a/b", f"{REST}/storage/upload/initiate?other=1", f"{REST}/"])
def test_a_url_outside_the_list_is_refused_whatever_endpoint_it_names(policy, target):
    rules = policy(allowed_endpoints="**")
    for method in ("POST", "GET", "PUT"):
        rules.refuses(target, method, name="target_not_allowed")
    assert rules.upstream.accepted == 0


def test_the_list_of_urls_extends_the_default_where_it_names_it(policy):
    rules = policy(allowed_urls=r"@default,rest.fal.ai/billing/*,rest.fal.ai/x\?a=*")
    rules.allows(f"{REST}/billing/user_balance", "GET")
    rules.allows(f"{REST}/x?a=1", "GET")
    rules.allows(SUBMIT)
    rules.allows(f"{REST}/storage/upload/initiate?storage_type=fal-cdn-v3")
    rules.refuses(f"{REST}/billing/a/b", "GET", name="target_not_allowed")
    rules.refuses(f"{REST}/x", "GET", name="target_not_allowed")


def test_the_list_of_urls_replaces_the_default_where_it_does_not(policy):
    rules = policy(allowed_urls="queue.fal.run/fal-ai/**")
    rules.allows(SUBMIT)
    rules.allows(STATUS, "GET")
    rules.refuses(f"{RUN}/{MODEL}", name="target_not_allowed")
    rules.refuses(f"{REST}/storage/upload/initiate", name="target_not_allowed")


def test_a_list_of_urls_does_not_lift_the_endpoint_check(policy):
    policy(allowed_urls="queue.fal.run/**").refuses(f"{QUEUE}/other/app")


# --- The form of a target --------------------------------------------------------------------------------------------

MALFORMED = [
    "", "/", "x", MODEL, f"/{MODEL}", f"//queue.fal.run/{MODEL}", f"queue.fal.run/{MODEL}", "https:", "https://",
    "https:///fal-ai/x", f"https:/queue.fal.run/{MODEL}", "https://queue.fal.run", "https://queue.fal.run?x=/a/b",
    f"ftp://queue.fal.run/{MODEL}", f"file:///{MODEL}", f"javascript:{MODEL}", f"wss://queue.fal.run/{MODEL}",
    f"HTTPS://queue.fal.run/{MODEL}", f"https://QUEUE.fal.run/{MODEL}", f"https://queue.fal.run./{MODEL}",
    f"https://queue.fal.run:443/{MODEL}", f"https://queue.fal.run:8443/{MODEL}", f"https://queue.fal.run:/{MODEL}",
    f"https://user@queue.fal.run/{MODEL}", f"https://user:pw@queue.fal.run/{MODEL}", f"https://@queue.fal.run/{MODEL}",
    f"https://evil.example@queue.fal.run/{MODEL}", f"https://queue.fal.run@evil.example/{MODEL}",
    f"https://queue.fal.run\\@evil.example/{MODEL}", f"https://queue.fal.run\\{MODEL}", f"{QUEUE}/fal-ai\\x",
    f"{SUBMIT}#f", f"{SUBMIT}?a=1#f", f"https://queue.fal.run#@evil.example/{MODEL}",
    f"{QUEUE}/{MODEL}/../../other/app", f"{QUEUE}/{MODEL}/./x", f"{QUEUE}/../{MODEL}", f"{QUEUE}/{MODEL}/..",
    f"{QUEUE}/{MODEL}/.", f"{QUEUE}/fal-ai/%2e%2e/x", f"{QUEUE}/fal-ai%2fx", f"{QUEUE}/fal-ai/x%2Fy",
    f"{QUEUE}/fal-ai/%5cx", f"{QUEUE}/fal-ai/%66lux", f"{QUEUE}/fal-ai/x%00", f"{QUEUE}/fal-ai/x%",
    f"{QUEUE}/fal-ai/.../x",
    f"{QUEUE}//{MODEL}", f"{QUEUE}/fal-ai//x", f"{SUBMIT}//", f"{QUEUE}/fal-ai/x;a=1", f"{QUEUE}/fal-ai/x y",
    f"{SUBMIT}?a=b c", f"{SUBMIT}?a=%zz", f"{SUBMIT}?a=%2", f"{SUBMIT}?a=%", f'{SUBMIT}?a="', f"{SUBMIT}?a=<b>",
    f"{QUEUE}/fal-ai/\xe9", f"{SUBMIT}?a=\xe9", f"https://queue.fal.r\xfcn/{MODEL}", f"{SUBMIT}\tx",
    f"{SUBMIT}, {SUBMIT}",
    f"https://[::1]/{MODEL}", f"https://queue%2efal.run/{MODEL}", f"https://queue..fal.run/{MODEL}",
    f"https://.fal.run/{MODEL}", f"https://queue_.fal.run/{MODEL}", f"{QUEUE}/fal-ai/{{x}}", f"{QUEUE}/fal-ai/x*",
]


@pytest.mark.parametrize("target", MALFORMED)
def test_a_target_that_two_parsers_could_read_differently_is_refused(policy, target):
    rules = policy(allowed_endpoints="**")
    for method in ("POST", "GET"):
        rules.refuses(target, method, 400, "target_invalid")
    assert rules.upstream.accepted == 0


@pytest.mark.parametrize("target", ["https://fal.run/", "https://fal.run/x", "https://queue.fal.run/x/",
                                    "https://queue.fal.run/", "https://fal.run/?a=/b/c"])
def test_a_target_without_owner_and_alias_is_refused(policy, target):
    policy(allowed_endpoints="**").refuses(target, "POST", 400, "endpoint_missing")


@pytest.mark.parametrize("scheme", ["http", "HTTP", "Http"])
def test_a_plain_http_target_is_refused_by_name(policy, scheme):
    policy().refuses(f"{scheme}://queue.fal.run/{MODEL}", "POST", 400, "target_not_https")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD"])
def test_a_request_without_a_target_is_refused(upstream, proxy, method):
    fal = upstream()
    body = b"{}" if method in ("POST", "PUT") else None
    answer = proxy(fal).fetch(request(None, method, body=body), method)
    if method == "HEAD":
        assert (answer.status, answer.body) == (400, b"")
    else:
        assert_proxy_error(answer, 400, "target_missing")
        assert "x-fal-target-url" in answer.json["message"]
    assert fal.accepted == 0


@pytest.mark.parametrize("second", [SUBMIT, f"{QUEUE}/other/app", "", "https://evil.example/"])
def test_two_target_fields_are_refused_even_if_they_agree(upstream, proxy, second):
    fal = upstream()
    answer = proxy(fal).fetch(request(SUBMIT, "POST", fields=[("X-Fal-Target-URL", second)], body=BODY))
    assert_proxy_error(answer, 400, "bad_request")
    assert fal.accepted == 0


@pytest.mark.parametrize("rid", ["../../x", "a%2fb", "a b", "x" * 257])
def test_a_request_id_that_is_none_is_refused(policy, rid):
    rules = policy(allowed_endpoints="**")
    answer = rules.fetch(f"{QUEUE}/{MODEL}/requests/{rid}/status", "GET")
    assert answer.status in (400, 403) and answer.error_type in ("proxy_target_invalid", "proxy_operation_not_allowed")
    assert rules.upstream.accepted == 0


def test_what_was_checked_is_what_is_sent(policy):
    """Neither decoded nor normalised: the request line holds the very bytes of the target."""
    rules = policy()
    rules.allows(f"{SUBMIT}?a=https%3A%2F%2Fx.example%2F%2e%2E%2f&b=%7e~!$&'()*+,;=:@/?")
    rules.allows(f"{SUBMIT}?")
    rules.allows(f"{SUBMIT}/")
