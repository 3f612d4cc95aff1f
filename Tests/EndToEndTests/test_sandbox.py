"""The proxy with its embedded fal: every name of fal's hosts leads to what that host serves."""

import json
import re
import subprocess

import pytest

from harness import Proxy, data_uri, png, request, wait_until

MODEL = "fal-ai/flux-differential-diffusion"
INPUT = json.dumps({"prompt": "a cat", "image_url": data_uri(png()), "change_map_image_url": data_uri(png()),
                    "image_size": {"width": 16, "height": 16}}).encode()
NAMES = [("fal.run", "queue.fal.run"), ("falrun.com", "queue.falrun.com")]


@pytest.fixture(scope="module")
def sandbox():
    with Proxy("serve", "--sandbox", key=None, allowed_urls="@default,falrun.com/**,queue.falrun.com/**",
               allowed_endpoints=f"{MODEL},workflows/me/flow") as proxy:
        yield proxy


@pytest.fixture(scope="module")
def backup_only():
    """Without the usual names: a URL that leads back to one of them would be refused."""
    with Proxy("serve", "--sandbox", key=None, allowed_urls="falrun.com/**,queue.falrun.com/**") as proxy:
        yield proxy


@pytest.mark.parametrize("run", [run for run, _ in NAMES])
def test_a_direct_call_is_answered_with_the_output(sandbox, run):
    answer = sandbox.fetch(request(f"https://{run}/{MODEL}", "POST", body=INPUT), "POST")
    assert answer.status == 200
    assert [image["width"] for image in answer.json["images"]] == [16] and "status" not in answer.json
    assert answer.get("x-fal-request-id")


@pytest.mark.parametrize("run", [run for run, _ in NAMES])
def test_a_direct_stream_is_a_stream(sandbox, run):
    answer = sandbox.fetch(request(f"https://{run}/{MODEL}/stream", "POST", body=INPUT), "POST")
    assert answer.status == 200 and answer.get("content-type") == "text/event-stream"
    assert b'"images"' in answer.body


@pytest.mark.parametrize("queue", [queue for _, queue in NAMES])
def test_a_queue_answers_with_urls_that_a_client_can_follow_through_the_proxy(sandbox, queue):
    follow_to_the_end(sandbox, queue)


def test_the_backup_names_need_no_others(backup_only):
    answer = backup_only.fetch(request(f"https://falrun.com/{MODEL}", "POST", body=INPUT), "POST")
    assert answer.status == 200 and len(answer.json["images"]) == 1
    follow_to_the_end(backup_only, "queue.falrun.com")


def follow_to_the_end(proxy, queue):
    submitted = proxy.fetch(request(f"https://{queue}/{MODEL}", "POST", body=INPUT), "POST")
    assert submitted.status == 200 and submitted.json["status"] == "IN_QUEUE"
    base = f"https://{queue}/{MODEL}/requests/{submitted.json['request_id']}"

    def assert_urls(answer):
        assert (answer["response_url"], answer["status_url"], answer["cancel_url"]) == (
            base, base + "/status", base + "/cancel")

    assert_urls(submitted.json)

    def completed():
        status = proxy.fetch(request(submitted.json["status_url"]))
        assert status.status in (200, 202), status.body
        assert_urls(status.json)
        return status.json["status"] == "COMPLETED"

    wait_until(completed, 10, "the end of the job")
    result = proxy.fetch(request(submitted.json["response_url"]))
    assert result.status == 200 and len(result.json["images"]) == 1
    assert proxy.fetch(request(submitted.json["cancel_url"], "PUT"), "PUT").status == 400
    events = proxy.fetch(request(submitted.json["status_url"] + "/stream"))
    assert_urls(json.loads(events.body.decode().split("data: ")[1]))


def test_a_namespaced_app_is_found_under_the_names_that_clients_shorten_it_to(sandbox):
    submitted = sandbox.fetch(request("https://queue.fal.run/workflows/me/flow", "POST", body=b"{}"), "POST")
    assert submitted.status == 200
    rid = submitted.json["request_id"]
    for app in ("workflows/me/flow", "workflows/me", "me/flow"):
        status = sandbox.fetch(request(f"https://queue.fal.run/{app}/requests/{rid}/status"))
        assert status.status in (200, 202) and status.json["request_id"] == rid


def test_images_and_uploads_load_from_the_port_and_under_the_name_that_the_client_used(sandbox):
    """As from a container or for another device: nothing but the proxy's own port is ever connected to."""
    host = "made-up.test:4711"

    def call(url, method="GET", body=None, fields=()):
        """What a browser does with a URL of an answer."""
        authority, path = url.removeprefix("http://").split("/", 1)
        assert authority == host
        return sandbox.fetch(request(None, method, path=f"/{path}", host=authority, body=body, fields=fields), method)

    output = sandbox.fetch(request(f"https://fal.run/{MODEL}", "POST", body=INPUT, host=host), "POST").json
    image = call(output["images"][0]["url"])
    assert image.status == 200 and image.body.startswith(b"\x89PNG") and image.get("content-type") == "image/png"

    target = "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3"
    announced = sandbox.fetch(request(target, "POST", body=b'{"file_name":"a.png"}', host=host), "POST").json
    preflight = call(announced["upload_url"], "OPTIONS", fields=[
        ("origin", "http://page.test"), ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "content-type")])
    assert preflight.status == 204 and preflight.get("access-control-allow-origin") == "*"
    assert "PUT" in preflight.get("access-control-allow-methods")
    sent = call(announced["upload_url"], "PUT", image.body, [("content-type", "image/png"), ("origin", "http://page.test")])
    assert sent.status == 200 and sent.get("access-control-allow-origin") == "*"
    assert call(announced["file_url"]).body == image.body

    # The size of a picture is that of the uploaded one, found under its new name.
    body = json.dumps({"prompt": "a cat", "image_url": announced["file_url"],
                       "change_map_image_url": announced["file_url"]}).encode()
    drawn = sandbox.fetch(request(f"https://fal.run/{MODEL}", "POST", body=body, host="another.test"), "POST").json
    assert drawn["images"][0]["width"] == 16
    assert drawn["images"][0]["url"].startswith("http://another.test/api/fal/proxy/files/")


@pytest.mark.parametrize("fields", [[("x-forwarded-host", "evil.test")], [("forwarded", "host=evil.test;proto=https")],
                                    [("x-forwarded-proto", "https"), ("x-forwarded-host", "evil.test")]])
def test_what_a_client_says_was_forwarded_is_no_address(sandbox, fields):
    answer = sandbox.fetch(request(f"https://fal.run/{MODEL}", "POST", body=INPUT, fields=fields), "POST")
    assert answer.json["images"][0]["url"].startswith("http://proxy.test/api/fal/proxy/files/")


@pytest.mark.parametrize("host", ["a~b", "a" * 300, "proxy.test:99999"])
def test_a_host_that_no_url_can_have_is_not_repeated(sandbox, host):
    answer = sandbox.fetch(request(f"https://fal.run/{MODEL}", "POST", body=INPUT, host=host), "POST")
    if answer.status == 200:
        assert answer.json["images"][0]["url"].startswith("http://127.0.0.1:")
    else:
        assert answer.status == 400 and host.encode() not in answer.body


@pytest.mark.parametrize("path", ["/files/koala/a.png", "/api/fal/proxy/files", "/api/fal/proxy/other/a",
                                  "/api/fal/proxyfiles/koala/a.png"])
def test_other_paths_stay_closed(sandbox, path):
    answer = sandbox.fetch(request(None, path=path))
    assert answer.status == 404 and answer.error_type == "proxy_not_found"


def test_the_real_proxy_has_no_such_paths(proxy):
    relay = proxy()
    for path in ("/api/fal/proxy/files/koala/a.png", "/api/fal/proxy/uploads/a"):
        for method in ("GET", "PUT", "POST", "OPTIONS"):
            answer = relay.fetch(request(None, method, path=path), method)
            assert answer.status == 404 and answer.error_type == "proxy_not_found"


def test_fal_is_never_told_the_name_that_the_client_used(proxy, upstream):
    fal = upstream()
    proxy(fal).fetch(request(f"https://fal.run/{MODEL}", "POST", body=INPUT), "POST")
    assert not [name for name in fal.next_request().head.names if "forwarded" in name]


def test_a_start_without_fal_says_what_leaves_the_machine_and_nothing_about_spending_and_shows_what_to_try():
    with Proxy("serve", "--sandbox", key="not a key", tokens_enabled="true", auth_tokens="token-of-the-app-0001") as proxy:
        assert proxy.fetch(request(None, path="/readyz")).status == 200
        wait_until(lambda: proxy.stderr.count("\n  ") >= 3, 10, "the examples")
        assert "sends nothing to another machine; a client that takes a realtime token" in proxy.stderr
        assert "warning" not in proxy.stderr
        run_the_examples(proxy, TOKEN="token-of-the-app-0001")


@pytest.mark.parametrize("endpoints,model", [
    ("fal-ai/flux-general/**", "fal-ai/flux-general/differential-diffusion"), ("fal-ai/fast-*,fal-ai/flux/dev", "fal-ai/flux/dev"),
    ("workflows/me/flow", "workflows/me/flow"), ("a/b,c/d", "a/b"), ("**", MODEL), ("fal-ai/*", MODEL)])
def test_what_it_shows_to_try_is_allowed(endpoints, model):
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints=endpoints) as proxy:
        wait_until(lambda: proxy.stderr.count("\n  ") >= 3, 10, "the examples")
        assert f"https://fal.run/{model}'" in proxy.stderr and f"https://fal.run/{model}/stream'" in proxy.stderr
        run_the_examples(proxy)


@pytest.mark.parametrize("settings", [{"allowed_endpoints": "[]"}, {"allowed_urls": "queue.fal.run/**"}, {"allowed_endpoints": "fal-ai/flux/**"}])
def test_where_nothing_can_be_tried_it_says_so(settings):
    with Proxy("serve", "--sandbox", key=None, **settings) as proxy:
        wait_until(lambda: "fal-proxy: no lines to try: " in proxy.stderr, 10, "the sentence")
        assert "\n  " not in proxy.stderr


def run_the_examples(proxy, **environment):
    script = "\n".join(re.findall(r"^  (.*)$", proxy.stderr, re.M))
    shell = subprocess.run(["sh", "-ec", script], env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True,
                           text=True, timeout=20)
    assert shell.returncode == 0, shell.stderr
    run, stream = shell.stdout.split("data: ", 1)
    assert json.loads(run)["images"] and '"images"' in stream


def test_a_client_that_names_no_host_gets_the_address_it_connected_to(sandbox):
    call = request(f"https://fal.run/{MODEL}", "POST", body=INPUT, version="1.0").replace(b"host: proxy.test\r\n", b"")
    place = "http://{}:{}/api/fal/proxy/files/".format(*sandbox.address)
    assert sandbox.fetch(call, "POST").json["images"][0]["url"].startswith(place)


def served_by_the_sandbox(answer):
    return answer.get("x-fal-served-from") == "sandbox"


def test_what_is_spelled_out_and_unknown_is_stood_in_for_and_all_else_is_404_as_at_fal(sandbox):
    for tail, body in (("", b"{}"), ("/stream", b"{}")):
        known = sandbox.fetch(request(f"https://fal.run/workflows/me/flow{tail}", "POST", body=body), "POST")
        assert known.status == 200 and b'"images"' in known.body and served_by_the_sandbox(known)
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints="**,me/mine", sandbox_speed=100) as proxy:
        for host in ("fal.run", "queue.fal.run"):
            for path, detail in (("fal-ai/nope", 'Application "nope" not found'),
                                 ("fal-ai/flux-general/nope", "Path /nope not found"),
                                 ("workflows/a/nope", 'Application "nope" not found')):
                answer = proxy.fetch(request(f"https://{host}/{path}", "POST", body=INPUT), "POST")
                assert (answer.status, answer.json) == (404, {"detail": detail}) and served_by_the_sandbox(answer)
        general = "https://fal.run/fal-ai/flux-general/differential-diffusion"
        assert proxy.fetch(request(general, "POST", body=INPUT), "POST").status == 200
        assert proxy.fetch(request(general, "POST", body=b"{}"), "POST").status == 422
        rid = proxy.fetch(request("https://queue.fal.run/me/mine", "POST", body=b"{}"), "POST").json["request_id"]
        status = f"https://queue.fal.run/me/mine/requests/{rid}/status"
        stream = proxy.fetch(request(f"{status}/stream?logs=1"))
        assert served_by_the_sandbox(stream) and b"stand-in: the sandbox does not know me/mine" in stream.body
        assert served_by_the_sandbox(proxy.fetch(request(status)))


def test_files_and_preflights_say_who_serves_them_too(sandbox):
    output = sandbox.fetch(request(f"https://fal.run/{MODEL}", "POST", body=INPUT), "POST").json
    path = "/" + output["images"][0]["url"].split("/", 3)[3]
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        assert served_by_the_sandbox(sandbox.fetch(request(None, method, path=path), method))
