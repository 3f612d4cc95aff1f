"""Limits of each caller, and of all together: what is refused, what it says, and that all is given back however a request
ends."""

import re
import socket
import threading
import time

import pytest

from harness import json_answer, request, respond, wait_until
from harness.script import MODEL, QUEUE, RUN, STATUS, SUBMIT, Answering, assert_proxy_error

EVENTS = f"{STATUS}/stream"
RESULT = STATUS.removesuffix("/status")
CANCEL = f"{RESULT}/cancel"
DIRECT = f"{RUN}/{MODEL}"
UPLOAD = "https://rest.fal.ai/storage/upload/initiate"
TOKEN = "token-of-the-app-0001"
BEARER = ("authorization", f"Bearer {TOKEN}")
#: What stands for all defaults; the harness turns them off.
AUTO = dict.fromkeys(["rates_submits", "rates_jobs", "rates_polls", "rates_streams", "rates_uploads"], "auto")
ORIGIN = "https://page.example"


def job(number):
    return f"764cabcf-b745-4b3e-ae38-{number:012}"


def fields(answer):
    """Retry-After, RateLimit and RateLimit-Policy of a refusal."""
    return tuple(answer.get(name) for name in ("retry-after", "ratelimit", "ratelimit-policy"))


def assert_limited(answer, setting):
    assert_proxy_error(answer, 429, "rate_limited")
    variable = "FAL_PROXY_" + setting.upper().replace(".", "_")
    assert f"{setting} ({variable})" in answer.json["message"], answer.json
    assert 1 <= int(answer.get("retry-after"))
    return fields(answer)


class Caller:
    """Asks on one connection, one request after the other."""

    def __init__(self, relay, source=None, token=None):
        self.client = relay.client(source=source)
        self.fields = [("authorization", f"Bearer {token}")] if token else []

    def __call__(self, target, method="GET", body=None, extra=(), path="/api/fal/proxy"):
        self.client.send(request(target, method, path, [*self.fields, *extra], body))
        return self.client.response(method)

    def submit(self, **options):
        return self(SUBMIT, "POST", b"{}", **options)

    def quota(self):
        answer = self(None, path="/api/fal/proxy/quota")
        assert answer.status == 200 and answer.get("content-type") == "application/json"
        assert answer.get("cache-control") == "private, no-store"
        assert set(answer.json) == {"rates", "budgets"} and answer.json["budgets"] == []
        for rate in answer.json["rates"]:
            assert list(rate) == ["name", "limit", "window", "used", "remaining", "resets"]
        return {rate["name"]: rate for rate in answer.json["rates"]}

    def jobs(self):
        return self.quota()["jobs"]["used"]


@pytest.fixture
def limited(upstream, proxy):
    """limited(answers…, setting=value…): a relay before a fal that gives these answers, and a caller."""
    def start(*answers, **settings):
        fal = upstream(Answering(*answers)) if answers else upstream()
        relay = proxy(fal, event_loops=1, **settings)
        return fal, relay, Caller(relay)

    return start


# --- Rates ------------------------------------------------------------------------------------------------------------


def test_without_settings_an_address_submits_sixty_a_minute_and_nothing_else_is_limited(limited):
    fal, relay, caller = limited(**AUTO)
    began = time.monotonic()
    answers = [caller.submit() for _ in range(300)]
    admitted = sum(answer.status == 200 for answer in answers)
    assert 60 <= admitted <= 61 + int(time.monotonic() - began)
    retry, limit, policy = assert_limited(answers[-1], "rates.submits")
    assert re.fullmatch(rf'"submits";r=0;t={retry}', limit) and policy == '"submits";q=60;w=60'
    # A refused submit touches nothing else, and nothing else touches submits.
    assert all(caller(STATUS).status == 200 for _ in range(300))
    assert caller(CANCEL, "PUT").status == 200
    assert list(caller.quota()) == ["submits"]


def test_users_with_tokens_submit_thirty_a_minute_and_the_rest_is_limited_too(limited):
    _, relay, _ = limited(auth_tokens=TOKEN, **AUTO)
    caller = Caller(relay, token=TOKEN)
    quota = caller.quota()
    assert {name: (rate["limit"], rate["window"]) for name, rate in quota.items()} == {
        "submits": (30, 60), "jobs": (10, None), "polls": (100, 1), "streams": (32, None), "uploads": (60, 600)}
    assert all(rate["used"] == 0 and rate["remaining"] == rate["limit"] for rate in quota.values())
    assert quota["submits"]["resets"] == 0 and quota["jobs"]["resets"] is None
    answers = [caller(DIRECT, "POST", b"{}") for _ in range(300)]
    assert 30 <= sum(answer.status == 200 for answer in answers) <= 32
    assert_limited(answers[-1], "rates.submits")


def test_with_the_sandbox_nothing_is_limited_unless_set(proxy):
    for settings, expected in ((AUTO, []), ({**AUTO, "rates_jobs": "2"}, ["jobs"])):
        caller = Caller(proxy(None, "--sandbox", **settings))
        assert list(caller.quota()) == expected
        assert all(caller.submit().status == 200 for _ in range(2))


def test_polls_do_not_use_up_submits_nor_cancels(limited):
    _, _, caller = limited(rates_submits="5/1m", rates_polls="3/1h")
    polls = [caller(target) for target in (STATUS, RESULT, STATUS, STATUS, RESULT)]
    assert [answer.status for answer in polls] == [200, 200, 200, 429, 429]
    assert assert_limited(polls[-1], "rates.polls")[2] == '"polls";q=3;w=3600'
    assert [caller.submit().status for _ in range(6)] == [200] * 5 + [429]
    assert all(caller(CANCEL, "PUT").status == 200 for _ in range(20))


def test_what_burst_allows_at_once(limited):
    _, _, caller = limited(rates_submits="60/1h", rates_burst="2")
    assert [caller.submit().status for _ in range(4)] == [200, 200, 429, 429]
    quota = caller.quota()["submits"]
    assert (quota["limit"], quota["used"], quota["remaining"]) == (60, 2, 0) and 100 < quota["resets"] <= 120


@pytest.mark.parametrize("burst", [1, 4, 60, 100])
def test_used_and_remaining_of_the_quota_come_to_the_burst(limited, burst):
    _, _, caller = limited(rates_submits="60/1h", rates_burst=burst)
    for admitted in range(4):
        quota = caller.quota()["submits"]
        used = min(admitted, burst)
        assert (quota["limit"], quota["used"], quota["remaining"]) == (60, used, burst - used)
        assert caller.submit().status == (200 if admitted < burst else 429)


def test_a_limit_counts_again_after_as_long_as_retry_after_says(limited):
    _, _, caller = limited(rates_submits="1/1s")
    assert caller.submit().status == 200
    refused = caller.submit()
    assert assert_limited(refused, "rates.submits")[0] == "1"
    wait_until(lambda: caller.submit().status == 200, 3)


def test_runs_by_get_count_as_submits_and_uploads_by_themselves(limited):
    _, _, caller = limited(rates_submits="2/1h", rates_uploads="1/1h", get_runs="true")
    assert [caller(f"{DIRECT}?prompt=a").status for _ in range(3)] == [200, 200, 429]
    body = b'{"file_name":"a.png","content_type":"image/png"}'
    uploads = [caller(UPLOAD, "POST", body, [("content-type", "application/json")]) for _ in range(2)]
    assert [answer.status for answer in uploads] == [200, 429]
    assert assert_limited(uploads[1], "rates.uploads")[2] == '"uploads";q=1;w=3600'


def test_two_callers_have_limits_of_their_own_and_one_together(limited):
    _, relay, one = limited(rates_submits="2/1h", rates_total_submits="3/1h")
    other = Caller(relay, source="127.0.0.2")
    assert [one.submit().status for _ in range(3)] == [200, 200, 429]
    assert other.submit().status == 200
    refused = other.submit()
    assert assert_limited(refused, "rates_total.submits")[1:] == (
        f'"total-submits";r=0;t={refused.get("retry-after")}', '"total-submits";q=3;w=3600')
    assert "all callers together" in refused.json["message"]


def test_the_loops_count_together(upstream, proxy):
    relay = proxy(upstream(), event_loops=2, rates_submits="10/1h")
    assert sum(Caller(relay).submit().status == 200 for _ in range(40)) == 10


def test_content_counts_both_ways_and_is_refused_at_the_next_request(limited):
    _, _, caller = limited(respond(200, [("content-type", "text/plain")], b"x" * 6000), rates_bytes="8KiB/1h")
    answer = caller(DIRECT, "POST", b"y" * 3000)
    assert (answer.status, len(answer.body)) == (200, 6000)
    limit = assert_limited(caller(STATUS), "rates.bytes")
    assert limit[2] == '"bytes";q=8192;qu="content-bytes";w=3600'
    assert caller(CANCEL, "PUT").status == 200


# --- Jobs -------------------------------------------------------------------------------------------------------------


def accepted(number, known=True):
    return json_answer(
        {"status": "IN_QUEUE", "request_id": job(number), "logs": None},
        fields=[("x-fal-request-id", job(number))] if known else [])


@pytest.mark.parametrize("known", [True, False], ids=["by field", "by content"])
@pytest.mark.parametrize("end", [
    ("status", "GET", respond(200, [("content-type", "application/json")], b'{"status":"COMPLETED"}')),
    ("", "GET", json_answer({"images": []})), ("", "GET", json_answer({"detail": []}, 422)),
    ("cancel", "PUT", json_answer({"status": "CANCELLATION_REQUESTED"}, 202)),
    ("cancel", "PUT", json_answer({"status": "ALREADY_COMPLETED"}, 400)),
    ("status/stream", "GET", respond(
        200, [("content-type", "text/event-stream"), ("transfer-encoding", "chunked")],
        b'15\r\ndata: {"status":"COMP\r\n8\r\nLETED"}\n\r\n1\r\n\n\r\n0\r\n\r\n')),
], ids=["completed", "result", "failed", "cancelled", "already over", "event"])
def test_a_queued_job_counts_until_its_end_passes_by(limited, known, end):
    tail, method, answer = end
    going = json_answer({"status": "IN_PROGRESS"}, 202)
    fal, _, caller = limited(accepted(1, known), accepted(2, known), going, answer, accepted(3), rates_jobs=2)
    assert [caller.submit().status for _ in range(3)] == [200, 200, 429]
    assert caller(f"{QUEUE}/{MODEL}/requests/{job(1)}/status").status == 202
    refused = caller.submit()
    assert assert_limited(refused, "rates.jobs")[1:] == ('"jobs";r=0', '"jobs";q=2;qu="concurrent-requests"')
    caller(f"{QUEUE}/{MODEL}/requests/{job(1)}/{tail}".rstrip("/"), method)
    assert caller.jobs() == 1
    assert caller.submit().status == 200


@pytest.mark.parametrize("answer", [json_answer({"detail": "no"}, status) for status in (400, 403, 404, 429, 500, 503)])
def test_a_submit_that_fal_refuses_is_given_back_at_once(limited, answer):
    _, _, caller = limited(answer, rates_jobs=1)
    for _ in range(3):
        assert caller.submit().status >= 400
    assert caller.jobs() == 0


def test_what_does_not_tell_of_an_end_gives_nothing_back(limited):
    _, _, caller = limited(
        accepted(1), json_answer({"detail": "no"}, 404), json_answer({"detail": "Request is still in progress"}, 400),
        json_answer({}, 429), rates_jobs=1)
    assert caller.submit().status == 200
    for _ in range(3):
        caller(f"{QUEUE}/{MODEL}/requests/{job(1)}")
    assert caller.jobs() == 1 and caller.submit().status == 429


def test_a_job_is_followed_by_the_id_in_the_content_whatever_a_field_says(limited):
    answer = json_answer({"status": "IN_QUEUE", "request_id": job(1)}, fields=[("x-fal-request-id", job(9))])
    over = json_answer({"status": "COMPLETED"}, 200)
    _, _, caller = limited(answer, over, rates_jobs=2)
    assert caller.submit().status == 200 and caller.jobs() == 1
    assert caller(f"{QUEUE}/{MODEL}/requests/{job(1)}/status").status == 200
    assert caller.jobs() == 0


def test_a_refused_cancel_gives_back_only_what_it_says_is_over(limited):
    odd, over = json_answer({"detail": "bad"}, 400), json_answer({"status": "ALREADY_COMPLETED"}, 400)
    _, _, caller = limited(accepted(1), odd, over, rates_jobs=2)
    assert caller.submit().status == 200
    for left in (1, 0):
        assert caller(f"{QUEUE}/{MODEL}/requests/{job(1)}/cancel", "PUT").status == 400
        assert caller.jobs() == left


def test_content_of_a_cancel_counts_too(limited):
    _, _, caller = limited(json_answer({"status": "CANCELLATION_REQUESTED"}, 202), rates_bytes="1KiB/1h")
    assert caller(f"{QUEUE}/{MODEL}/requests/{job(1)}/cancel", "PUT", b"x" * 4096).status == 202
    assert caller.quota()["bytes"]["used"] == 1024


def test_what_the_proxy_refuses_itself_uses_up_nothing(limited):
    _, _, caller = limited(rates_uploads="1/1h", rates_total_uploads="1/1h", uploads_content_types="image/*")
    def upload(kind):
        body = b'{"file_name":"a","content_type":"%s"}' % kind
        return caller(UPLOAD, "POST", body, [("content-type", "application/json")]).status
    assert [upload(kind) for kind in (b"text/html", b"text/html", b"image/png", b"image/png")] == [403, 403, 200, 429]


@pytest.mark.parametrize("settings", [
    {"rates_submits": "off", "rates_burst": "5"}, {"rates_total_burst": "5"}])
def test_a_burst_of_what_has_no_limit_is_a_fault(proxy, settings):
    relay = proxy(None, "check", wait=False, **settings)
    assert relay.wait() == 78 and "burst" in relay.stderr


def test_a_job_that_nobody_asks_for_expires(limited):
    _, _, caller = limited(accepted(1), accepted(2), rates_jobs=1, jobs_expire="1s")
    assert caller.submit().status == 200 and caller.submit().status == 429
    wait_until(lambda: caller.jobs() == 0, 5)
    assert caller.submit().status == 200


def test_who_leaves_before_the_answer_has_not_shaken_off_the_job(upstream, proxy):
    def serve(connection):
        connection.read_request()
        fal.requests.put(None)
        connection.wait_closed()

    fal = upstream(serve)
    relay = proxy(fal, event_loops=1, rates_jobs=2)
    with relay.client() as client:
        client.send(request(SUBMIT, "POST", body=b"{}"))
        fal.next_request()
        client.reset()
    fal.next_closed()
    assert Caller(relay).jobs() == 1


@pytest.mark.parametrize("target", [DIRECT, f"{DIRECT}/stream", EVENTS], ids=["run", "stream", "status stream"])
@pytest.mark.parametrize("ending", ["whole", "client leaves", "fal leaves"])
def test_what_is_open_is_given_back_however_it_ends(upstream, proxy, target, ending):
    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n3\r\n: a\r\n")
        fal.requests.put(connection)
        connection.wait_closed()

    fal = upstream(serve)
    relay = proxy(fal, event_loops=1, rates_jobs=1, rates_streams=1)
    method = "GET" if target == EVENTS else "POST"
    client = relay.client()
    client.send(request(target, method, body=None if method == "GET" else b"{}"))
    connection = fal.next_request()
    client.head()
    caller = Caller(relay)
    quota = caller.quota()
    assert (quota["jobs"]["used"], quota["streams"]["used"]) == (int(target != EVENTS), int(target != DIRECT))
    refused = caller(target, method, None if method == "GET" else b"{}")
    assert_limited(refused, "rates.streams" if target == EVENTS else "rates.jobs")
    if ending == "whole":
        connection.send(b"0\r\n\r\n")
        assert client.reader.chunked() == b": a"
    elif ending == "client leaves":
        client.reset()
    else:
        connection.close()
    wait_until(lambda: (caller.jobs(), caller.quota()["streams"]["used"]) == (0, 0), 5)


def test_a_run_that_cannot_reach_fal_is_given_back(proxy):
    relay = proxy(None, event_loops=1, rates_jobs=1, origin_overrides="fal.run=http://127.0.0.1:1,queue.fal.run=http://127.0.0.1:1")
    caller = Caller(relay)
    for _ in range(3):
        assert caller(DIRECT, "POST", b"{}").status == 502
        assert caller.submit().status == 502
    assert caller.jobs() == 0


def test_a_hundred_thousand_callers_are_remembered_in_bounded_memory(proxy):
    """No more than rates_identities of them, whoever was idle longest is forgotten first; what they submit fails at once, as
    nothing listens where fal should be."""
    relay = proxy(None, event_loops=1, rates_submits="1/1h", rates_identities=100_000, trusted_proxies="127.0.0.1",
                  origin_overrides="queue.fal.run=http://127.0.0.1:1", access_log="none")

    def ask(numbers):
        """How often each status came, of one submit of each address."""
        addresses = [f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in numbers]
        data = b"".join(request(SUBMIT, "POST", fields=[("x-forwarded-for", address)], body=b"{}") for address in addresses)
        statuses = []
        with socket.create_connection(relay.address) as sock:
            sender = threading.Thread(target=sock.sendall, args=(data,), daemon=True)
            sender.start()
            rest = b""
            while len(statuses) < len(addresses):
                piece = sock.recv(1 << 20)
                assert piece, "closed"
                lines = (rest + piece).split(b"HTTP/1.1 ")
                # The status of the last one may not be whole.
                statuses += [line[:3] for line in lines[1:-1]]
                rest = b"HTTP/1.1 " + lines[-1] if len(lines) > 1 else lines[0]
                if len(statuses) == len(addresses) - 1 and rest.endswith(b"}\n"):
                    statuses.append(rest[9:12])
            sender.join(10)
        return {status: statuses.count(status) for status in set(statuses)}

    assert ask(range(1000)) == {b"502": 1000}
    before = relay.status_kib("VmRSS")
    assert ask(range(1000, 130_000)) == {b"502": 129_000}
    assert relay.status_kib("VmRSS") - before < 48 << 10
    # The latest are remembered, the first are not.
    assert ask([129_999, 129_000]) == {b"429": 2}
    assert ask([0]) == {b"502": 1}


# --- What pages and strangers see ---------------------------------------------------------------------------------------


def test_the_fields_of_a_refusal_are_exposed_to_pages(limited):
    _, _, caller = limited(rates_submits="1/1h", allowed_origins=ORIGIN)
    origin = [("origin", ORIGIN)]
    caller.submit(extra=origin)
    refused = caller.submit(extra=origin)
    assert refused.status == 429 and refused.get("access-control-allow-origin") == ORIGIN
    exposed = re.split(", *", refused.get("access-control-expose-headers"))
    assert {"retry-after", "ratelimit", "ratelimit-policy"} <= set(exposed)


def test_the_quota_is_told_to_those_who_may_call_alone(limited):
    fal, relay, _ = limited(auth_tokens=TOKEN, allowed_origins=ORIGIN, **AUTO)
    quota = "/api/fal/proxy/quota"
    assert_proxy_error(relay.fetch(request(None, path=quota)), 401, "unauthorized")
    page = relay.fetch(request(None, path=quota, fields=[("origin", "https://evil.example"), BEARER]))
    assert_proxy_error(page, 403, "origin_not_allowed")
    page = relay.fetch(request(None, path=quota, fields=[("origin", ORIGIN), BEARER]))
    assert page.status == 200 and page.get("access-control-allow-origin") == ORIGIN
    asked = relay.fetch(request(None, "OPTIONS", quota, [
        ("origin", ORIGIN), ("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")]))
    assert asked.status == 204 and asked.get("access-control-allow-origin") == ORIGIN
    wrong = relay.fetch(request(None, "POST", quota, [BEARER], b""))
    assert_proxy_error(wrong, 405, "method_not_allowed")
    assert wrong.get("allow") == "GET, HEAD, OPTIONS"
    assert relay.fetch(request(None, "HEAD", quota, [BEARER]), "HEAD").status == 200
    assert fal.accepted == 0


def test_the_quota_without_limits_is_empty(limited):
    _, _, caller = limited()
    assert caller.quota() == {}


def test_a_refusal_is_logged_with_its_name(limited):
    _, relay, caller = limited(rates_submits="1/1h")
    caller.submit(), caller.submit()
    line = relay.access_log(2)[1]
    assert (line["status"], line["error_type"], line["operation"]) == (429, "proxy_rate_limited", "submit")
