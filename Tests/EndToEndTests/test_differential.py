"""The differential promise: whatever of the corpus is forwarded, two other servers see it as exactly the same requests.

Every forwarded entry goes through the proxy into nginx and into Node. Both must read what the corpus says, no more and
no less, and the connection must then serve the next request: nothing of the entry is left over on it.
"""

import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import sys

import pytest

from harness import Proxy, request, wait_until
from harness.flow import refused_port
from test_corpus import STATUS, WAIT, read_statuses

from conftest import overrides

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Corpus"))

import corpus  # noqa: E402

FORWARDED = [entry for entry in corpus.load("requests") if entry.outcome[3] != "unsent"]
HARNESS = pathlib.Path(__file__).parent / "harness"

NGINX = """
daemon off; user {user} {group}; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  # Room for the largest head of the corpus; the content stays in one buffer, so that the log can hold it.
  large_client_header_buffers 8 64k; client_body_buffer_size 256k; client_body_in_single_buffer on;
  keepalive_requests 100000; merge_slashes off; underscores_in_headers on; ignore_invalid_headers off;
  log_format seen escape=json '{{"connection":$connection,"method":"$request_method","target":"$request_uri",'
    '"line":"$request","host":"$http_host","type":"$http_content_type","marker":"$http_x_fal_runner_hint",'
    '"status":$status,"body":"$request_body"}}';
  access_log off;
  default_type application/json;
  server {{
    listen 127.0.0.1:{port};
    access_log {folder}/seen.log seen;
    # Content is read, and known to the log, only where it is passed on.
    location / {{ proxy_pass http://unix:{folder}/answer.sock; }}
  }}
  server {{ listen unix:{folder}/answer.sock; location / {{ return 200 '{{"ok": true}}'; }} }}
}}
"""


class Nginx:
    """nginx that logs what it sees."""

    def __init__(self, folder):
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not program:
            pytest.skip("nginx is not installed (Debian: nginx-light)")
        self.log = folder / "seen.log"
        self.port = refused_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX.format(
            folder=folder, port=self.port, user=pwd.getpwuid(os.getuid()).pw_name,
            group=grp.getgrgid(os.getgid()).gr_name))
        self.errors = open(folder / "stderr", "w+b")
        self.process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")],
            stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors)
        wait_until(self.listening, 10, "nginx")

    def listening(self):
        assert self.process.poll() is None, pathlib.Path(self.errors.name).read_text("utf-8")
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", self.port)) == 0

    def lines(self):
        """What it saw; nginx writes bytes as they are, and a field that is not there as an empty one."""
        for line in self.log.read_text("latin-1").split("\n")[:-1]:
            seen = json.loads(line)
            yield seen | {"host": [seen["host"]], "type": [seen["type"]] if seen["type"] else []}


class Node:
    """A small program on Node's own server that says what it sees."""

    def __init__(self, folder):
        program = shutil.which("node")
        if not program:
            pytest.skip("Node is not installed (Debian: nodejs)")
        self.log = folder / "seen.log"
        self.errors = open(folder / "stderr", "w+b")
        self.process = subprocess.Popen(
            [program, "--max-http-header-size=131072", str(HARNESS / "echo.js")], stdin=subprocess.DEVNULL,
            stdout=open(self.log, "wb"), stderr=self.errors)
        self.port = int(wait_until(self.listening, 20, "Node").group(1))

    def listening(self):
        text = pathlib.Path(self.errors.name).read_text("utf-8")
        assert self.process.poll() is None, text
        return re.search(r"port (\d+)\n", text)

    def lines(self):
        for line in self.log.read_text("utf-8").split("\n")[:-1]:
            yield json.loads(line)


def replay(server):
    """Sends every entry, a marked request behind each, and returns what `server` saw before each of the marks."""
    with Proxy(origin_overrides=overrides(f"http://127.0.0.1:{server.port}"), event_loops=1, get_runs="true") as relay:
        for number, entry in enumerate(FORWARDED):
            with relay.client(timeout=WAIT) as client:
                client.send(entry.data)
                read_statuses(client, entry, entry.outcome[1].count("+") + 1)
                marked = request(STATUS, fields=[("x-fal-runner-hint", number)])
                assert relay.fetch(marked, timeout=WAIT).json == {"ok": True}, entry.name
    wait_until(lambda: sum(bool(line.get("marker")) for line in server.lines()) == len(FORWARDED), 10, "the last mark")
    seen, waiting = {}, []
    for line in server.lines():
        if not line.get("marker"):
            waiting.append(line)
            continue
        seen[FORWARDED[int(line["marker"])].name] = (waiting, line)
        waiting = []
    assert waiting == [] and len(seen) == len(FORWARDED)
    return seen


@pytest.fixture(scope="module", params=[Nginx, Node], ids=["nginx", "node"])
def seen(request, tmp_path_factory):
    server = request.param(tmp_path_factory.mktemp("server"))
    try:
        yield replay(server)
    finally:
        server.process.terminate()
        server.process.wait(10)


def content_types(entry):
    """The Content-Type of the only request of `entry`, unless Connection names it; None where there are several."""
    head, _, behind = entry.data.partition(b"\r\n\r\n")
    if b" HTTP/1." in behind:
        return None
    if b"content-type" in b",".join(re.findall(rb"(?im)^connection:([^\r]*)", head)).lower():
        return []
    return [value.decode("latin-1").strip() for value in re.findall(rb"(?im)^content-type:([^\r]*)", head)]


@pytest.mark.parametrize("entry", FORWARDED, ids=[entry.name for entry in FORWARDED])
def test_another_server_sees_the_same_requests(seen, entry):
    requests, mark = seen[entry.name]
    assert not [line for line in requests if "fault" in line], "bytes were left over that are no request"
    if entry.outcome[3] == "sent":
        assert len(requests) == len(entry.seen)
    assert len(requests) <= len(entry.seen)
    for line, (method, target, *words) in zip(requests, entry.seen):
        assert line["method"] == method
        assert line["target"] == (corpus.TARGET if target == "*" else target)
        assert line["body"].encode("latin-1") == corpus.unescape(" ".join(words))
        assert line["host"] in (["fal.run"], ["queue.fal.run"])
        assert line.get("status", 200) == 200, "nginx could not make sense of it"
        assert line.get("line", f"{method} {line['target']} HTTP/1.1") == f"{method} {line['target']} HTTP/1.1"
        if content_types(entry) is not None:
            assert line["type"] == content_types(entry)


def test_the_connections_served_on_after_each_entry(seen):
    """Every fake host has a pool of its own; within it two connections are enough for the whole corpus: a pipelined request
    does not follow the one before it on a connection the loop has not looked at since."""
    assert len({mark["connection"] for _, mark in seen.values()}) == 1
    pools = {}
    for requests, _ in seen.values():
        for line in requests:
            pools.setdefault(tuple(line["host"]), set()).add(line["connection"])
    assert len(pools) == 2 and all(len(pool) <= 2 for pool in pools.values()), pools
