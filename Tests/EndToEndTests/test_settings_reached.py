"""Limits whose setting no other end-to-end test reaches."""

from harness import request, respond

QUEUE = "https://queue.fal.run/fal-ai/flux-differential-diffusion"
STATUS = f"{QUEUE}/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/status"


def test_a_target_longer_than_limits_request_target_is_refused(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, limits_request_target=300)
    longest = STATUS + "?" + "x" * (300 - len(STATUS) - 1)
    assert relay.fetch(request(longest)).status == 200
    answer = relay.fetch(request(longest + "x"))
    assert (answer.status, answer.error_type) == (400, "proxy_target_too_long")
    assert fal.accepted == 1


def test_a_response_head_larger_than_limits_response_head_is_an_error(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(respond(200, [("x-filler", "x" * 2000)], b"{}"))

    fal = upstream(serve)
    relay = proxy(fal, limits_response_head=1024)
    answer = relay.fetch(request(STATUS))
    assert (answer.status, answer.error_type) == (502, "proxy_upstream_invalid")
    answer = relay.fetch(request(QUEUE, "POST", body=b"{}"))
    assert (answer.status, answer.error_type) == (500, "proxy_upstream_ambiguous")
    assert proxy(fal).fetch(request(STATUS)).status == 200
