"""Webhooks, tokens and files of the embedded fal, by what a server, a page and a browser do with them."""

import base64
import hashlib
import http.server
import json
import queue
import re
import subprocess
import threading
import time

import pytest

from harness import Proxy, data_uri, png, request, wait_until

MODEL = "fal-ai/flux-differential-diffusion"
SOURCE = data_uri(png())
INPUT = {"prompt": "a cat", "image_url": SOURCE, "change_map_image_url": SOURCE}


class Receiver:
    """A server that webhooks are told to; it answers with `statuses`, then with 200."""

    def __init__(self, statuses=()):
        self.statuses = list(statuses)
        self.seen = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                body = handler.rfile.read(int(handler.headers["content-length"]))
                status = self.statuses.pop(0) if self.statuses else 200
                handler.send_response(status)
                if status // 100 == 3:
                    handler.send_header("location", "/elsewhere")
                handler.send_header("content-length", "0")
                handler.end_headers()
                self.seen.put((handler.path, handler.headers, body))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook?secret=s3cret"

    def next(self):
        return self.seen.get(timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def sandbox():
    with Proxy("serve", "--sandbox", key=None, sandbox_speed=1000, tokens_enabled="true") as proxy:
        yield proxy


def call(proxy, url, method="GET", body=None, fields=()):
    content = None if body is None else json.dumps(body).encode()
    return proxy.fetch(request(f"https://{url}", method, body=content, fields=fields), method)


def submit(proxy, hook, body=INPUT):
    quoted = hook.replace("?", "%3F").replace("=", "%3D")
    return call(proxy, f"queue.fal.run/{MODEL}?fal_webhook={quoted}", "POST", body).json["request_id"]


def is_signed(proxy, headers, body, tmp_path):
    """As the documentation of webhooks says, with OpenSSL."""
    keys = proxy.fetch(request(None, path="/sandbox/.well-known/jwks.json"))
    assert keys.status == 200 and keys.get("access-control-allow-origin") == "*"
    [key] = keys.json["keys"]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    public = bytes.fromhex("302a300506032b6570032100") + base64.urlsafe_b64decode(key["x"] + "==")
    message = "\n".join([headers[f"x-fal-webhook-{name}"] for name in ("request-id", "user-id", "timestamp")]
                        + [hashlib.sha256(body).hexdigest()])
    files = {"key": public, "message": message.encode(), "signature": bytes.fromhex(headers["x-fal-webhook-signature"])}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    verified = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "key", "-rawin",
         "-in", tmp_path / "message", "-sigfile", tmp_path / "signature"], capture_output=True)
    return verified.returncode == 0 and abs(time.time() - int(headers["x-fal-webhook-timestamp"])) < 300


def test_a_job_that_has_ended_is_told_of_and_signed(sandbox, tmp_path):
    with Receiver() as receiver:
        rid = submit(sandbox, receiver.url)
        path, headers, body = receiver.next()
        told = json.loads(body)
        assert path == "/hook?secret=s3cret" and headers["content-type"] == "application/json"
        assert (told["request_id"], told["gateway_request_id"], told["status"]) == (rid, rid, "OK")
        assert told["payload"] == call(sandbox, f"queue.fal.run/{MODEL}/requests/{rid}").json
        assert headers["x-fal-webhook-request-id"] == rid
        assert is_signed(sandbox, headers, body, tmp_path)
        assert not is_signed(sandbox, headers, body + b" ", tmp_path)
        failed = submit(sandbox, receiver.url, {})
        told = json.loads(receiver.next()[2])
        assert (told["request_id"], told["status"], told["error"]) == (failed, "ERROR", "Invalid status code: 422")
        assert [issue["loc"] for issue in told["payload"]["detail"]][0] == ["body", "prompt"]


def test_it_is_told_again_until_it_is_taken_but_not_after_a_redirect(sandbox, tmp_path):
    with Receiver([500, 404, 503]) as receiver:
        rid = submit(sandbox, receiver.url)
        bodies = [receiver.next() for _ in range(4)]
        assert {json.loads(body)["request_id"] for _, _, body in bodies} == {rid}
        assert is_signed(sandbox, bodies[3][1], bodies[3][2], tmp_path)
    with Receiver([302]) as receiver:
        rid = submit(sandbox, receiver.url)
        assert receiver.next()[0] == "/hook?secret=s3cret"
        wait_until(lambda: f"{rid} at 127.0.0.1" in sandbox.stderr, 10, "the line of the operator")
        assert "given up: it answered 302" in sandbox.stderr and receiver.seen.empty()
        assert "s3cret" not in sandbox.stderr + sandbox.stdout


@pytest.mark.parametrize("url,host", [("https://hooks.example/s3cret", "hooks.example"), ("http://10.1.2.3/s3cret", "10.1.2.3"),
                                      ("https://127.0.0.1/s3cret", "127.0.0.1")])
def test_nothing_is_told_to_another_machine(sandbox, url, host):
    rid = submit(sandbox, url)
    wait_until(lambda: f"{rid} at {host}: not told" in sandbox.stderr, 10, "the line of the operator")
    assert "s3cret" not in sandbox.stderr


def test_a_token_opens_a_direct_stream_of_its_app_and_nothing_else(sandbox):
    own = re.search(r"sandbox at http://(\S+?):(\d+)", sandbox.stderr)
    alias = MODEL.split("/")[1]
    token = call(sandbox, "rest.fal.ai/tokens/", "POST", {"allowed_apps": [alias], "token_expiration": 100}).json
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 100 and claims["allowed_apps"] == [alias]

    class Direct(Proxy):
        def __init__(self):
            self.address = (own.group(1), int(own.group(2)))

    def stream(token, host="fal.run", path=f"/{MODEL}/stream"):
        lines = request(None, "POST", path=f"{path}?fal_jwt_token={token}", host=host, body=json.dumps(INPUT).encode())
        return Direct().fetch(lines, "POST")

    assert b'"images"' in stream(token).body
    for other in (token[:-2], "a.b.c", ""):
        assert stream(other).status == 401
    assert stream(token, path="/sandbox/nsfw").status == 401
    assert stream(token, host="queue.fal.run", path=f"/{MODEL}").status == 401


def test_a_file_is_served_in_parts_to_every_origin(sandbox):
    target = "rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3"
    announced = call(sandbox, target, "POST", {"content_type": "text/plain", "file_name": "a.txt"}).json

    def at(url, method="GET", body=None, fields=()):
        path = "/" + url.split("/", 3)[3]
        return sandbox.fetch(request(None, method, path=path, body=body, fields=fields), method)

    parts = [at(f"{announced['upload_url']}/{number}", "PUT", text).json for number, text in ((1, b"01234"), (2, b"56789"))]
    done = at(f"{announced['upload_url']}/complete", "POST", json.dumps({"parts": parts}).encode())
    assert done.status == 200 and done.get("access-control-allow-origin") == "*"
    whole = at(announced["file_url"])
    assert whole.body == b"0123456789" and whole.get("accept-ranges") == "bytes" and whole.get("content-type") == "text/plain"
    etag = whole.get("etag")
    for fields, status, body, told in [
            ([("range", "bytes=2-4")], 206, b"234", "bytes 2-4/10"), ([("range", "bytes=-2")], 206, b"89", "bytes 8-9/10"),
            ([("range", "bytes=2-4"), ("if-range", etag)], 206, b"234", "bytes 2-4/10"),
            ([("range", "bytes=2-4"), ("if-range", '"other"')], 200, b"0123456789", None),
            ([("range", "bytes=10-")], 416, None, "bytes */10")]:
        part = at(announced["file_url"], fields=fields)
        assert (part.status, part.get("content-range")) == (status, told) and part.get("access-control-allow-origin") == "*"
        assert body is None or part.body == body
    preflight = at(announced["file_url"], "OPTIONS", fields=[("access-control-request-headers", "range")])
    assert preflight.get("access-control-allow-headers") == "range"


def test_a_picture_in_the_answer_is_no_file_and_units_are_megapixels_rounded_up(sandbox):
    body = {**INPUT, "image_url": data_uri(png(1001, 1000)), "num_images": 2, "sync_mode": True}
    answer = call(sandbox, f"fal.run/{MODEL}", "POST", body)
    assert answer.get("x-fal-billable-units") == "4"
    assert all(image["url"].startswith("data:image/") for image in answer.json["images"])
