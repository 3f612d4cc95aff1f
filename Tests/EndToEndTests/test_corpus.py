"""Every entry of Tests/Corpus through the real binary, with a well-behaved request after each."""

import pathlib
import queue
import sys

import pytest

from harness import CANARY, Proxy, Upstream, json_answer, request, wait_until

from conftest import overrides

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Corpus"))

import corpus  # noqa: E402

REQUESTS = corpus.load("requests")
RESPONSES = corpus.load("responses")
STATUS = "https://queue.fal.run/fal-ai/flux-differential-diffusion/requests/1/status"
SUBMIT = "https://queue.fal.run/fal-ai/flux-differential-diffusion"
WAIT = 5.0
#: Bytes behind the end of an answer: when they come late, nobody can know of them in time.
BEHIND = ("behind", "behind-zero", "no-content-content", "no-content-answer", "head-content")


def in_pieces(send, data):
    """Sends `data` in small pieces, as a slow or hostile peer does."""
    size = max(1, len(data) // 300)
    for start in range(0, len(data), size):
        send(data[start:start + size])


class Fal:
    """A fake fal that notes every complete request, and answers with the bytes the test has laid out."""

    def __init__(self):
        self.answer = None
        self.requests = queue.Queue()
        self.upstream = Upstream(self.serve)

    def serve(self, connection):
        while True:
            request = connection.read_request()
            self.requests.put((connection.number, request))
            if request.get("x-fal-runner-hint") or self.answer is None:
                connection.send(json_answer({"ok": True}))
                continue
            data, closes, pieces = self.answer
            try:
                in_pieces(connection.send, data) if pieces else connection.send(data)
            except OSError:
                return
            if closes:
                return

    def taken(self):
        seen = []
        while not self.requests.empty():
            seen.append(self.requests.get())
        return seen


@pytest.fixture(scope="module")
def fal():
    fal = Fal()
    yield fal
    fal.upstream.stop()


@pytest.fixture(scope="module")
def relay(fal):
    # One loop, so that a pooled connection is the one that the next request gets.
    with Proxy(origin_overrides=overrides(fal.upstream.url), event_loops=1, timeouts_head="1s", get_runs="true") as relay:
        yield relay


def marked(number):
    return request(STATUS, fields=[("x-fal-runner-hint", number)])


def expect_service(relay, fal, number, client=None):
    """A well-behaved request is served, and reaches fal alone; returns the upstream connection and what came before."""
    try:
        answer = client.send(marked(number)).response() if client else relay.fetch(marked(number), timeout=WAIT)
    except (EOFError, ConnectionError) as error:
        raise AssertionError(f"a well-behaved request was not served: {error!r}") from error
    assert answer.status == 200 and answer.json == {"ok": True}
    seen = fal.taken()
    assert seen and seen[-1][1].get("x-fal-runner-hint") == str(number)
    return seen[-1][0], [request for _, request in seen[:-1]]


def read_statuses(client, entry, count):
    """Up to `count` final statuses, until the connection ends."""
    statuses = []
    method = "HEAD" if entry.data.startswith(b"HEAD ") else "GET"
    try:
        while len(statuses) < count:
            head = client.head()
            status = int(head.start.split(" ")[1])
            if status < 200:
                assert b" HTTP/1.0\r\n" not in entry.data, "an interim answer to HTTP/1.0"
                continue
            statuses.append(status)
            assert head.get("date") and head.get("x-request-id"), "no Date (RFC 9110 §6.6.1) or request id"
            assert status != 405 or head.get("allow"), "405 without Allow (RFC 9110 §15.5.6)"
            if method != "HEAD" and status not in (204, 304):
                body = client.reader.exactly(int(head.get("content-length")))
                assert status < 400 or head.get("content-type") != "application/json" or b"error_type" in body
    except (EOFError, ConnectionError):
        pass
    return statuses


def check_meaning(entry, expected, seen):
    method, target, *words = expected
    content = " ".join(words)
    assert (seen.method, seen.target, seen.version) == (method, corpus.TARGET if target == "*" else target, "HTTP/1.1")
    assert seen.body == corpus.unescape(content)
    assert len(seen.all("host")) == 1 and seen.get("host") in ("fal.run", "queue.fal.run")
    assert seen.all("authorization") == [f"Key {CANARY}"]
    assert len(seen.all("content-length")) + len(seen.all("transfer-encoding")) <= 1
    assert seen.get("transfer-encoding", "chunked") == "chunked"
    assert all(byte >= 0x20 or byte in (9, 10, 13) for byte in seen.head.raw)
    assert seen.head.raw.count(b"\r") == seen.head.raw.count(b"\n") == seen.head.raw.count(b"\r\n")
    for name in entry.absent:
        assert seen.all(name) == [], f"{name} was forwarded"


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "pieces"])
@pytest.mark.parametrize("number,entry", enumerate(REQUESTS), ids=[entry.name for entry in REQUESTS])
def test_request(relay, fal, number, entry, pieces):
    fal.answer = None
    fal.taken()
    parser, wanted, connection, forwarding = entry.outcome
    groups = [{int(status) for status in group.split(",") if status != "none"} for group in wanted.split("+")]
    with relay.client(timeout=WAIT) as client:
        try:
            in_pieces(client.send, entry.data) if pieces else client.send(entry.data)
            if "none" in wanted and parser == "more":
                client.half_close()
        except OSError:
            pass
        statuses = read_statuses(client, entry, len(groups))
        assert statuses or "none" in wanted, "no answer"
        if pieces and parser != "ok":
            # A fault is looked for again once the end of the head is in sight; where there is none, time is up first.
            groups[-1] |= {408}
        for status, allowed in zip(statuses, groups):
            assert status in allowed, f"{statuses} in place of {wanted}"
        assert len(statuses) == len(groups) or "none" in wanted, statuses
        if connection == "close":
            client.ended()
        before = []
        if connection == "keep":
            before += expect_service(relay, fal, f"{number}-same", client)[1]
    before += expect_service(relay, fal, number)[1]
    if forwarding == "unsent":
        assert before == [], "a refused request reached fal"
    elif forwarding == "sent":
        assert len(before) == len(entry.seen), f"{len(before)} requests reached fal"
    assert len(before) <= len(entry.seen)
    for expected, seen in zip(entry.seen, before):
        check_meaning(entry, expected, seen)


def cases():
    for entry in RESPONSES:
        methods = [entry.method] if entry.method else ["GET"]
        if not entry.method and "error" in entry.outcome[1]:
            methods.append("POST")
        for method in methods:
            name = f"{entry.name}-{method.replace(' ', '-')}"
            yield pytest.param(entry, method, False, id=name)
            if entry.name.split("/")[1] not in BEHIND:
                yield pytest.param(entry, method, True, id=f"{name}-pieces")


def outcome_of(client, method):
    """What the client saw: (relay, status, body, head), (error, …) or (abort, …)."""
    head = None
    try:
        while head is None or 100 <= status < 200:
            head = client.head()
            status = int(head.start.split(" ")[1])
        if method == "HEAD" or status in (204, 304):
            body = b""
        elif "chunked" in head.get("transfer-encoding", ""):
            body = client.reader.chunked()
        elif head.get("content-length") is None:
            body = client.reader.rest()
        else:
            body = client.reader.exactly(int(head.get("content-length")))
    except (EOFError, ConnectionError):
        return ("abort", status if head else None, b"", head)
    is_own = b'"error_type":"proxy_' in body or (method == "HEAD" and status == 502)
    return ("error" if is_own else "relay", status, body, head)


@pytest.mark.parametrize("entry,method,pieces", cases())
def test_response(relay, fal, entry, method, pieces):
    parser, allowed, connection = entry.outcome
    expect_service(relay, fal, "before")
    fal.answer = (entry.data, entry.closes, pieces)
    target, body = (SUBMIT, b"{}") if method == "POST" else (STATUS, None)
    method, _, version = method.partition(" ")
    with relay.client(timeout=WAIT) as client:
        client.send(request(target, method, body=body, version=version or "1.1"))
        outcome, status, content, head = outcome_of(client, method)
        assert outcome in allowed.split(","), (outcome, status, content[:200])
        if outcome == "error":
            assert status == (500 if method == "POST" else 502)
        elif outcome == "relay" and entry.seen:
            wanted, *words = entry.seen[0]
            assert status == int(wanted)
            assert content == corpus.unescape(" ".join(words))
        if head and outcome == "relay":
            for name in entry.absent:
                assert head.all(name) == [], f"{name} was relayed"
            assert len(head.all("content-length")) + len(head.all("transfer-encoding")) <= 1
        used, first = fal.requests.get(timeout=WAIT)
        assert first.method == method
        # A connection of the pool that dies without a byte may have grown old: a GET is tried once more.
        repeats = 1 if method == "GET" and not entry.data else 0
        assert len(fal.taken()) == repeats, "the request was repeated"
        if outcome == "relay":
            assert head.get("date"), "no Date (RFC 9110 §6.6.1)"
        if version and outcome != "abort":
            client.ended()
        elif outcome != "abort":
            # Whoever comes next on the same client connection gets an answer of its own.
            following, before = expect_service(relay, fal, "same", client)
            assert before == []
            if connection == "pooled":
                assert following == used, "the connection was not used again"
    fal.answer = None
    following, before = expect_service(relay, fal, "after")
    assert before == []
    if connection == "unpooled":
        assert following != used, "the connection was used again"


def test_nothing_is_left_open(relay, fal):
    """After thousands of broken messages the proxy holds no connection of theirs."""
    wait_until(lambda: relay.open_descriptors() < 60, WAIT, "the end of all connections")
