"""The content of a token request is read before anything goes to fal: whatever way it comes, fal gets what was checked."""

import json

import pytest

from harness import json_answer, request, respond
from harness.script import SUBMIT, Answering, assert_proxy_error

TOKENS = "https://rest.fal.ai/tokens/"
REALTIME = "https://rest.fal.ai/tokens/realtime"
GOOD = b'{"allowed_apps":["flux-differential-diffusion"],"token_expiration":900}'
SENT = b'{"allowed_apps":["flux-differential-diffusion"],"token_expiration":120}'
JSON = ("content-type", "application/json")


class Fal:
    def __init__(self, upstream, proxy, **settings):
        self.script = Answering(json_answer("eyJ.a.b"))
        self.upstream = upstream(self.script)
        self.relay = proxy(self.upstream, **{"tokens_enabled": "true", "event_loops": 1, **settings})

    def got(self, target="/tokens/", body=SENT):
        seen = self.script.next_request()
        assert (seen.method, seen.target, seen.body) == ("POST", target, body)
        assert seen.all("content-length") == [str(len(body))] and seen.all("transfer-encoding") == []

    def nothing(self):
        assert self.upstream.accepted == 0


@pytest.fixture
def fal(upstream, proxy):
    return lambda **settings: Fal(upstream, proxy, **settings)


def chunks(data, size):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in
                    (data[at:at + size] for at in range(0, len(data), size))) + b"0\r\n\r\n"


def test_the_life_of_a_token_is_lowered_in_the_content_fal_gets(fal):
    rules = fal()
    answer = rules.relay.fetch(request(TOKENS, "POST", fields=[JSON], body=GOOD))
    assert (answer.status, answer.json) == (200, "eyJ.a.b")
    rules.got()
    body = b'{"allowed_apps":["fal-ai/flux-differential-diffusion/realtime"],"duration":%d}'
    assert rules.relay.fetch(request(REALTIME, "POST", fields=[JSON], body=body % 3600)).status == 200
    rules.got("/tokens/realtime", body % 120)
    assert [line["operation"] for line in rules.relay.access_log(2)] == ["token", "token"]


def test_tokens_max_is_the_longest_life(fal):
    rules = fal(tokens_max="600s")
    assert rules.relay.fetch(request(TOKENS, "POST", fields=[JSON], body=GOOD)).status == 200
    rules.got(body=SENT.replace(b"120", b"600"))


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_content_in_chunks_of_any_size_arrives_whole_and_with_a_length(fal, size):
    rules = fal()
    with rules.relay.client() as client:
        client.send(request(TOKENS, "POST", fields=[JSON, ("transfer-encoding", "chunked")]) + chunks(GOOD, size))
        assert client.response().status == 200
        rules.got()
        # The connection is in step afterwards.
        client.send(request(TOKENS, "POST", fields=[JSON], body=GOOD))
        assert client.response().status == 200
        rules.got()


def test_content_that_comes_byte_by_byte_is_waited_for(fal):
    rules = fal()
    with rules.relay.client() as client:
        client.send(request(TOKENS, "POST", fields=[JSON, ("content-length", str(len(GOOD)))]))
        for byte in GOOD:
            client.send(bytes([byte]))
        assert client.response().status == 200
    rules.got()


def test_a_client_that_waits_for_100_continue_is_invited(fal):
    rules = fal()
    with rules.relay.client() as client:
        fields = [JSON, ("expect", "100-continue"), ("content-length", str(len(GOOD)))]
        client.send(request(TOKENS, "POST", fields=fields))
        assert client.head().start.startswith("HTTP/1.1 100 ")
        rules.nothing()
        client.send(GOOD)
        assert client.response().status == 200
    rules.got()


def test_what_is_refused_never_reaches_fal_and_keeps_the_connection(fal):
    rules = fal()
    with rules.relay.client() as client:
        for body, status, name in [
                (b'{"allowed_apps":["other"]}', 403, "endpoint_not_allowed"),
                (b'{"allowed_apps":["flux-differential-diffusion"],"allowed_apps":["x"]}', 400, "token_request_invalid"),
                (b"{}", 400, "token_request_invalid"), (b"", 400, "token_request_invalid"),
                (b"\xff\xfe", 400, "token_request_invalid")]:
            client.send(request(TOKENS, "POST", fields=[JSON], body=body))
            answer = client.response()
            assert_proxy_error(answer, status, name)
            assert b"other" not in answer.body
    rules.nothing()


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_content_larger_than_limits_collected_is_refused(fal, framing):
    rules = fal(limits_collected="2KiB")
    body = GOOD + b" " * (2049 - len(GOOD))
    with rules.relay.client() as client:
        if framing == "length":
            client.send(request(TOKENS, "POST", fields=[JSON], body=body))
        else:
            client.send(request(TOKENS, "POST", fields=[JSON, ("transfer-encoding", "chunked")]) + chunks(body, 100))
        answer = client.response()
    assert_proxy_error(answer, 413, "content_too_large")
    assert "limits.collected" in answer.json["message"]
    rules.nothing()
    assert rules.relay.fetch(request(TOKENS, "POST", fields=[JSON], body=body[:-1])).status == 200
    rules.got()


def test_content_that_stands_still_is_given_up_after_timeouts_body(fal):
    rules = fal(timeouts_body="300ms")
    with rules.relay.client() as client:
        client.send(request(TOKENS, "POST", fields=[JSON, ("content-length", str(len(GOOD)))]) + GOOD[:10])
        assert_proxy_error(client.response(), 408, "request_timeout")
    rules.nothing()


def test_a_client_that_goes_before_its_content_is_whole_costs_fal_nothing(fal):
    rules = fal()
    with rules.relay.client() as client:
        client.send(request(TOKENS, "POST", fields=[JSON, ("content-length", str(len(GOOD)))]) + GOOD[:10])
        client.close()
    (line,) = rules.relay.access_log(1)
    assert line["ended_by"] == "client"
    rules.nothing()


def test_malformed_chunks_are_refused(fal):
    rules = fal()
    with rules.relay.client() as client:
        client.send(request(TOKENS, "POST", fields=[JSON, ("transfer-encoding", "chunked")]) + b"5\r\n{\"allx\r\n")
        assert_proxy_error(client.response(), 400, "bad_request")
    rules.nothing()


def test_largest_content_passes_through_one_buffer_after_another(fal):
    apps = [f"fast-{'x' * 60}{index}" for index in range(6000)]
    rules = fal(limits_collected="1MiB", allowed_endpoints="fal-ai/fast-*")
    body = json.dumps({"allowed_apps": apps, "token_expiration": 60}, separators=(",", ":")).encode()
    assert len(body) > 400_000
    assert rules.relay.fetch(request(TOKENS, "POST", fields=[JSON], body=body)).status == 200
    rules.got(body=body)


def test_other_requests_on_the_loop_go_on_while_content_is_awaited(fal):
    rules = fal()
    with rules.relay.client() as client:
        client.send(request(TOKENS, "POST", fields=[JSON, ("content-length", "50")]) + b'{"allowed')
        assert rules.relay.fetch(request(SUBMIT, "POST", fields=[JSON], body=b"{}")).status == 200


def test_a_host_only_the_operator_knows_has_token_routes_of_its_own(upstream, proxy):
    fal = upstream(lambda connection: (connection.read_request(), connection.send(respond(200, body=b"ok"))))
    relay = proxy(
        fal, tokens_enabled="true", allowed_urls="@default,api.fal.ai/v1/tokens/**",
        origin_overrides=f"api.fal.ai={fal.url}")
    answer = relay.fetch(request("https://api.fal.ai/v1/tokens/x", "POST", fields=[JSON], body=b"anything"))
    assert answer.status == 200
