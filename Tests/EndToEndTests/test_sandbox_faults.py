"""The menu of faults of the embedded fal, as config/sandbox.md has it and as clients of the proxy see it."""

import json
import pathlib
import re

import pytest

from harness import Proxy, data_uri, png, request, wait_until

MODEL = "fal-ai/flux-differential-diffusion"
SOURCE = data_uri(png())
INPUT = {"prompt": "a cat", "image_url": SOURCE, "change_map_image_url": SOURCE, "num_inference_steps": 4}
PAGE = pathlib.Path(__file__).resolve().parents[2] / "config" / "sandbox.md"
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| `sandbox/")]


@pytest.fixture(scope="module")
def sandbox():
    with Proxy("serve", "--sandbox", key=None, sandbox_speed=10) as proxy:
        yield proxy


def call(proxy, url, method="GET", body=None, fields=()):
    content = None if body is None else json.dumps(body).encode()
    return proxy.fetch(request(f"https://{url}", method, body=content, fields=fields), method)


def split(endpoint):
    """The app of an endpoint: what follow-ups name."""
    parts = endpoint.split("?")[0].split("/")
    return "/".join(parts[:3 if parts[0] in ("workflows", "comfy") else 2])


def finish(proxy, endpoint, rid):
    """The last status of a job; its result is still to be fetched."""
    events = call(proxy, f"queue.fal.run/{split(endpoint)}/requests/{rid}/status/stream").body.decode()
    return json.loads(events.split("data: ")[-1])


def result(proxy, endpoint, rid):
    return call(proxy, f"queue.fal.run/{split(endpoint)}/requests/{rid}")


def cut(proxy, data):
    """Reads an answer that must break off."""
    with proxy.client() as client:
        assert " 200 " in client.send(data).head().start
        with pytest.raises((AssertionError, ConnectionResetError, EOFError)):
            client.reader.exactly(1 << 30)


def test_every_row_is_on_the_menu_and_every_entry_in_a_row():
    names = {row[0].strip("`").split("?")[0].split("/")[1] for row in ROWS}
    source = (PAGE.parents[1] / "Sources" / "Sandbox" / "Fault.swift").read_text("utf-8")
    assert names == set(re.findall(r'case \("(\w+)", \d\)', source)) and len(ROWS) >= 12


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
@pytest.mark.parametrize("way", ["endpoint", "workflow", "field"])
def test_each_row_is_so(sandbox, row, way):
    entry, strikes, queued, direct = row
    entry = entry.strip("`").removeprefix("sandbox/")
    endpoint, fields = {"endpoint": (f"sandbox/{entry}", []), "workflow": (f"workflows/sandbox/{entry}", []),
                        "field": (MODEL, [("x-sandbox-fault", entry)])}[way]
    submitted = call(sandbox, f"queue.fal.run/{endpoint}", "POST", INPUT, fields)
    assert submitted.get("x-fal-served-from") == "sandbox" or "of the proxy" in queued
    if strikes == "submit":
        assert submitted.status == int(queued[:3]), submitted.body
    elif "stays" in queued:
        assert stays_running(sandbox, endpoint, submitted.json["request_id"])
    else:
        assert submitted.status == 200
        status = finish(sandbox, endpoint, submitted.json["request_id"])
        assert ("error" in status) == ("`error`" in queued)
        if "cut" in queued:
            app, rid = split(endpoint), submitted.json["request_id"]
            cut(sandbox, request(f"https://queue.fal.run/{app}/requests/{rid}"))
        else:
            answer = result(sandbox, endpoint, submitted.json["request_id"])
            assert answer.status == int(re.search(r"result (?:is|of) (\d{3})", queued).group(1)), answer.body
    content = json.dumps({**INPUT, "prompt": "direct"}).encode()
    data = request(f"https://fal.run/{endpoint}", "POST", body=content, fields=fields)
    if direct == "no answer":
        with sandbox.client() as client:
            client.send(data)
            # Whatever is asked afterwards is answered first.
            assert call(sandbox, "fal.run/sandbox/slow?ms=0", "POST", {}).status == 200
            client.sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                client.sock.recv(1)
    elif "cut" in direct:
        cut(sandbox, data)
    else:
        assert sandbox.fetch(data, "POST").status == int(direct[:3])


def stays_running(proxy, endpoint, rid):
    status = f"queue.fal.run/{split(endpoint)}/requests/{rid}"
    wait_until(lambda: call(proxy, f"{status}/status").json["status"] == "IN_PROGRESS", 10, "the start")
    # What came later and runs as long as any is over before it.
    for _ in range(2):
        assert call(proxy, "fal.run/sandbox/slow", "POST", {}).status == 200
    assert call(proxy, f"{status}/status").json["status"] == "IN_PROGRESS"
    assert call(proxy, f"{status}/cancel", "PUT").status == 202
    return call(proxy, f"{status}/status").json["status"] == "COMPLETED"


ERRORS = [(400, "bad_request"), (401, None), (403, None), (404, None), (418, None),
          (422, "content_policy_violation"), (429, "concurrent_requests_limit"), (499, "client_disconnected"),
          (500, "internal_server_error"), (502, "runner_incomplete_response"), (503, "runner_scheduling_failure"),
          (504, "generation_timeout"), (599, None)]


@pytest.mark.parametrize("status,kind", ERRORS)
def test_an_error_has_the_shape_that_fal_gives_it(sandbox, status, kind):
    endpoint = f"sandbox/error/{status}"
    rid = call(sandbox, f"queue.fal.run/{endpoint}", "POST", {}).json["request_id"]
    last = finish(sandbox, endpoint, rid)
    assert last["error"] == f"Invalid status code: {status}" and last.get("error_type") == kind
    for answer in (result(sandbox, endpoint, rid), call(sandbox, f"fal.run/{endpoint}", "POST", {})):
        assert answer.status == status and answer.json["detail"] and answer.get("x-fal-request-id")
        if kind and isinstance(answer.json["detail"], str):
            assert answer.get("x-fal-error-type") == kind == answer.json["error_type"]
        elif kind:
            assert [issue["type"] for issue in answer.json["detail"]] == [kind]


def test_flaky_counts_by_endpoint_query_and_content(sandbox):
    def statuses(query, body, count):
        return [call(sandbox, f"queue.fal.run/sandbox/flaky{query}", "POST", body).status for _ in range(count)]
    assert statuses("?n=2", {"a": 1}, 2) == [503, 503]
    assert statuses("?n=1", {"a": 1}, 1) == [503]
    assert statuses("?n=2", {"a": 2}, 3) == [503, 503, 200]
    assert statuses("?n=2", {"a": 1}, 2) == [200, 503]
    assert statuses("?n=0", {}, 2) == [200, 200]


def test_a_stream_comes_event_by_event_and_one_that_is_cut_breaks_off(sandbox):
    for url, fields in (("sandbox/stream/stream", []), ("sandbox/stream", []),
                        (f"{MODEL}/stream", [("x-sandbox-fault", "stream?n=4&ms=10")])):
        answer = call(sandbox, f"fal.run/{url}?n=4&ms=10", "POST", {}, fields)
        events = [json.loads(line.removeprefix("data: ")) for line in answer.body.decode().split("\n\n") if line]
        assert events == [{"event": number, "of": 4} for number in range(1, 5)]
    with sandbox.client() as client:
        client.send(request("https://fal.run/sandbox/cut/stream", "POST", body=b"{}")).head()
        assert b"data: {" in client.reader.until(b"\n\n")
        with pytest.raises((AssertionError, ConnectionResetError, EOFError)):
            client.reader.until(b"0\r\n\r\n")
    for entry, status in (("error/422", 422), ("locked", 403)):
        assert call(sandbox, f"fal.run/sandbox/{entry}/stream", "POST", {}).status == status


def test_a_stream_without_news_says_that_it_is_there(sandbox):
    with sandbox.client() as client:
        assert " 200 " in client.send(request("https://fal.run/sandbox/hang/stream", "POST", body=b"{}")).head().start
        assert client.reader.until(b"\n\n").endswith(b": ping")


def test_an_echo_is_what_arrived_without_the_key(sandbox):
    answer = call(sandbox, "fal.run/sandbox/echo?a=1", "POST", {"b": [2]}, [("x-fal-runner-hint", "here")])
    assert answer.json["input"] == {"b": [2]} and answer.json["query"] == {"a": "1"}
    assert (answer.json["method"], answer.json["path"]) == ("POST", "/sandbox/echo")
    names = [name for name, _ in answer.json["headers"]]
    assert ["x-fal-runner-hint", "here"] in answer.json["headers"] and "authorization" not in names


def test_a_picture_the_checker_finds_something_in_is_black_and_flagged(sandbox):
    output = call(sandbox, f"fal.run/{MODEL}", "POST", INPUT, [("x-sandbox-fault", "nsfw")]).json
    assert output["has_nsfw_concepts"] == [True]
    assert call(sandbox, f"fal.run/{MODEL}", "POST", INPUT).json["has_nsfw_concepts"] == [False]


@pytest.mark.parametrize("fault", ["nope", "slow?ms=x", "slow?ms=-1", "error/200", "error", "flaky?n=1001", "hang/1", "stream?n=0"])
def test_what_is_not_on_the_menu_is_said(sandbox, fault):
    field = call(sandbox, f"fal.run/{MODEL}", "POST", INPUT, [("x-sandbox-fault", fault)])
    assert field.status == 400 and "config/sandbox.md" in field.json["detail"] and field.error_type == "bad_request"
    endpoint = call(sandbox, f"queue.fal.run/sandbox/{fault}", "POST", {})
    assert endpoint.status == 404 and "config/sandbox.md" in endpoint.json["detail"]


def test_fal_never_gets_the_field(proxy, upstream):
    fal = upstream()
    relay = proxy(fal)
    call(relay, f"fal.run/{MODEL}", "POST", INPUT, [("x-sandbox-fault", "hang")])
    assert fal.next_request().get("x-sandbox-fault") is None
    assert call(relay, "fal.run/sandbox/echo", "POST", {}).status == 403


def test_an_operator_who_lists_endpoints_has_the_menu_where_the_default_stands():
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints="a/b") as closed:
        assert call(closed, "fal.run/sandbox/locked", "POST", {}).error_type == "proxy_endpoint_not_allowed"
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints="a/b,@default") as opened:
        for namespace in ("", "workflows/", "comfy/"):
            assert call(opened, f"fal.run/{namespace}sandbox/locked", "POST", {}).json["detail"].startswith("User is locked")
