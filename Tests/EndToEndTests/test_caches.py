"""Every call has the same URL: no cache in front may hand one user's answer to another."""

import grp
import os
import pathlib
import pwd
import queue
import shutil
import subprocess

import pytest

from harness import Client, json_answer, request, respond, wait_until
from harness.flow import refused_port
from harness.script import MODEL, QUEUE, RUN, STATUS, SUBMIT, Answering

TOKEN = "token-of-the-app-0001"
BEARER = ("authorization", f"Bearer {TOKEN}")
VARY = {"x-fal-target-url", "authorization", "cookie", "origin"}

#: What fal might say to a cache, and what vendors' caches obey before Cache-Control.
INVITATIONS = [
    ("cache-control", "public, max-age=3600"), ("Cache-Control", "s-maxage=3600"), ("expires", "Fri, 01 Jan 2038 00:00:00 GMT"),
    ("pragma", "cache"), ("age", "0"), ("surrogate-control", "max-age=3600"), ("Surrogate-Key", "all"),
    ("cdn-cache-control", "max-age=3600"), ("Cloudflare-CDN-Cache-Control", "max-age=3600"),
    ("vercel-cdn-cache-control", "max-age=3600"), ("netlify-cdn-cache-control", "public"), ("edge-control", "max-age=3600"),
    ("fastly-surrogate-control", "max-age=3600"), ("x-edge-control", "max-age=3600"), ("x-litespeed-tag", "a"),
    ("x-cdn-ttl", "3600"), ("no-vary-search", "params"), ("netlify-vary", "query"), ("cache-tag", "a"),
    ("edge-cache-tag", "a"), ("xkey", "a"), ("x-accel-expires", "3600"), ("x-cache-control", "max-age=3600"), ("akamai-cache-control", "max-age=3600"),
    ("cache-of-tomorrow", "max-age=3600"),
]


def members(answer, name):
    return {member.strip().lower() for value in answer.all(name) for member in value.split(",")}


def assert_private(answer, control="private, no-store"):
    assert answer.all("cache-control") == [control], answer.head.raw
    assert VARY <= members(answer, "vary"), answer.head.raw


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 410, 422,
                                    429, 499, 500, 501, 502, 503, 504])
def test_an_answer_of_fal_is_for_its_caller_alone_whatever_its_status(upstream, proxy, status):
    body = b"" if status in (204, 304) else b"{}"
    data = f"HTTP/1.1 {status} X\r\n".encode() + b"".join(f"{n}: {v}\r\n".encode() for n, v in INVITATIONS)
    data += b"\r\n" if not body else b"content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
    answer = proxy(upstream(Answering(data))).fetch(request(STATUS))
    assert answer.status == status
    assert_private(answer)
    assert not set(answer.head.names) & {name.lower() for name, _ in INVITATIONS} - {"cache-control"}


def test_answers_vary_by_every_field_that_may_hold_a_token(upstream, proxy):
    relay = proxy(upstream(), auth_tokens=TOKEN, auth_sources="authorization,header:X-User-Token,cookie:t,header:x-b")
    fields = [("x-user-token", TOKEN)]
    for data in (request(SUBMIT, "POST", fields=fields, body=b"{}"), request(SUBMIT, "POST", body=b"{}"),
                 request("https://evil.example/", fields=fields), request(None, path="/api/fal/proxy/quota", fields=fields)):
        answer = relay.fetch(data)
        assert VARY | {"x-user-token", "x-b"} == members(answer, "vary"), answer.head.raw


@pytest.mark.parametrize("target,method", [
    (SUBMIT, "POST"), (STATUS, "GET"), (STATUS, "HEAD"), (f"{RUN}/{MODEL}", "POST"), (f"{RUN}/{MODEL}", "GET"),
    ("https://rest.fal.ai/storage/upload/initiate", "POST")])
def test_every_operation_is_private(upstream, proxy, target, method):
    answer = proxy(upstream(Answering(json_answer({}, fields=INVITATIONS))), get_runs="true").fetch(
        request(target, method, body=b"{}" if method == "POST" else None), method)
    assert answer.status == 200
    assert_private(answer)


def test_an_event_stream_is_private_too(upstream, proxy):
    data = respond(fields=[("content-type", "text/event-stream"), *INVITATIONS], body=b"data: 1\n\n")
    answer = proxy(upstream(Answering(data))).fetch(request(f"{STATUS}/stream"))
    assert_private(answer, "private, no-store, no-transform")
    assert answer.all("x-accel-buffering") == ["no"]


REFUSED = {
    "target_missing": request(None, "POST", fields=[BEARER], body=b"{}"),
    "endpoint_not_allowed": request(f"{QUEUE}/other/app", "POST", fields=[BEARER], body=b"{}"),
    "unauthorized": request(STATUS), "method_not_allowed": request(STATUS, "DELETE", fields=[BEARER]),
    "origin_not_allowed": request(STATUS, fields=[BEARER, ("origin", "https://evil.example")]),
    "content_coding": request(SUBMIT, "POST", fields=[BEARER, ("content-encoding", "gzip")], body=b"x"),
    "content_too_large": request(SUBMIT, "POST", fields=[BEARER, ("content-length", "2000000")]),
    "not_implemented": request(STATUS, fields=[BEARER, ("connection", "upgrade"), ("upgrade", "websocket")]),
    "expectation_failed": request(SUBMIT, "POST", fields=[BEARER, ("expect", "a-miracle")], body=b"{}"),
    "bad_request": request(STATUS, fields=[BEARER, ("bad name", "x")]),
    "head_too_large": request(STATUS, fields=[BEARER, ("x", "x" * 9000)]),
    "version_not_supported": request(STATUS, version="2.0"),
    "upstream_connect": request(STATUS, fields=[BEARER]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_private_and_says_what_it_depends_on(proxy, name):
    relay = proxy(auth_tokens=TOKEN, ownership="off", limits_body="1MiB", limits_head="8KiB",
                  origin_overrides=f"queue.fal.run=http://127.0.0.1:{refused_port()}")
    answer = relay.fetch(REFUSED[name])
    assert answer.error_type == f"proxy_{name}"
    assert_private(answer)


def test_an_options_request_that_is_no_preflight_is_private(proxy):
    assert_private(proxy().fetch(request(None, "OPTIONS"), "GET"))


def test_health_answers_stay_no_store(proxy):
    relay = proxy(drain_delay="60s")
    for path in ("/healthz", "/readyz"):
        assert relay.fetch(request(None, path=path)).all("cache-control") == ["no-store"]
    relay.send_signal()
    wait_until(lambda: relay.fetch(request(None, path="/readyz")).status == 503, what="the end of readiness")
    assert relay.fetch(request(None, path="/readyz")).all("cache-control") == ["no-store"]


# --- Real caches in front --------------------------------------------------------------------------------------------

def users(fal):
    """An upstream whose answer to a result is what the target names, with every invitation to keep it."""
    def serve(connection):
        while True:
            seen = connection.read_request()
            fal.put(seen)
            connection.send(json_answer({"target": seen.target}, fields=INVITATIONS[:3] + [("etag", '"same"')]))
    return serve


def three_users(address):
    """Three users ask for their own job, twice each, and a caller without a token comes last."""
    for number in (1, 2, 3, 1, 2, 3):
        target = f"{QUEUE}/{MODEL}/requests/job-{number}"
        with Client(address) as client:
            answer = client.send(request(target, fields=[BEARER, ("cookie", f"user={number}")])).response()
        assert answer.status == 200
        assert answer.json["target"].endswith(f"job-{number}"), "the answer of another user"
    with Client(address) as client:
        answer = client.send(request(f"{QUEUE}/{MODEL}/requests/job-1")).response()
    assert answer.status == 401, "an answer without a token"


NGINX = """
daemon off; user {user} {group}; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  proxy_cache_path {folder}/cache keys_zone=all:1m; access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{to}; proxy_set_header Host $http_host;
      proxy_cache all; proxy_cache_valid any 1h;
    }}
  }}
}}
"""


def serving(process, port, errors):
    assert process.poll() is None, pathlib.Path(errors.name).read_text("utf-8")
    try:
        Client(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_nginx_with_proxy_cache_keeps_no_answer(upstream, proxy, tmp_path):
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        pytest.skip("nginx is not installed (Debian: nginx-light)")
    seen = queue.Queue()
    relay = proxy(upstream(users(seen)), auth_tokens=TOKEN, ownership="off")
    port = refused_port()
    (tmp_path / "nginx.conf").write_text(NGINX.format(
        folder=tmp_path, port=port, to=relay.address[1], user=pwd.getpwuid(os.getuid()).pw_name,
        group=grp.getgrgid(os.getgid()).gr_name))
    errors = open(tmp_path / "stderr", "w+b")
    process = subprocess.Popen(
        [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")],
        stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
    try:
        wait_until(lambda: serving(process, port, errors), 10, "nginx")
        three_users(("127.0.0.1", port))
    finally:
        process.terminate()
        process.wait(10)
    assert seen.qsize() == 6


def test_varnish_with_its_default_rules_keeps_no_answer(upstream, proxy, tmp_path):
    program = shutil.which("varnishd") or shutil.which("varnishd", path="/usr/sbin")
    if not program:
        pytest.skip("Varnish is not installed (Debian: varnish)")
    seen = queue.Queue()
    relay = proxy(upstream(users(seen)), auth_tokens=TOKEN, ownership="off")
    port = refused_port()
    # Built-in rules pass requests with Authorization or Cookie; a site that drops cookies and keeps tokens in another
    # place has neither, so the rule for requests is to look everything up.
    rules = tmp_path / "rules.vcl"
    rules.write_text(
        f'vcl 4.0; backend default {{ .host = "127.0.0.1"; .port = "{relay.address[1]}"; }}\n'
        "sub vcl_recv { if (req.method == \"GET\") { return (hash); } }\n")
    errors = open(tmp_path / "stderr", "w+b")
    process = subprocess.Popen(
        [program, "-F", "-j", "none", "-n", str(tmp_path / "work"), "-f", str(rules), "-a", f"127.0.0.1:{port}",
         "-s", "malloc,16m"], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
    try:
        wait_until(lambda: serving(process, port, errors), 20, "Varnish")
        three_users(("127.0.0.1", port))
    finally:
        process.terminate()
        process.wait(10)
    assert seen.qsize() == 6
