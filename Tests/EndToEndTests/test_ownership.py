"""A job is its submitter's: nobody else can see, stream or cancel it, and what its owner is told of it is no id of fal's."""

import json
import os
import re
import subprocess

import pytest

from harness import data_uri, png, request, wait_until
from harness.process import BINARY
from harness.script import MODEL, QUEUE, RUN
from harness.upstream import respond

RID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
GATEWAY = "0192f0c1-aaaa-7bbb-8ccc-ddddeeeeffff"
ALICE, BOB = "token-of-alice-00001", "token-of-bob-0000001"
JSON = ("content-type", "application/json")
FOLLOW_UPS = [("/status", "GET"), ("/status?logs=1", "GET"), ("/status/stream", "GET"), ("", "GET"), ("/response", "GET"),
              ("/cancel", "PUT"), ("/status", "HEAD")]


def told(rid=RID, gateway=GATEWAY, app=MODEL):
    """What fal's queue says of a job."""
    url = f"https://queue.fal.run/{app}/requests/{rid}"
    return json.dumps({
        "status": "IN_QUEUE", "request_id": rid, "gateway_request_id": gateway, "response_url": url,
        "status_url": f"{url}/status", "cancel_url": f"{url}/cancel", "queue_position": 0}).encode()


class Fal:
    """A queue that answers with `answer(request)`, in pieces of `size` bytes."""

    def __init__(self, answer=None, size=1 << 20):
        self.answer = answer or (lambda _: respond(200, [JSON, ("x-fal-request-id", RID)], told()))
        self.size = size
        self.seen = []

    def __call__(self, connection):
        while True:
            asked = connection.read_request()
            self.seen.append(asked)
            data = self.answer(asked)
            for start in range(0, len(data), self.size):
                connection.send(data[start:start + self.size])


def call(relay, target, method="GET", token=ALICE, fields=(), version="1.1"):
    fields = [*fields, *([("authorization", f"Bearer {token}")] if token else [])]
    body = b"{}" if method == "POST" else None
    return relay.fetch(request(target, method, fields=fields, body=body, version=version), method)


def submit(relay, endpoint=MODEL, token=ALICE, **options):
    answer = call(relay, f"{QUEUE}/{endpoint}", "POST", token, **options)
    assert answer.status == 200, answer.body
    return answer


@pytest.fixture
def start(upstream, proxy):
    """Starts a proxy with two users in front of `fal`."""
    def run(fal, **settings):
        settings.setdefault("auth_tokens", f"{ALICE},{BOB}")
        return proxy(upstream(fal), event_loops=1, **settings)
    return run


def test_a_job_is_seen_streamed_and_cancelled_by_its_owner_alone(start):
    fal = Fal()
    relay = start(fal)
    job = submit(relay).json["request_id"]
    assert re.fullmatch(r"[\w-]{36}", job) and job != RID
    for tail, method in FOLLOW_UPS:
        assert call(relay, f"{QUEUE}/{MODEL}/requests/{job}{tail}", method).status == 200
        assert fal.seen[-1].target == f"/{MODEL}/requests/{RID}{tail}"
    count = len(fal.seen)
    for tail, method in FOLLOW_UPS:
        answer = call(relay, f"{QUEUE}/{MODEL}/requests/{job}{tail}", method, BOB)
        assert answer.status == 404 and answer.get("x-request-id")
    assert len(fal.seen) == count, "fal was asked"


@pytest.mark.parametrize("tail,method", FOLLOW_UPS)
def test_foreign_tampered_and_raw_ids_are_told_the_same_to_the_byte(start, tail, method):
    fal = Fal()
    relay = start(fal)
    job = submit(relay).json["request_id"]
    flipped = job[:-1] + ("A" if job[-1] != "A" else "B")
    answers = set()
    for rid, token in [(job, BOB), (flipped, ALICE), (RID, ALICE), ("x", ALICE), (f"{RID}.AAAAAAAAAAAAAAA", ALICE)]:
        answer = call(relay, f"{QUEUE}/{MODEL}/requests/{rid}{tail}", method, token)
        assert answer.status == 404
        head = re.sub(rb"(x-request-id|date): .*", b"", answer.head.raw)
        answers.add((head, answer.body))
        if method != "HEAD":
            body = answer.json
            assert list(body) == ["status", "detail", "message", "error_type"]
            assert body["status"] == "NOT_FOUND" and body["error_type"] == "proxy_job_not_found"
    assert len(answers) == 1 and len(fal.seen) == 1


def test_a_submit_is_told_under_the_sealed_id_in_the_same_length(start):
    fal = Fal()
    relay = start(fal)
    answer = submit(relay, fields=[("accept-encoding", "gzip, br")])
    job, other = answer.json["request_id"], answer.json["gateway_request_id"]
    assert answer.body == told(job, other) and answer.get("content-length") == str(len(told()))
    assert len({job, other, RID, GATEWAY}) == 4
    assert answer.get("x-fal-request-id") == job
    assert fal.seen[0].all("accept-encoding") == ["identity"]
    # The id of a later attempt is sealed in its own right, and opens.
    assert call(relay, f"{QUEUE}/{MODEL}/requests/{other}/status").status == 200
    assert fal.seen[-1].target == f"/{MODEL}/requests/{GATEWAY}/status"
    # The log knows what fal calls it.
    assert [line["job"] for line in relay.access_log(2)] == [RID, GATEWAY]


@pytest.mark.parametrize("size", [1, 2, 7, 35, 36, 37, 1 << 20])
@pytest.mark.parametrize("framing", ["length", "chunked", "close", "events"])
def test_an_id_that_is_split_anywhere_is_sealed(start, framing, size):
    def answer(asked):
        fields = [JSON, ("x-fal-request-id", RID)]
        if framing == "length":
            return respond(200, fields, told())
        if framing == "close":
            return respond(200, [*fields, ("connection", "close"), ("transfer-encoding", "x")], told()).replace(
                b"transfer-encoding: x\r\n", b"")
        data = b"data: " + told() + b"\n\n" if framing == "events" and asked.method == "GET" else told()
        pieces = [data[at:at + size] for at in range(0, len(data), size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        return respond(200, [*fields, ("transfer-encoding", "chunked")], body)

    class Once(Fal):
        def __call__(self, connection):
            asked = connection.read_request()
            self.seen.append(asked)
            data = self.answer(asked)
            for at in range(0, len(data), self.size):
                connection.send(data[at:at + self.size])
            if framing != "close":
                Fal.__call__(self, connection)

    relay = start(Once(answer, size))
    first = submit(relay)
    job, other = first.json["request_id"], first.json["gateway_request_id"]
    assert job != RID and other != GATEWAY and first.body == told(job, other)
    tail = "/status/stream" if framing == "events" else "/status"
    for version in ("1.1", "1.0"):
        answer = call(relay, f"{QUEUE}/{MODEL}/requests/{job}{tail}", version=version)
        assert told(job, other) in answer.body and RID.encode() not in answer.body


def test_an_event_is_not_held_back(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(respond(200, [JSON], told()))
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        event = b"data: " + told() + b"\n\n"
        connection.send(b"%x\r\n%s\r\n" % (len(event), event))
        connection.wait_closed()
    relay = proxy(upstream(serve), event_loops=1, auth_tokens=ALICE)
    job = submit(relay).json["request_id"]
    with relay.client() as client:
        client.send(request(f"{QUEUE}/{MODEL}/requests/{job}/status/stream", fields=[("authorization", f"Bearer {ALICE}")]))
        client.head()
        data = b""
        while not data.endswith(b"\n\n"):
            data += client.reader.chunk()
        assert job.encode() in data and RID.encode() not in data


def test_a_result_is_passed_on_as_it_is_and_its_errors_are_not(start):
    result = json.dumps({"url": f"https://v3.fal.media/files/{RID}.png"}).encode()
    fal = Fal()
    relay = start(fal)
    job = submit(relay).json["request_id"]
    target = f"{QUEUE}/{MODEL}/requests/{job}"
    fal.answer = lambda _: respond(200, [JSON, ("x-fal-request-id", RID)], result)
    answer = call(relay, target, fields=[("accept-encoding", "gzip")])
    assert answer.body == result and answer.get("x-fal-request-id") == job
    assert fal.seen[-1].get("accept-encoding") == "gzip"
    fal.answer = lambda _: respond(400, [JSON], b'{"detail":"Request %s is still in progress"}' % RID.encode())
    assert call(relay, target).body == b'{"detail":"Request %s is still in progress"}' % job.encode()


def test_no_field_that_may_name_a_job_by_its_own_id_passes_with_a_rewritten_answer(start):
    url = f"https://queue.fal.run/{MODEL}/requests/{RID}"
    places = [("location", url), ("content-location", url), ("etag", f'"{RID}"')]
    answer = lambda asked: respond(201 if asked.method == "POST" else 303, [JSON, *places], told(), "Created")
    relay = start(Fal(answer))
    first = submit_created(relay)
    status = f"{QUEUE}/{MODEL}/requests/{first.json['request_id']}/status"
    for seen in (first, call(relay, status)):
        assert not set(seen.head.names) & {"location", "content-location", "etag"} and RID.encode() not in seen.head.raw + seen.body
    # What is not rewritten keeps them.
    relay = start(Fal(answer), ownership="off")
    assert [submit_created(relay).get(name) for name in ("location", "content-location")] == [url, url]


def submit_created(relay):
    answer = call(relay, f"{QUEUE}/{MODEL}", "POST")
    assert answer.status == 201, answer.body
    return answer


def test_a_direct_run_keeps_its_id(start):
    answer = call(start(Fal()), f"{RUN}/{MODEL}", "POST")
    assert answer.body == told() and answer.get("x-fal-request-id") == RID


@pytest.mark.parametrize("rid", ["req-1", "7", "A" * 40, RID.upper()])
def test_an_id_that_is_no_uuid_is_sealed_behind_its_text(start, rid):
    fal = Fal(lambda _: respond(200, [JSON, ("x-fal-request-id", rid)], told(rid, rid)))
    relay = start(fal)
    answer = submit(relay)
    job = answer.json["request_id"]
    assert re.fullmatch(re.escape(rid) + r"\.[\w-]{15}", job) and answer.body == told(job, job)
    assert answer.get("transfer-encoding") == "chunked" and answer.get("x-fal-request-id") == job
    assert call(relay, f"{QUEUE}/{MODEL}/requests/{job}/status").body == told(job, job)
    assert fal.seen[-1].target == f"/{MODEL}/requests/{rid}/status"
    for other in (rid, job[:-1] + "!"[:0]):
        assert call(relay, f"{QUEUE}/{MODEL}/requests/{other}/status").status == 404
    assert call(relay, f"{QUEUE}/{MODEL}/requests/{job}/status", token=BOB).status == 404


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_gateways_id_that_is_no_uuid_is_sealed_beside_one_that_is(start, framing):
    def answer(asked):
        body = told(gateway="attempt-2")
        if framing == "chunked":
            return respond(200, [JSON, ("transfer-encoding", "chunked")], b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        return respond(200, [JSON], body)

    class Closing(Fal):
        def __call__(self, connection):
            self.seen.append(connection.read_request())
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + told(gateway="attempt-2"))
            connection.close()

    fal = Closing() if framing == "close" else Fal(answer)
    relay = start(fal)
    first = submit(relay)
    job, other = first.json["request_id"], first.json["gateway_request_id"]
    assert re.fullmatch(r"attempt-2\.[\w-]{15}", other) and first.body == told(job, other)
    # A follow-up too, in as many pieces as it likes.
    fal.size = 7
    for version in ("1.1", "1.0"):
        assert call(relay, f"{QUEUE}/{MODEL}/requests/{job}/status", version=version).body == told(job, other)
    assert call(relay, f"{QUEUE}/{MODEL}/requests/{other}/status").status == 200
    assert fal.seen[-1].target == f"/{MODEL}/requests/attempt-2/status"
    assert call(relay, f"{QUEUE}/{MODEL}/requests/{other}/status", token=BOB).status == 404


@pytest.mark.parametrize("size,isSealed", [(0, True), (1, False)])
@pytest.mark.parametrize("chunk", [None, 1, 4096])
def test_64_kib_of_content_are_read_for_an_id_whatever_their_framing(start, size, isSealed, chunk):
    body = told()[:-1] + b',"x":"'
    body += b"x" * ((64 << 10) + size - len(body) - 2) + b'"}'
    if chunk:
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (
            body[at:at + chunk] for at in range(0, len(body), chunk)))
        data = respond(200, [JSON, ("transfer-encoding", "chunked")], pieces + b"0\r\n\r\n")
    else:
        data = respond(200, [JSON], body)
    relay = start(Fal(lambda _: data))
    answer = submit(relay)
    assert len(answer.body) == len(body) and (RID.encode() not in answer.body) == isSealed
    assert relay.access_log()[0].get("unsealed") == (None if isSealed else "larger than 64 KiB")


@pytest.mark.parametrize("size", [65_000, 65_300, 65_536, 65_537, 1_000_000])
def test_a_long_answer_to_a_follow_up_is_sealed_too(start, size):
    fal = Fal()
    relay = start(fal)
    job = submit(relay).json["request_id"]
    body = told(gateway="g")[:-1] + b',"x":"'
    body += b"x" * (size - len(body) - 2) + b'"}'
    fal.answer = lambda _: respond(200, [JSON], body)
    answer = call(relay, f"{QUEUE}/{MODEL}/requests/{job}/status")
    assert len(answer.body) == size + 16 and answer.json["request_id"] == job and RID.encode() not in answer.body


def test_a_submit_that_is_sent_again_is_sealed_too(upstream, proxy):
    """A connection that had been idle may end with a 408 that was meant for that (RFC 9110 §15.5.9)."""
    def serve(connection):
        if (number := len(seen)) < 2:
            seen.append(connection)
            connection.read_request()
            connection.send(respond(200, [JSON], told()))
            if number == 0:
                connection.read_head()
                connection.send(respond(408, [("connection", "close")], b"too late", "Request Timeout"))
                connection.close()
    seen = []
    relay = proxy(upstream(serve), event_loops=1, auth_tokens=ALICE)
    assert submit(relay).json["request_id"] != RID
    data = request(f"{QUEUE}/{MODEL}", "POST", fields=[("authorization", f"Bearer {ALICE}")], body=b"{}")
    with relay.client() as client:
        client.send(data[:-2])
        wait_until(lambda: len(seen) == 2, 10, "a second connection")
        client.send(data[-2:])
        assert client.response().json["request_id"] != RID


@pytest.mark.parametrize("fields,body,why", [
    ([JSON], b'{"ok":true}', "no request_id"), ([JSON], b"nonsense", "no request_id"),
    ([JSON], b'{"request_id":"a b"}', "no request_id"),
    ([JSON], b'{"request_id":"a","request_id":"b"}', "no request_id"),
    ([JSON], b'{"request_id":"%s","x":"%s"}' % (RID.encode(), b"x" * 70_000), "larger than 64 KiB"),
    ([JSON, ("content-encoding", "gzip")], b"\x1f\x8b", "content coding")])
@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_without_a_readable_id_passes_unchanged_and_is_logged(start, fields, body, why, chunked):
    if chunked:
        data = respond(200, [*fields, ("transfer-encoding", "chunked")], b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    else:
        data = respond(200, fields, body)
    relay = start(Fal(lambda _: data))
    assert submit(relay).body == body
    assert relay.access_log()[0]["unsealed"] == why


def test_a_refused_submit_passes_as_it_is_and_no_job_is_missed(start):
    relay = start(Fal(lambda _: respond(422, [JSON], b'{"detail":[]}', "Unprocessable")))
    answer = call(relay, f"{QUEUE}/{MODEL}", "POST")
    assert (answer.status, answer.body) == (422, b'{"detail":[]}')
    assert "unsealed" not in relay.access_log()[0]


def test_a_submit_whose_answer_is_cut_is_told_so_in_one_piece(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.send(respond(200, [JSON], told())[:-5])
        connection.close()
    relay = proxy(upstream(serve), auth_tokens=ALICE)
    answer = call(relay, f"{QUEUE}/{MODEL}", "POST")
    assert (answer.status, answer.error_type) == (500, "proxy_upstream_ambiguous")


@pytest.mark.parametrize("endpoint,apps", [
    ("fal-ai/flux/dev", ["fal-ai/flux", "fal-ai/flux/dev"]), ("123/name", ["123/name"]),
    ("workflows/o/n", ["workflows/o/n", "workflows/o", "o/n"]), ("comfy/o/n", ["comfy/o/n", "comfy/o", "o/n"])])
def test_every_form_that_clients_ask_in_opens(start, endpoint, apps):
    fal = Fal()
    relay = start(fal, allowed_endpoints="**")
    job = submit(relay, endpoint).json["request_id"]
    for app in apps:
        assert call(relay, f"{QUEUE}/{app}/requests/{job}/status").status == 200, app
        assert fal.seen[-1].target == f"/{app}/requests/{RID}/status"
    assert call(relay, f"{QUEUE}/other/app/requests/{job}/status").status == 404


def secrets(folder, *digits):
    file = folder / f"secrets-{''.join(digits)}"
    file.write_text("# ours\n" + "".join(digit * 64 + "\n" for digit in digits))
    file.chmod(0o600)
    return str(file)


def test_a_second_process_with_the_secret_opens_whatever_its_key_and_a_new_secret_loses_nothing(start, tmp_path):
    one, both, other = secrets(tmp_path, "a"), secrets(tmp_path, "b", "a"), secrets(tmp_path, "b")
    status = f"{QUEUE}/{MODEL}/requests/%s/status"
    first = start(Fal(), secret_file=one)
    job = submit(first).json["request_id"]
    assert "secret_file" not in first.stderr
    second = start(Fal(), secret_file=one, key="another-id:another-secret")
    assert call(second, status % job).status == 200
    third = start(Fal(), secret_file=both)
    assert call(third, status % job).status == 200 and call(third, status % job, token=BOB).status == 404
    newer = submit(third).json["request_id"]
    assert call(start(Fal(), secret_file=other), status % newer).status == 200
    assert call(first, status % newer).status == 404


def test_without_a_secret_another_key_opens_nothing_and_a_warning_says_so(start):
    first = start(Fal())
    job = submit(first).json["request_id"]
    assert "secret_file" in first.stderr and "running jobs" in first.stderr
    status = f"{QUEUE}/{MODEL}/requests/{job}/status"
    assert call(start(Fal()), status).status == 200
    assert call(start(Fal(), key="another-id:another-secret"), status).status == 404


def test_off_and_without_tokens_ids_are_fals_own(start):
    for settings in ({"ownership": "off"}, {"auth_tokens": ""}):
        if settings.get("auth_tokens") == "":
            settings = {"auth_tokens": "[]"}
        relay = start(Fal(), **settings)
        assert submit(relay).body == told()
        assert call(relay, f"{QUEUE}/{MODEL}/requests/{RID}/status").body == told()


def test_without_tokens_sealed_binds_to_the_address(start):
    fal = Fal()
    relay = start(fal, ownership="sealed", auth_tokens="[]")
    job = submit(relay, token=None).json["request_id"]
    assert job != RID
    data = request(f"{QUEUE}/{MODEL}/requests/{job}/status")
    assert relay.fetch(data).status == 200
    assert relay.fetch(data, source="127.0.0.2").status == 404


def test_the_command_prints_the_real_id(start, tmp_path):
    file = secrets(tmp_path, "c")
    job = submit(start(Fal(), secret_file=file)).json["request_id"]

    def command(text):
        return subprocess.run(
            [BINARY, "job", "--", text], capture_output=True, text=True, timeout=20,
            env={"FAL_KEY": "id:secret", "FAL_PROXY_SECRET_FILE": file, "SWIFT_BACKTRACE": "enable=no"})
    found = command(job)
    assert (found.returncode, found.stdout) == (0, RID + "\n") and "not verified" in found.stderr
    assert command("req-1.AAAAAAAAAAAAAAA").stdout == "req-1\n"
    for text in (RID, "x", job[:-1]):
        wrong = command(text)
        assert wrong.returncode == 1 and wrong.stdout == "" and "no id that was sealed" in wrong.stderr


@pytest.mark.parametrize("text", ["", "abc\n", "g" * 64])
def test_a_file_without_a_good_secret_is_a_fault_that_quotes_nothing(proxy, tmp_path, text):
    file = tmp_path / "secrets"
    file.write_text(text)
    relay = proxy(None, "check", wait=False, secret_file=str(file))
    assert relay.wait() == 78 and "openssl rand -hex 32" in relay.stderr
    assert not text or text.strip() not in relay.stderr.replace(str(file), "")


@pytest.mark.parametrize("mode,isWarned", [(0o600, False), (0o640, False), (0o644, True), (0o604, True)])
def test_a_file_of_secrets_that_everybody_can_read_is_warned_of(proxy, start, tmp_path, mode, isWarned):
    file = secrets(tmp_path, "a")
    os.chmod(file, mode)
    for relay in (start(Fal(), secret_file=file), proxy(None, "check", wait=False, secret_file=file)):
        assert (relay.stop() if relay.address else relay.wait()) == 0
        assert (f"warning: secret_file: everybody on this machine may read {file}" in relay.stderr) == isWarned
        assert "a" * 64 not in relay.stderr


def test_a_secret_that_is_listed_twice_is_a_fault(proxy, tmp_path):
    relay = proxy(None, "check", wait=False, secret_file=secrets(tmp_path, "a", "b", "a"))
    assert relay.wait() == 78 and ":4: secret_file: the secret stands in line 2 already" in relay.stderr
    assert "a" * 64 not in relay.stderr


def test_the_command_opens_what_the_sandbox_has_sealed(proxy):
    relay = proxy(None, "serve", "--sandbox", key=None, auth_tokens=ALICE)
    body = json.dumps({"prompt": "x", "image_url": "https://a.example/a.png",
                       "change_map_image_url": "https://a.example/b.png"}).encode()
    data = request(f"{QUEUE}/{MODEL}", "POST", fields=[JSON, ("authorization", f"Bearer {ALICE}")], body=body)
    job = relay.fetch(data).json["request_id"]
    found = subprocess.run(
        [BINARY, "job", "--sandbox", "--", job], capture_output=True, text=True, timeout=20,
        env={"FAL_PROXY_AUTH_TOKENS": ALICE, "SWIFT_BACKTRACE": "enable=no"})
    assert (found.returncode, found.stdout) == (0, relay.access_log()[0]["job"] + "\n"), found.stderr


def test_the_sandbox_goes_through_a_whole_job_with_sealed_ids(proxy):
    relay = proxy(None, "serve", "--sandbox", key=None, auth_tokens=f"{ALICE},{BOB}")
    data = request(
        f"{QUEUE}/{MODEL}", "POST", fields=[JSON, ("authorization", f"Bearer {ALICE}")],
        body=json.dumps({"prompt": "x", "image_url": data_uri(png()), "change_map_image_url": data_uri(png())}).encode())
    answer = relay.fetch(data)
    job = answer.json["request_id"]
    target = f"{QUEUE}/{MODEL}/requests/{job}"
    assert answer.json["status_url"].endswith(f"/requests/{job}/status")
    assert call(relay, f"{target}/status").json["request_id"] == job
    events = call(relay, f"{target}/status/stream").body
    assert b"COMPLETED" in events and job.encode() in events
    assert call(relay, target).json["images"]
    assert call(relay, f"{target}/cancel", "PUT").json == {"status": "ALREADY_COMPLETED"}
    for tail, method in FOLLOW_UPS:
        assert call(relay, target + tail, method, BOB).status == 404
