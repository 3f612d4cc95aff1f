"""Every operation an official client sends through a proxy (protocol.md §2.2), as it arrives at fal."""

import pytest

from harness import CANARY, request

MODEL = "fal-ai/flux-differential-diffusion"
QUEUE = "https://queue.fal.run"
RID = "764cabcf-b745-4b3e-ae38-1200304cf45b"

OPERATIONS = [
    ("submit", "POST", f"{QUEUE}/{MODEL}", b'{"prompt":"x"}'),
    ("submit", "POST", f"{QUEUE}/{MODEL}?fal_webhook=https%3A%2F%2Fhook.example%2Fdone", b'{"prompt":"x"}'),
    ("status", "GET", f"{QUEUE}/{MODEL}/requests/{RID}/status?logs=1", None),
    ("status", "GET", f"{QUEUE}/{MODEL}/requests/{RID}/status?logs=0", None),
    ("status", "GET", f"{QUEUE}/{MODEL}/requests/{RID}/status", None),
    ("status_stream", "GET", f"{QUEUE}/{MODEL}/requests/{RID}/status/stream?logs=1", None),
    ("result", "GET", f"{QUEUE}/{MODEL}/requests/{RID}", None),
    ("cancel", "PUT", f"{QUEUE}/{MODEL}/requests/{RID}/cancel", None),
    ("run", "POST", f"https://fal.run/{MODEL}", b'{"prompt":"x"}'),
    ("run", "GET", f"https://fal.run/{MODEL}?prompt=x", None),
    ("stream", "POST", f"https://fal.run/{MODEL}/stream", b'{"prompt":"x"}'),
    ("upload_initiate", "POST", "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3", b"{}"),
    ("upload_initiate", "POST", "https://rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3", b"{}"),
    ("upload_initiate", "POST", "https://rest.alpha.fal.ai/storage/upload/initiate", b"{}"),
]


@pytest.mark.parametrize("operation,method,target,body", OPERATIONS)
def test_operation_reaches_fal_with_the_servers_key(upstream, proxy, operation, method, target, body):
    fal = upstream()
    relay = proxy(fal, webhooks_allow="hook.example/**", get_runs="true")
    answer = relay.fetch(request(target, method, fields=[("content-type", "application/json")], body=body), method)
    assert answer.status == 200 and answer.json == {"ok": True}
    assert answer.get("x-fal-request-id") == "req-1"
    seen = fal.next_request()
    host, _, rest = target.removeprefix("https://").partition("/")
    assert (seen.method, seen.target) == (method, "/" + rest)
    assert seen.all("host") == [host]
    assert seen.all("authorization") == [f"Key {CANARY}"]
    assert seen.body == (body or b"")
    assert relay.access_log()[0]["operation"] == operation
