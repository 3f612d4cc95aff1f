"""Requests as the official clients put them on the wire (protocol.md §2.2 to §2.4), and what fal gets of them."""

import json

import pytest

from harness import CANARY, respond, json_answer
from harness.script import RID, Answering

PATH = "/api/fal/proxy"
QUEUE = "https://queue.fal.run"
RUN = "https://fal.run"
REST = "https://rest.fal.ai"
ALPHA = "https://rest.alpha.fal.ai"
ENDPOINTS = "fal-ai/flux-differential-diffusion,fal-ai/flux/dev,workflows/acme/portrait,comfy/acme/graph,110602490/lora"
INPUT = b'{"prompt":"a \xc3\xa9t\xc3\xa9","num_images":1}'

#: An endpoint id, the path it is called at and the app its follow-ups name, for each namespace and the legacy form.
IDS = [
    ("fal-ai/flux-differential-diffusion", "fal-ai/flux-differential-diffusion"),
    ("fal-ai/flux/dev", "fal-ai/flux"),
    ("workflows/acme/portrait", "workflows/acme/portrait"),
    ("comfy/acme/graph", "comfy/acme/graph"),
    ("110602490/lora", "110602490/lora"),
]


class Fal:
    """A proxy for ENDPOINTS before a fal that keeps every request."""

    def __init__(self, upstream, proxy):
        self.script = Answering(json_answer({"request_id": RID}, fields=[("x-fal-request-id", RID)]))
        self.upstream = upstream(self.script)
        self.relay = proxy(
            self.upstream, allowed_endpoints=ENDPOINTS, tokens_enabled="true", webhooks_allow="hook.example/**",
            get_runs="true")

    def send(self, raw):
        """Sends the bytes of a request; what fal saw of it."""
        answer = self.relay.fetch(raw)
        assert (answer.status, answer.json) == (200, {"request_id": RID}), answer.body
        assert answer.get("x-fal-request-id") == RID
        return self.script.next_request()


@pytest.fixture
def fal(upstream, proxy):
    return Fal(upstream, proxy)


def message(method, lines, body=None):
    return "\r\n".join([f"{method} {PATH} HTTP/1.1", *lines, "", ""]).encode() + (body or b"")


def expect(seen, method, target, fields, body=b""):
    """`seen` is this request with exactly these fields besides the three of the proxy."""
    host, _, rest = target.removeprefix("https://").partition("/")
    assert (seen.method, seen.target, seen.version) == (method, "/" + rest, "HTTP/1.1")
    own = [("host", host), ("authorization", f"Key {CANARY}")]
    arrived = [(name, value) for name, value in seen.head.fields if name != "x-fal-client-proxy"]
    assert sorted(arrived) == sorted(own + list(fields))
    assert len(seen.all("x-fal-client-proxy")) == 1
    assert seen.body == body


# --- JavaScript ------------------------------------------------------------------------------------------------------

def node(method, target, body=None, extra=()):
    """fal-js under Node: fetch writes these names and this order; a bodiless PUT or POST has a length of 0."""
    lines = ["host: localhost:3000", "connection: keep-alive", "accept: application/json",
             "content-type: application/json", "user-agent: @fal-ai/client/1.10.1 (node)",
             *(f"{name}: {value}" for name, value in extra), f"x-fal-target-url: {target}",
             "accept-language: *", "sec-fetch-mode: cors", "accept-encoding: gzip, deflate"]
    if body is not None or method != "GET":
        lines.append(f"content-length: {len(body or b'')}")
    return message(method, lines, body)


def node_fields(method, body=None, extra=(), accept="application/json"):
    length = [("content-length", str(len(body or b"")))] if method != "GET" else []
    return [("accept", accept), ("content-type", "application/json"),
            ("user-agent", "@fal-ai/client/1.10.1 (node)"), ("accept-encoding", "gzip, deflate"), *extra, *length]


PRIORITY = ("x-fal-queue-priority", "normal")
LIFECYCLE = ("x-fal-object-lifecycle-preference", '{"expiration_duration_seconds":3600}')


@pytest.mark.parametrize("endpoint,app", IDS)
def test_every_queue_operation_of_javascript(fal, endpoint, app):
    extra = [PRIORITY, ("x-fal-runner-hint", "s-1"), ("x-fal-request-timeout", "30"), LIFECYCLE]
    follow = f"{QUEUE}/{app}/requests/{RID}"
    for method, target, body, fields in [
        ("POST", f"{QUEUE}/{endpoint}", INPUT, extra),
        ("POST", f"{QUEUE}/{endpoint}?fal_webhook=https%3A%2F%2Fhook.example%2Fdone%3Fa%3D1", INPUT, [PRIORITY]),
        ("GET", f"{follow}/status?logs=0", None, []),
        ("GET", f"{follow}/status?logs=1", None, []),
        ("GET", follow, None, []),
        ("PUT", f"{follow}/cancel", None, []),
    ]:
        expect(fal.send(node(method, target, body, fields)), method, target, node_fields(method, body, fields),
               body or b"")


@pytest.mark.parametrize("endpoint,app", IDS)
def test_run_and_stream_of_javascript(fal, endpoint, app):
    """A stream adds a second accept, which fetch merges into one line."""
    target = f"{RUN}/{endpoint}"
    extra = [("x-fal-request-timeout", "30"), LIFECYCLE]
    expect(fal.send(node("POST", target, INPUT, extra)), "POST", target, node_fields("POST", INPUT, extra), INPUT)
    accept = "application/json, text/event-stream"
    for method, target, body in [
        ("POST", f"{RUN}/{endpoint}/stream", INPUT),
        ("GET", f"{QUEUE}/{app}/requests/{RID}/status/stream?logs=1", None),
    ]:
        raw = node(method, target, body).replace(b"accept: application/json", f"accept: {accept}".encode())
        expect(fal.send(raw), method, target, node_fields(method, body, accept=accept), body or b"")


@pytest.mark.parametrize("query", [
    "prompt=a+b%21&seed=1", "prompt=%C3%A9t%C3%A9&image_url=https%3A%2F%2Fx.example%2Fa.png", "a=*-._%7E&b=",
    "prompt=don%27t"])
def test_run_and_submit_of_javascript_with_get_keep_their_input_in_the_query(fal, query):
    for target in (f"{RUN}/fal-ai/flux/dev?{query}", f"{QUEUE}/fal-ai/flux/dev?{query}"):
        expect(fal.send(node("GET", target)), "GET", target, node_fields("GET"))


def test_a_full_url_as_id_of_javascript_with_its_final_slash(fal):
    target = f"{RUN}/fal-ai/flux/dev/"
    expect(fal.send(node("POST", target, INPUT)), "POST", target, node_fields("POST", INPUT), INPUT)


@pytest.mark.parametrize("route", ["initiate", "initiate-multipart"])
def test_uploads_of_javascript(fal, route):
    body = b'{"content_type":"image/png","file_name":"1.png"}'
    target = f"{REST}/storage/upload/{route}?storage_type=fal-cdn-v3"
    extra = [("X-Fal-Object-Lifecycle", '{"expiration_duration_seconds":60}')]
    seen = fal.send(node("POST", target, body, extra))
    expect(seen, "POST", target, node_fields("POST", body, [(extra[0][0].lower(), extra[0][1])]), body)


SWIFT_TOKEN = b'{"allowed_apps":["flux"],"token_expiration":300}'
DART_TOKEN = b'{"allowed_apps":["flux"],"token_expiration":180}'


def lowered(body):
    """What fal gets of `body`: all of it, but no token outlives tokens.max."""
    if body in (SWIFT_TOKEN, DART_TOKEN):
        return b'{"allowed_apps":["flux"],"token_expiration":120}'
    return body or b""


def test_tokens_of_javascript(fal):
    body = b'{"allowed_apps":["flux"],"token_expiration":120}'
    target = f"{REST}/tokens/"
    expect(fal.send(node("POST", target, body)), "POST", target, node_fields("POST", body), body)


def test_javascript_with_credentials_sends_them_here_and_no_further(fal):
    target = f"{QUEUE}/fal-ai/flux/dev"
    raw = node("POST", target, INPUT, [("Authorization", "Key someone:else"), PRIORITY])
    expect(fal.send(raw), "POST", target, node_fields("POST", INPUT, [PRIORITY]), INPUT)


def chrome(method, target, body=None, extra=()):
    """fal-js in Chrome, on a page of the same origin; no user-agent of the client is possible there."""
    length = [] if body is None and method == "GET" else [f"Content-Length: {len(body or b'')}"]
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
    return message(method, [
        "Host: app.example", "Connection: keep-alive", *length, 'sec-ch-ua-platform: "Linux"',
        f"User-Agent: {agent}", "accept: application/json",
        'sec-ch-ua: "Chromium";v="138"', "content-type: application/json", f"x-fal-target-url: {target}",
        *(f"{name}: {value}" for name, value in extra), "sec-ch-ua-mobile: ?0",
        *(["Origin: https://app.example"] if method != "GET" else []), "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Referer: https://app.example/page?token=1",
        "Accept-Encoding: gzip, deflate, br, zstd", "Accept-Language: de,en;q=0.9", "Cookie: session=abc; theme=dark",
    ], body)


def test_every_operation_of_javascript_in_a_browser(fal):
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
    follow = f"{QUEUE}/fal-ai/flux/requests/{RID}"
    for method, target, body, extra in [
        ("POST", f"{QUEUE}/fal-ai/flux/dev", INPUT, [PRIORITY]),
        ("GET", f"{follow}/status?logs=1", None, []),
        ("GET", follow, None, []),
        ("PUT", f"{follow}/cancel", None, []),
        ("POST", f"{RUN}/fal-ai/flux/dev", INPUT, []),
        ("POST", f"{REST}/storage/upload/initiate?storage_type=fal-cdn-v3", b"{}", []),
    ]:
        length = [("content-length", str(len(body or b"")))] if method != "GET" else []
        expect(fal.send(chrome(method, target, body, extra)), method, target, [
            ("user-agent", agent), ("accept", "application/json"), ("content-type", "application/json"),
            ("accept-encoding", "gzip, deflate, br, zstd"), *extra, *length], body or b"")


# --- Swift -----------------------------------------------------------------------------------------------------------

def swift(method, target, body=None, extra=()):
    length = [f"Content-Length: {len(body or b'')}"] if method == "POST" else []
    return message(method, [
        "Host: api.app.example", "Accept: application/json", "Content-Type: application/json",
        f"x-fal-target-url: {target}", *extra, "User-Agent: fal.ai/swift-client 0.1.0 - ios",
        "Accept-Language: en-GB,en;q=0.9", "Accept-Encoding: gzip, deflate", "Connection: keep-alive", *length,
    ], body)


SWIFT = [("accept", "application/json"), ("content-type", "application/json"),
         ("user-agent", "fal.ai/swift-client 0.1.0 - ios"), ("accept-encoding", "gzip, deflate")]


@pytest.mark.parametrize("endpoint,app", [
    *(pair for pair in IDS if not pair[0].startswith(("workflows", "comfy"))),
    ("workflows/acme/portrait", "workflows/acme"), ("comfy/acme/graph", "comfy/acme")])
def test_every_operation_of_swift(fal, endpoint, app):
    """Its follow-ups shorten an id with a namespace to two parts (protocol.md §2.2)."""
    follow = f"{QUEUE}/{app}/requests/{RID}"
    for method, target, body in [
        ("POST", f"{QUEUE}/{endpoint}", INPUT),
        ("POST", f"{QUEUE}/{endpoint}?fal_webhook=https://hook.example/done?a=1", INPUT),
        ("POST", f"{QUEUE}/{endpoint}", None),
        ("GET", f"{follow}/status?logs=0", None),
        ("GET", f"{follow}/status?logs=1", None),
        ("GET", follow, None),
        ("POST", f"{RUN}/{endpoint}", INPUT),
        ("POST", f"{ALPHA}/storage/upload/initiate", b'{"content_type":"image/png","file_name":"1.png"}'),
        ("POST", f"{ALPHA}/tokens/", SWIFT_TOKEN),
    ]:
        length = [("content-length", str(len(body or b"")))] if method == "POST" else []
        sent = lowered(body)
        length = [(name, str(len(sent))) for name, _ in length]
        expect(fal.send(swift(method, target, body)), method, target, SWIFT + length, sent)


def test_swift_with_credentials_sends_them_here_and_no_further(fal):
    target = f"{QUEUE}/fal-ai/flux/dev"
    seen = fal.send(swift("POST", target, INPUT, ["Authorization: Key someone:else"]))
    expect(seen, "POST", target, SWIFT + [("content-length", str(len(INPUT)))], INPUT)


# --- Dart ------------------------------------------------------------------------------------------------------------

def dart(method, target, body=None):
    length = [f"content-length: {len(body or b'')}"] if method == "POST" else []
    return message(method, [
        "user-agent: fal.ai/dart-client 0.3.0", "accept: application/json", "accept-encoding: gzip",
        *length, f"x-fal-target-url: {target}", "host: api.app.example:8080",
        "content-type: application/json; charset=utf-8",
    ], body)


DART = [("user-agent", "fal.ai/dart-client 0.3.0"), ("accept", "application/json"), ("accept-encoding", "gzip"),
        ("content-type", "application/json; charset=utf-8")]


@pytest.mark.parametrize("endpoint,app", [
    *(pair for pair in IDS if not pair[0].startswith(("workflows", "comfy"))),
    ("workflows/acme/portrait", "acme/portrait"), ("comfy/acme/graph", "acme/graph")])
def test_every_operation_of_dart(fal, endpoint, app):
    """Its follow-ups leave a namespace out (protocol.md §2.2)."""
    follow = f"{QUEUE}/{app}/requests/{RID}"
    for method, target, body in [
        ("POST", f"{QUEUE}/{endpoint}", INPUT),
        ("POST", f"{QUEUE}/{endpoint}?fal_webhook=https%3A%2F%2Fhook.example%2Fdone", INPUT),
        ("GET", f"{follow}/status?logs=0", None),
        ("GET", f"{follow}/status?logs=1", None),
        ("GET", follow, None),
        ("POST", f"{RUN}/{endpoint}", INPUT),
        ("POST", f"{ALPHA}/storage/upload/initiate", b'{"content_type":"image/png","file_name":"1.png"}'),
        ("POST", f"{ALPHA}/tokens/", DART_TOKEN),
    ]:
        length = [("content-length", str(len(body)))] if body is not None else []
        sent = lowered(body)
        length = [(name, str(len(sent))) for name, _ in length]
        expect(fal.send(dart(method, target, body)), method, target, DART + length, sent)


def test_dart_on_the_web_names_itself_in_a_field_of_its_own(fal):
    target = f"{QUEUE}/fal-ai/flux/dev"
    raw = dart("POST", target, INPUT).replace(b"user-agent: ", b"X-Fal-User-Agent: ")
    fields = [("x-fal-user-agent", DART[0][1]), *DART[1:], ("content-length", str(len(INPUT)))]
    expect(fal.send(raw), "POST", target, fields, INPUT)


# --- Java and Kotlin -------------------------------------------------------------------------------------------------

def okhttp(method, target, body=None, extra=()):
    content = [] if body is None else ["Content-Type: application/json; charset=utf-8", f"Content-Length: {len(body)}"]
    return message(method, [
        "content-type: application/json" if body is None else "accept: application/json",
        *(["accept: application/json"] if body is None else []), *extra, f"X-Fal-Target-Url: {target}", *content,
        "Host: api.app.example", "Connection: Keep-Alive", "Accept-Encoding: gzip",
        "User-Agent: fal.ai/java-client 0.7.1",
    ], body)


JAVA = [("accept", "application/json"), ("accept-encoding", "gzip"), ("user-agent", "fal.ai/java-client 0.7.1")]


@pytest.mark.parametrize("endpoint,app", [
    *(pair for pair in IDS if not pair[0].startswith(("workflows", "comfy"))),
    ("workflows/acme/portrait", "acme/portrait"), ("comfy/acme/graph", "acme/graph")])
def test_every_operation_of_java_and_kotlin(fal, endpoint, app):
    """Its follow-ups leave a namespace out, its bodies may have a charset, its status stream has two Accept lines."""
    follow = f"{QUEUE}/{app}/requests/{RID}"
    events = [("accept", "text/event-stream")]
    for method, target, body, extra in [
        ("POST", f"{QUEUE}/{endpoint}", INPUT, []),
        ("POST", f"{QUEUE}/{endpoint}?fal_webhook=https%3A%2F%2Fhook.example%2Fdone", INPUT, []),
        ("GET", f"{follow}/status?logs=1", None, []),
        ("GET", f"{follow}/status", None, []),
        ("GET", f"{follow}/status/stream?logs=1", None, events),
        ("GET", follow, None, []),
        ("POST", f"{RUN}/{endpoint}", INPUT, []),
    ]:
        raw = okhttp(method, target, body, [f"{name}: {value}" for name, value in extra])
        kind = "application/json" if body is None else "application/json; charset=utf-8"
        length = [("content-length", str(len(body)))] if body is not None else []
        seen = fal.send(raw)
        expect(seen, method, target, [*JAVA, *extra, ("content-type", kind), *length], body or b"")
        if extra:
            assert seen.all("accept") == ["application/json", "text/event-stream"]


# --- What they read --------------------------------------------------------------------------------------------------

def test_a_whole_subscription_over_one_connection_as_javascript_does_it(upstream, proxy):
    queued = {"status": "IN_QUEUE", "request_id": RID, "queue_position": 0, "logs": None, "metrics": {}}
    done = {**queued, "status": "COMPLETED"}
    result = {"images": [{"url": "https://v3.fal.media/files/a/b.png"}]}
    script = Answering(
        json_answer(queued), json_answer(queued, 202), json_answer(done), json_answer(result, fields=[
            ("x-fal-request-id", RID), ("x-fal-billable-units", "1")]))
    fal = upstream(script)
    relay = proxy(fal, allowed_endpoints=ENDPOINTS)
    follow = f"{QUEUE}/fal-ai/flux/requests/{RID}"
    with relay.client() as client:
        steps = [node("POST", f"{QUEUE}/fal-ai/flux/dev", INPUT, [PRIORITY]), node("GET", f"{follow}/status?logs=1"),
                 node("GET", f"{follow}/status?logs=1"), node("GET", follow)]
        answers = [client.send(step).response() for step in steps]
    assert [answer.status for answer in answers] == [200, 202, 200, 200]
    assert [answer.json for answer in answers] == [queued, queued, done, result]
    assert (answers[3].get("x-fal-request-id"), answers[3].get("x-fal-billable-units")) == (RID, "1")
    assert fal.accepted <= 2, "fal's connection was not kept"


def test_a_validation_error_arrives_as_fal_wrote_it(upstream, proxy):
    """fal-js makes its ValidationError of a 422 by reading `detail`."""
    body = json.dumps({"detail": [{"loc": ["body", "prompt"], "msg": "field required", "type": "missing"}]}).encode()
    answer = respond(422, [("content-type", "application/json"), ("x-fal-error-type", "validation")], body)
    got = proxy(upstream(Answering(answer)), allowed_endpoints=ENDPOINTS).fetch(
        node("GET", f"{QUEUE}/fal-ai/flux/requests/{RID}"))
    assert (got.status, got.body, got.get("x-fal-error-type")) == (422, body, "validation")
