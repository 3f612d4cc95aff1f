"""The target corpus through the real binary: nothing hostile reaches fal, and what reaches fal is what was checked."""

import collections
import pathlib
import random
import re
import sys
import urllib.parse

import pytest

from harness import Proxy, Upstream

from conftest import overrides

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Corpus"))

import corpus  # noqa: E402

HOSTILE = corpus.hostile_targets()
GOOD = corpus.good_targets()
CATEGORIES = sorted({target.name.split("/")[0] for target in HOSTILE if not target.is_direct})
MUTATIONS = 20_000
SEED = 20261123


class Fal(Upstream):
    """Answers everything; its requests come out in the order they came in, as they are sent one by one."""

    def taken(self):
        seen = []
        while not self.requests.empty():
            seen.append(self.requests.get())
        return seen


@pytest.fixture
def fal():
    fal = Fal()
    yield fal
    fal.stop()


def a_proxy(fal, **settings):
    return Proxy(origin_overrides=overrides(fal.url), event_loops=1, **settings)


def token_request(target):
    """The content that the two token routes ask for; nothing for any other target."""
    if target.endswith(b"/tokens/"):
        return b'{"allowed_apps":["flux"],"token_expiration":60}'
    if target.endswith(b"/tokens/realtime"):
        return b'{"allowed_apps":["fal-ai/flux/realtime"],"duration":60}'
    return b""


class Sender:
    """Sends one request after another, on one connection as long as the proxy keeps it."""

    def __init__(self, relay):
        self.relay = relay
        self.client = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.client:
            self.client.close()
        self.client = None

    def send(self, method, *targets):
        content = token_request(targets[0]) if method == "POST" else b""
        self.client = self.client or self.relay.client(timeout=10)
        lines = [method.encode() + b" /api/fal/proxy HTTP/1.1", b"host: proxy.test", b"content-type: application/json"]
        lines += [b"x-fal-target-url: " + target for target in targets]
        if method in ("POST", "PUT"):
            lines.append(b"content-length: %d" % len(content))
        answer = self.client.send(b"\r\n".join(lines) + b"\r\n\r\n" + content).response(method)
        if answer.get("connection") == "close":
            self.close()
        return answer


# --- Hostile values --------------------------------------------------------------------------------------------------


def test_the_corpus_is_large_and_holds_no_value_twice():
    values = [target.data for target in HOSTILE]
    assert len(set(values)) == len(values) >= 400
    assert sum(target.is_direct for target in HOSTILE) < 20


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_hostile_target_is_refused_by_every_method_and_reaches_nobody(fal, category):
    targets = [target for target in HOSTILE if target.name.split("/")[0] == category]
    with a_proxy(fal, allowed_endpoints="**") as relay, Sender(relay) as sender:
        for target in targets:
            answer = sender.send("POST", target.data)
            said = (target.name, target.data[:200], answer.status, answer.body)
            assert answer.status in target.statuses, said
            assert answer.error_type.startswith("proxy_"), said
            if len(target.data) > 20:
                assert target.data[:200] not in answer.body, "a refusal repeats what it was sent"
            for method in ("GET", "PUT", "HEAD"):
                answer = sender.send(method, target.data)
                assert 400 <= answer.status < 500, (target.name, method, target.data[:200], answer.status)
        assert fal.accepted == 0


def test_a_second_target_beside_a_good_one_is_refused_in_either_order(fal):
    good = b"https://fal.run/fal-ai/x"
    with a_proxy(fal, allowed_endpoints="**") as relay, Sender(relay) as sender:
        # Those that only the policy can meet are, on the wire, a good value and the end of a field or of the head.
        values = [target for target in HOSTILE if len(target.data) < 8192 and not target.is_direct]
        for target in random.Random(SEED).sample(values, 200):
            for pair in ((good, target.data), (target.data, good)):
                assert 400 <= sender.send("POST", *pair).status < 500, target
        assert fal.accepted == 0


# --- Good values -----------------------------------------------------------------------------------------------------


def test_a_target_that_clients_send_arrives_as_it_is_and_is_logged_as_what_it_is(fal):
    settings = {"allowed_endpoints": "**", "tokens_enabled": "true", "get_runs": "true", "webhooks_allow": "app.example/**"}
    with a_proxy(fal, **settings) as relay, Sender(relay) as sender:
        for target in GOOD:
            assert sender.send(target.method, target.data).status == 200, target
            (seen,) = fal.taken()
            assert seen.method == target.method
            assert f"https://{seen.get('host')}{seen.target}".encode() == target.data
        for target, line in zip(GOOD, relay.access_log(len(GOOD))):
            endpoint = target.endpoint if len(target.endpoint) <= 256 else target.endpoint[:256] + "..."
            assert (line["operation"], line["endpoint"]) == (target.operation, endpoint)
            assert line["target_host"].encode() == target.data.split(b"/")[2]


# --- Whatever is accepted --------------------------------------------------------------------------------------------

#: RFC 3986, appendix A, without what no target has: userinfo, port, IP literals, fragment. A query may also hold what
#: the URL Standard does not escape there.
_UNRESERVED = r"[A-Za-z0-9\-._~]"
_ENCODED = r"%[0-9A-Fa-f]{2}"
_SUB = r"[!$&'()*+,;=]"
_PCHAR = rf"(?:{_UNRESERVED}|{_ENCODED}|{_SUB}|[:@])"
_URL = re.compile(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+\-.]*)://(?P<host>(?:{_UNRESERVED}|{_ENCODED}|{_SUB})*)"
    rf"(?P<path>(?:/{_PCHAR}*)*)(?:\?(?P<query>(?:{_PCHAR}|[/?\[\]{{}}|^`\\])*))?")

HOSTS = ("fal.run", "queue.fal.run", "rest.fal.ai", "rest.alpha.fal.ai")
ENDPOINTS = "fal-ai/flux/**,fal-ai/fast-*,workflows/o/n"


def is_endpoint(name):
    """Whether ENDPOINTS allow `name`, decided in another way than by globs."""
    if name.endswith("/stream") and name.count("/") >= 2 and is_endpoint(name.removesuffix("/stream")):
        return True
    return (f"{name}/".startswith("fal-ai/flux/") or name in ("workflows/o/n", "workflows/o/n/stream")
            or (name.startswith("fal-ai/fast-") and name.count("/") == 1))


def is_app(name):
    """Whether an endpoint of ENDPOINTS may belong to the app `name`, or to one shortened as clients do."""
    return name == "fal-ai/flux" or name in ("workflows/o/n", "workflows/o", "o/n") or (
        name.startswith("fal-ai/fast-") and name.count("/") == 1)


def read(url):
    """Host, path and query of `url`, by Python's parser and by the grammar of RFC 3986, which must agree."""
    parts = urllib.parse.urlsplit(url)
    match = _URL.fullmatch(url)
    assert match, "no URL of RFC 3986"
    assert parts.scheme == match["scheme"] == "https"
    assert parts.netloc == parts.hostname == match["host"]
    assert parts.path == match["path"] and parts.query == (match["query"] or "")
    assert (parts.username, parts.password, parts.port, parts.fragment) == (None, None, None, "")
    assert parts.path == urllib.parse.unquote(parts.path)
    assert parts.path == urllib.parse.urlsplit(urllib.parse.urljoin(url, parts.path)).path, "dot segments"
    return match["host"], match["path"], match["query"]


def check_accepted(method, seen, line):
    """Reads what arrived at fal in another way than the proxy has, and holds it against the rules."""
    host, path, query = read(f"https://{seen.get('host')}{seen.target}")
    assert seen.method == method
    assert host in HOSTS and line["target_host"] == host
    if path.endswith("/"):
        path = path[:-1]
    segments = path.split("/")[1:]
    assert all(segment and segment.strip(".") for segment in segments)
    if host.startswith("rest."):
        assert path in ("/storage/upload/initiate", "/storage/upload/initiate-multipart") and method == "POST"
        assert query is None or (query.startswith("storage_type=") and "/" not in query)
        return
    if host == "queue.fal.run" and "requests" in segments[2:-1]:
        at = segments.index("requests", 2)
        app, (request_id, *tail) = "/".join(segments[:at]), segments[at + 1:]
        assert re.fullmatch(r"[A-Za-z0-9._~-]{1,256}", request_id)
        allowed = {"GET": ([], ["status"], ["status", "stream"], ["response"]), "PUT": (["cancel"],),
                   "HEAD": ([], ["status"], ["response"])}
        assert tail in allowed[method]
        # A subpath between app and `requests` passes only where the whole is an allowed endpoint.
        bare = "/".join(app.split("/")[:3 if app.split("/")[0] in ("workflows", "comfy") else 2])
        assert (is_app(app) if app == bare else is_endpoint(app)) and line["endpoint"] == bare
        return
    assert method in ("POST", "GET")
    assert is_endpoint("/".join(segments))
    assert line["endpoint"] in ("/".join(segments), "/".join(segments).removesuffix("/stream"))


_PIECES = [piece.encode() for piece in (
    "/", "//", "..", "/../", "/./", ".", "@", ":", ":443", "?", "??", "#", "%", "%2f", "%2e", "%20", "\\", " ", "\t",
    "a", "A", "0", "fal.run", "fal.ai", "https://", "http://", "requests/", "/requests/1", "/stream", "/status",
    "/cancel", "evil.com", ";", ",", "-", "_", "~", "queue.", "rest.", "workflows/", "comfy/", "fal-ai/", "flux",
    "flux/", "fast-", "storage_type=", "&a=b", "=", "+", "!", "*", "[", "]", "\u00e9", "\uff0e", "tokens/")]


_GENTLE = [piece.encode() for piece in (
    "/", "/x", "/dev", "-", "_", "~", ".", "a", "Z", "0", "?", "?a=b", "&a=%2f", "=", "%00", "%2E%2e", "'", "(", ",",
    ";", "@", ":", "?a=//b/../c", "/stream", "/status", "?logs=1", "/requests/1")]


def mutation(random):
    """A good value with one to three changes; the bytes that end a line are left to the corpus of requests.

    Half of them touch only what stands behind the app, with what URLs may hold there, so that much is accepted.
    """
    good = random.choice(GOOD[:-3])
    data = good.data if len(good.data) < 200 else GOOD[0].data
    gentle = random.random() < 0.5
    for _ in range(random.randint(1, 3)):
        if gentle:
            place = random.randint(max(data.find(b"/flux/") + 6, len(data) - 12), len(data))
            data = data[:place] + random.choice(_GENTLE) + data[place:]
            continue
        place = random.randint(0, len(data))
        end = min(len(data), place + random.randint(0, 4))
        change = random.randrange(5)
        if change == 0:
            data = data[:place] + data[end:]
        elif change == 1:
            data = data[:place] + random.choice(_PIECES) + data[place:]
        elif change == 2:
            data = data[:place] + random.choice(_PIECES) + data[end:]
        elif change == 3:
            data = data[:place] + bytes([random.choice([0, *range(32, 256)])]) + data[place:]
        else:
            data = data[:place] + data[place:end] + data[place:]
    return good.method if random.random() < 0.9 else random.choice(["GET", "POST", "PUT", "HEAD"]), data


def test_what_fal_receives_is_what_was_checked_whatever_is_accepted(fal):
    """Thousands of mutated targets: what passes is, byte for byte, a URL of an allowed host and endpoint."""
    generator = random.Random(SEED)
    statuses = collections.Counter()
    accepted = []
    with a_proxy(fal, allowed_endpoints=ENDPOINTS) as relay, Sender(relay) as sender:
        for number in range(MUTATIONS):
            method, data = mutation(generator)
            answer = sender.send(method, data)
            statuses[answer.status] += 1
            seen = fal.taken()
            if answer.status != 200:
                assert 400 <= answer.status < 500 and seen == [], (method, data, answer.status)
                continue
            (arrived,) = seen
            # The white space around a field value is not part of it (RFC 9112 §5.1).
            assert f"https://{arrived.get('host')}{arrived.target}".encode() == data.strip(b" \t"), (method, data)
            accepted.append((number, method, arrived))
        lines = relay.access_log(MUTATIONS)
        assert len(lines) == MUTATIONS
        for number, method, arrived in accepted:
            assert lines[number]["method"] == method
            check_accepted(method, arrived, lines[number])
    assert len({(method, arrived.get("host"), arrived.target) for _, method, arrived in accepted}) > 1000
    assert all(statuses[status] > MUTATIONS // 20 for status in (200, 400, 403)), statuses


@pytest.mark.parametrize("url", [
    "https://fal.run:443/a/b", "https://user@fal.run/a/b", "https://FAL.run/a/b", "https://fal.run/a/../b",
    "https://fal.run/a/%62", "https://fal.run/a/b#c", "https://fal.run/a\\b", "https://fal.run/a/\u00e9",
    "http://fal.run/a/b", "https://fal.run/a b"])
def test_the_reader_of_these_tests_is_strict_itself(url):
    with pytest.raises(AssertionError):
        read(url)
