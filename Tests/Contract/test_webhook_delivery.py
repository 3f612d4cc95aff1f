"""Webhooks (protocol.md §8). Of the sandbox only: fal calls no address of this machine."""

import base64
import hashlib
import http.server
import json
import queue
import subprocess
import threading
import time
from urllib.parse import quote

import pytest

from fals import INPUT, MODEL, QUEUE

pytestmark = [
    pytest.mark.sandbox_only,
]
FIELDS = ["x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp", "x-fal-webhook-signature"]


class Receiver:
    """A server on loopback that keeps what is posted to it, and answers the first with `statuses`."""

    def __init__(self, *statuses):
        received = self.received = queue.Queue()
        left = list(statuses)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                received.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(left.pop(0) if left else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def next(self, seconds=10):
        return self.received.get(timeout=seconds)

    @property
    def query(self):
        return "?fal_webhook=" + quote(f"http://127.0.0.1:{self.server.server_port}/hook", safe="")


@pytest.fixture(scope="module")
def called(fal):
    """A job that told of its end: the job, the fields and the content."""
    with Receiver() as receiver:
        job = fal.submit(INPUT, receiver.query)
        fields, body = receiver.next()
        return fal.watch(job), fields, body


def test_a_webhook_brings_the_output(called):
    job, fields, body = called
    told = json.loads(body)
    assert told["request_id"] == job.id and told["gateway_request_id"] and told["status"] == "OK"
    assert told["payload"] == job.result.json and fields["content-type"].startswith("application/json")


def test_it_names_itself_and_its_time(called):
    job, fields, _ = called
    assert all(fields.get(name) for name in FIELDS) and fields[FIELDS[0]] == job.id
    assert abs(time.time() - int(fields[FIELDS[2]])) < 300


def test_it_is_signed_with_a_published_key(fal, called, tmp_path):
    """Ed25519 over id, user, time and the digest of the content, a line each, the last without an end."""
    _, fields, body = called
    signed = "\n".join([*(fields[name] for name in FIELDS[:3]), hashlib.sha256(body).hexdigest()])
    (tmp_path / "signed").write_bytes(signed.encode())
    (tmp_path / "signature").write_bytes(bytes.fromhex(fields[FIELDS[3]]))
    keys = fal.direct(f"http://{fal.host}/sandbox/.well-known/jwks.json").json["keys"]
    # The one form that a public key of Ed25519 has (RFC 8410): a fixed prefix and its 32 bytes.
    prefix = bytes.fromhex("302a300506032b6570032100")
    for key in keys:
        raw = base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4))
        assert key["kty"] == "OKP" and key["crv"] == "Ed25519" and len(raw) == 32
        (tmp_path / "key").write_bytes(prefix + raw)
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key", "-in", "signed",
               "-sigfile", "signature"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def test_a_failed_job_tells_of_its_error(fal):
    with Receiver() as receiver:
        job = fal.submit({"prompt": "a"}, receiver.query)
        told = json.loads(receiver.next()[1])
    assert told["request_id"] == job.id and told["status"] == "ERROR"
    assert told["error"] == "Invalid status code: 422" and isinstance(told["payload"]["detail"], list)


def test_a_webhook_that_fails_is_repeated(fal):
    with Receiver(500) as receiver:
        fal.submit(INPUT, receiver.query)
        first, second = receiver.next(), receiver.next(30)
    assert first[1] == second[1]


def test_asking_for_one_changes_no_answer(fal):
    """§3.1: the name may be written as it is."""
    with Receiver() as receiver:
        answer = fal.post(QUEUE + receiver.query, INPUT)
        assert answer.status == 200 and f"/{MODEL}/requests/" in answer.json["status_url"]
        receiver.next()
