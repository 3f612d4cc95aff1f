"""Extreme numbers in every place where the embedded fal takes one: each is answered, and the process goes on."""

import json

import pytest

from harness import Proxy, data_uri, png, request

MODEL = "fal-ai/flux-differential-diffusion"
GENERAL = "fal-ai/flux-general/differential-diffusion"
STAND_IN = "some/model"
MENU = ["slow?ms=1", "cut", "nsfw", "stream?n=2&ms=1"]
ENDPOINTS = [MODEL, GENERAL, STAND_IN, *(f"sandbox/{entry}" for entry in MENU)]
SOURCE = data_uri(png())
INPUT = {"prompt": "p", "image_url": SOURCE, "change_map_image_url": SOURCE}
NUMBERS = [0, -3, 101, 20_000_000, 2**53, 2**63 - 1, 2**64, -2**63, 10**400]
TEXTS = [*map(str, NUMBERS), "-0", "1e18", "-1e308", "1e-308", "1e999", "NaN", "null", "[9]", '""']
FIELDS = ["num_inference_steps", "num_images", "seed", "strength", "guidance_scale", "sync_mode", "image_size"]


@pytest.fixture(scope="module")
def sandbox():
    endpoints = f"{MODEL},{GENERAL},{STAND_IN},sandbox/**"
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints=endpoints, sandbox_speed=100, sandbox_image_side=16,
               sandbox_runners=8) as proxy:
        yield proxy


def call(proxy, target, method="GET", content=None, fields=()):
    return proxy.fetch(request(f"https://{target}", method, body=content, fields=fields), method)


def bodies():
    base = json.dumps(INPUT)[:-1]
    for text in TEXTS:
        yield from (f'{base},"{field}":{text}}}' for field in FIELDS)
        yield from (f'{base},"image_size":{{"{side}":{text}}}}}' for side in ("width", "height"))
        yield f'{base},"image_size":{{"width":{text},"height":{text}}}}}'
    yield base + "," + ",".join(f'"{field}":{2**63 - 1}' for field in FIELDS) + "}"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_number_in_an_input_ends_the_process(sandbox, endpoint):
    path, _, query = endpoint.partition("?")
    app = "/".join(path.split("/")[:2])
    for body in bodies():
        submitted = call(sandbox, f"queue.fal.run/{endpoint}", "POST", body.encode())
        assert submitted.status in (200, 422), body
        follow_up = f"queue.fal.run/{app}/requests/{submitted.json['request_id']}"
        # The end of the stream is that of the job.
        stream = call(sandbox, f"{follow_up}/status/stream?logs=1")
        assert stream.status == 200 and b"COMPLETED" in stream.body, body
        status = call(sandbox, f"{follow_up}/status?logs=1")
        assert status.status == 200 and len(status.json["logs"]) <= 110, body


def test_no_number_in_a_direct_run_ends_the_process(sandbox):
    for endpoint in (MODEL, STAND_IN, "sandbox/nsfw/stream"):
        for body in bodies():
            assert call(sandbox, f"fal.run/{endpoint}", "POST", body.encode()).status in (200, 422), body


@pytest.mark.parametrize("text", TEXTS)
def test_no_number_around_an_input_ends_the_process(sandbox, text):
    value = text.strip('"[]')
    body = json.dumps(INPUT).encode()
    for target in (f"sandbox/slow?ms={value}", f"sandbox/flaky?n={value}", f"sandbox/stream?n={value}&ms={value}",
                   f"sandbox/error/{value}", f"{STAND_IN}?fal_max_queue_length={value}&logs={value}"):
        submitted = call(sandbox, f"queue.fal.run/{target}", "POST", body)
        assert 200 <= submitted.status < 600
        if submitted.status == 200:
            app = "/".join(target.split("?")[0].split("/")[:2])
            call(sandbox, f"queue.fal.run/{app}/requests/{submitted.json['request_id']}/cancel", "PUT")
    for fields in ([("x-fal-request-timeout", value)], [("x-sandbox-fault", f"slow?ms={value}"), ("x-fal-request-timeout", "0.01")],
                   [("x-fal-queue-priority", value)]):
        if value:
            call(sandbox, f"queue.fal.run/{STAND_IN}", "POST", body, fields)
    for kind in ("token_expiration", "duration"):
        content = f'{{"allowed_apps":["{MODEL}"],"{kind}":{text}}}'.encode()
        for path in ("tokens/", "tokens/realtime"):
            call(sandbox, f"rest.fal.ai/{path}", "POST", content)


@pytest.mark.parametrize("text", TEXTS)
def test_no_number_of_an_upload_or_a_range_ends_the_process(sandbox, text):
    value = text.strip('"[]')
    announced = call(sandbox, "rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3", "POST",
                     b'{"content_type":"text/plain","file_name":"a.txt"}').json
    uploads = announced["upload_url"].split("/api/fal/proxy")[1]
    file = "/api/fal/proxy" + announced["file_url"].split("/api/fal/proxy")[1]
    def plain(method, path, content=b"", fields=()):
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return sandbox.fetch(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\ncontent-length: {len(content)}\r\n{lines}"
                             "connection: close\r\n\r\n".encode() + content, method)
    assert plain("PUT", f"/api/fal/proxy{uploads}/1", b"hello").status == 200
    plain("PUT", f"/api/fal/proxy{uploads}/{value}", b"hello")
    parts = f'{{"parts":[{{"partNumber":{text},"etag":"x"}},{{"partNumber":1,"etag":"x"}}]}}'.encode()
    plain("POST", f"/api/fal/proxy{uploads}/complete", parts)
    plain("PUT", f"/api/fal/proxy{uploads}", b"hello")
    for bounds in (f"{value}-", f"-{value}", f"{value}-{value}", f"0-{value}", f"{value}-0"):
        assert plain("GET", file, fields=[("range", f"bytes={bounds}")]).status in (200, 206, 404, 416)


@pytest.fixture(autouse=True)
def goes_on(sandbox):
    yield
    assert sandbox.process.poll() is None and call(sandbox, "fal.run/sandbox/slow?ms=0", "POST", b"{}").status == 200
