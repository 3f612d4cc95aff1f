"""What config/deploy.md tells people to put in front of the proxy, taken out of that page."""

import configparser
import grp
import json
import os
import pwd
import queue
import re
import shutil
import socket
import subprocess

import pytest

from harness import Client, Proxy, data_uri, png, request, wait_until
from harness.flow import Content, refused_port
from harness.process import BINARY, ROOT
from test_readme import blocks

PAGE = (ROOT / "config" / "deploy.md").read_text("utf-8")
MODEL = "fal-ai/flux-differential-diffusion"
RUN = f"https://fal.run/{MODEL}"
STREAM = f"https://queue.fal.run/{MODEL}/requests/a/status/stream"
INPUT = json.dumps({"prompt": "a cat", "image_url": data_uri(png()), "change_map_image_url": data_uri(png()),
                    "image_size": {"width": 16, "height": 16}}).encode()
EVENTS = [b'data: {"status":"IN_PROGRESS"}\n\n', b'data: {"status":"COMPLETED"}\n\n']


def replaced(text, *pairs):
    """`text` with each old part, which it must hold, replaced by the new one."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, str(new))
    return text


class Slow:
    """A fal that streams an event, waits until it is let go, and streams another."""

    def __init__(self):
        self.permits = queue.Queue()

    def __call__(self, connection):
        while True:
            asked = connection.read_request()
            if "/stream" not in asked.target:
                content = json.dumps({"length": len(asked.body)}).encode()
                connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                                % (len(content), content))
                continue
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            for event in EVENTS:
                connection.send(b"%x\r\n%s\r\n" % (len(event), event))
                if event is EVENTS[0]:
                    self.permits.get(timeout=10)
            connection.send(b"0\r\n\r\n")


# --- nginx: the real one, with the page's server, TLS and HTTP/2 ---------------------------------------------------------


class Nginx:
    """The server of the page, at an address of its own with a certificate of ours, and curl as its client. It passes
    `host_field` on as Host, if that is not what the page says."""

    host = "app.example.com"

    def __init__(self, folder, relay, authority, host_field="$http_host", address="127.0.0.1", port=None):
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not program:
            pytest.skip("nginx is not installed (Debian: nginx-light)")
        block, = blocks(PAGE, "nginx")
        self.address, self.port = address, port or refused_port()
        self.authority = authority
        authority.context(f"DNS:{self.host}")
        stem = authority.folder / f"DNS_{self.host.replace('.', '_')}"
        server = replaced(block, ("127.0.0.1:8080", f"127.0.0.1:{relay.address[1]}"), ("listen 443", f"listen {address}:{self.port}"),
                          ("Host $http_host", f"Host {host_field}"),
                          ("/etc/ssl/app.pem", stem.with_suffix(".pem")), ("/etc/ssl/app.key", stem.with_suffix(".key")))
        user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
        paths = " ".join(f"{name}_temp_path {folder}/{name};" for name in
                         ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"daemon off; user {user} {group}; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log warn;\n"
            f"events {{}}\nhttp {{ access_log off; {paths}\n{server}}}\n")
        self.process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def listening():
            assert self.process.poll() is None, (folder / "error.log").read_text()
            with socket.socket() as sock:
                return sock.connect_ex((self.address, self.port)) == 0
        wait_until(listening, 10, "nginx")

    @property
    def origin(self):
        return f"https://{self.host}:{self.port}"

    def curl(self, target, *arguments):
        return ["curl", "-sSN", "--http2", "--max-time", "20", "--noproxy", "*", "--cacert", str(self.authority.certificate),
                "--resolve", f"{self.host}:{self.port}:{self.address}", "-H", f"x-fal-target-url: {target}",
                *arguments, f"{self.origin}/api/fal/proxy"]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def nginx(tmp_path, proxy, upstream, authority, slow):
    server = Nginx(tmp_path, proxy(upstream(slow)), authority)
    yield server
    server.stop()


def test_a_page_of_the_same_origin_calls_through_nginx_over_http2(nginx):
    ran = subprocess.run(nginx.curl(RUN, "-H", f"origin: {nginx.origin}", "-d", "{}", "-H", "content-type: application/json",
                                    "-w", " %{http_version} %{http_code}"), capture_output=True, text=True)
    assert ran.stdout == '{"length": 2} 2 200', ran.stderr
    foreign = subprocess.run(nginx.curl(RUN, "-H", "origin: https://evil.test", "-d", "{}"), capture_output=True, text=True)
    assert "proxy_origin_not_allowed" in foreign.stdout


def test_nginx_hands_on_each_event_when_it_comes(nginx, slow):
    """Without a word in its configuration: the answer says so."""
    assert "proxy_buffering" not in PAGE
    with subprocess.Popen(nginx.curl(STREAM), stdout=subprocess.PIPE) as curl:
        # The second is not sent before the first has arrived.
        assert curl.stdout.readline() + curl.stdout.readline() == EVENTS[0]
        slow.permits.put(True)
        assert curl.stdout.read() == EVENTS[1]
    assert curl.returncode == 0


def test_nginx_takes_contents_larger_than_its_own_limit(nginx, tmp_path):
    file = tmp_path / "content"
    file.write_bytes(b" " * (3 << 20))
    ran = subprocess.run(nginx.curl(RUN, "-H", "content-type: application/json", "--data-binary", f"@{file}"),
                         capture_output=True, text=True)
    assert ran.stdout == json.dumps({"length": 3 << 20}), ran.stderr


@pytest.mark.parametrize("host_field,same_port,settings,expected", [
    ("$host", False, {}, "200"), ("$host", True, {}, "200"), ("$http_host", False, {}, "200"),
    # At a port of the same number it cannot be told from a page whose name was re-bound.
    ("$http_host", True, {}, "421"), ("$http_host", True, {"allowed_hosts": Nginx.host}, "200"),
    ("$host", False, {"allowed_hosts": "other.example.com"}, "421"), ("$proxy_host", False, {}, "200")])
def test_hosts_that_nginx_passes_on_are_answered_by_the_default(
        tmp_path, proxy, upstream, authority, slow, host_field, same_port, settings, expected):
    relay = proxy(upstream(slow), **settings)
    at = {"address": "127.0.0.2", "port": relay.address[1]} if same_port else {}
    server = Nginx(tmp_path, relay, authority, host_field, **at)
    try:
        ran = subprocess.run(server.curl(RUN, "-d", "{}", "-H", "content-type: application/json", "-o", "/dev/null",
                                         "-w", "%{http_code}"), capture_output=True, text=True)
    finally:
        server.stop()
    assert ran.stdout == expected, ran.stderr


# --- Vite and Next.js: their mapping, read out of the page and applied by a small server of ours; neither is installed -----


class Frontend:
    def __init__(self, folder, kind, relay):
        if shutil.which("node") is None:
            pytest.skip("node is not installed (Debian: nodejs)")
        name = {"vite": "// vite.config.js", "next": "// next.config.mjs"}[kind]
        block, = (block for block in blocks(PAGE, "js") if block.startswith(name))
        config = folder / "config.mjs"
        config.write_text(replaced(block, ("127.0.0.1:8080", f"127.0.0.1:{relay.address[1]}")))
        self.process = subprocess.Popen(
            ["node", str(ROOT / "Tests/EndToEndTests/harness/frontend.mjs"), kind, str(config)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.host = f"localhost:{self.port}"

    def fetch(self, data, method="GET"):
        with Client(("127.0.0.1", self.port)) as client:
            return client.send(data).response(method)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(params=["vite", "next"])
def frontend(request, tmp_path):
    with Proxy("serve", "--sandbox", key=None) as relay:
        server = Frontend(tmp_path, request.param, relay)
        server.kind, server.relay = request.param, relay
        yield server
        server.stop()


def test_a_page_of_a_development_server_calls_and_sees_the_image(frontend):
    fields = [("origin", f"http://{frontend.host}"), ("sec-fetch-site", "same-origin"), ("content-type", "application/json")]
    answer = frontend.fetch(request(RUN, "POST", host=frontend.host, fields=fields, body=INPUT), "POST")
    assert answer.status == 200, answer.body
    url = answer.json["images"][0]["url"]
    # Next.js always says its target's name, so the image is fetched from the proxy itself.
    port = {"vite": frontend.port, "next": frontend.relay.address[1]}[frontend.kind]
    authority, path = url.removeprefix("http://").split("/", 1)
    assert authority == {"vite": frontend.host, "next": f"127.0.0.1:{port}"}[frontend.kind]
    for server in (port, frontend.port):
        with Client(("127.0.0.1", server)) as client:
            image = client.send(request(None, path=f"/{path}", host=authority)).response()
        assert image.status == 200 and image.body.startswith(b"\x89PNG")


def test_what_browsers_do_not_vouch_for_is_refused_behind_next_and_not_behind_vite(frontend):
    """Plain http under another name than localhost: the page says so."""
    fields = [("origin", "http://app.test:3000"), ("content-type", "application/json")]
    answer = frontend.fetch(request(RUN, "POST", host="app.test:3000", fields=fields, body=INPUT), "POST")
    assert answer.status == {"vite": 200, "next": 403}[frontend.kind]


#: What Next.js puts behind one another for a rewrite: its compression, and the library that Vite uses too.
LIBRARIES = """
const compress = require("compression")(), proxy = require("http-proxy").createProxyServer({ changeOrigin: true, xfwd: true });
const server = require("http").createServer((request, response) =>
  compress(request, response, () => proxy.web(request, response, { target: process.argv[1] })));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
"""


def test_the_libraries_of_next_and_vite_hand_on_each_event_when_it_comes(proxy, upstream, slow):
    """The libraries are Debian's (node-compression, node-http-proxy), where they are installed."""
    environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
    found = ["node", "-e", 'require("compression"); require("http-proxy")']
    if shutil.which("node") is None or subprocess.run(found, env=environment, capture_output=True).returncode != 0:
        pytest.skip("node-compression and node-http-proxy are not installed")
    host, port = proxy(upstream(slow)).address
    server = subprocess.Popen(["node", "-e", LIBRARIES, f"http://{host}:{port}"], stdout=subprocess.PIPE, env=environment)
    try:
        with Client(("127.0.0.1", int(server.stdout.readline()))) as client:
            client.send(request(STREAM, fields=[("accept-encoding", "gzip")]))
            content = Content(client.reader, client.head())
            assert content.exactly(len(EVENTS[0])) == EVENTS[0]
            slow.permits.put(True)
            assert b"".join(content) == EVENTS[1]
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


def test_the_times_of_next_outlast_those_of_the_proxy():
    block, = (block for block in blocks(PAGE, "js") if block.startswith("// next"))
    first_byte = seconds("upstream.first_byte_run")
    assert int(re.search(r"proxyTimeout: ([\d_]+)", block).group(1)) > first_byte * 1000
    server, = blocks(PAGE, "nginx")
    assert int(re.search(r"proxy_read_timeout (\d+)s", server).group(1)) > first_byte


# --- The rest of the page --------------------------------------------------------------------------------------------


def defaults():
    printed = subprocess.run([str(BINARY), "settings"], capture_output=True, text=True, check=True, env={}).stdout
    return dict(line.split(": ", 1) for line in printed.splitlines())


def seconds(name):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", defaults()[name]).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


def test_the_service_waits_for_the_way_down_and_reads_the_key_from_its_file(proxy, tmp_path):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    unit, = blocks(PAGE, "ini")
    parser.read_string(unit)
    service = parser["Service"]
    assert int(service["TimeoutStopSec"]) > seconds("drain_delay") + seconds("drain_timeout") + seconds("timeouts.linger")
    assert int(service["LimitNOFILE"]) >= 2 * int(defaults()["limits.connections"])
    binary, *arguments = service["ExecStart"].split()
    assert binary == "/usr/local/bin/fal-proxy"
    key = tmp_path / "fal-key"
    key.write_text("id:secret\n")
    key.chmod(0o400)
    variable, path = service["Environment"].split("=")
    arguments[-1] = str(ROOT / "config" / "fal-proxy.yaml")
    relay = proxy(None, *arguments, key=None, binary_environment={variable: path.replace("%d", str(tmp_path))})
    assert relay.fetch(request(None, path="/healthz")).status == 200


@pytest.mark.parametrize("idle", ["130s", "620s"])
def test_the_times_beside_load_balancers_are_allowed(proxy, idle):
    assert f"`{idle}`" in PAGE
    relay = proxy(None, "check", wait=False, timeouts_idle=idle)
    assert relay.wait() == 0


def test_the_default_beside_nginx_is_the_one_in_force():
    assert f"{seconds('timeouts.idle')} s, the default" in PAGE


@pytest.mark.parametrize("pattern,status", [("workflows/**", 403), ("workflows/acme/**", 200)])
def test_follow_ups_that_dart_and_java_shorten_need_the_owner_in_the_pattern(proxy, upstream, pattern, status):
    relay = proxy(upstream(), allowed_endpoints=pattern)
    for tail in ("", "/status", "/status/stream?logs=1"):
        answer = relay.fetch(request(f"https://queue.fal.run/acme/portrait/requests/a{tail}"))
        assert answer.status == status


def test_the_middleware_of_the_page_shows_a_token_that_opens(proxy, upstream, tmp_path):
    """The function of the page as it stands there, called as the client calls it: before the proxy's own step, which keeps
    the fields. The client itself is not installed."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed (Debian: nodejs)")
    block, = (block for block in blocks(PAGE, "js") if "requestMiddleware" in block)
    script = tmp_path / "call.mjs"
    script.write_text(
        'let config; const fal = { config: (given) => { config = given } };\n'
        'const tokenOfTheUser = async () => "0123456789abcdef";\n' + block +
        f'const asked = await config.requestMiddleware({{ method: "POST", url: "{RUN}", headers: {{ "x-fal-a": "b" }} }});\n'
        'console.log(JSON.stringify([asked, config.proxyUrl]));\n')
    ran = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=20)
    asked, path = json.loads(ran.stdout)
    assert asked["url"] == RUN and asked["method"] == "POST" and asked["headers"]["x-fal-a"] == "b"
    relay = proxy(upstream(), auth_tokens="0123456789abcdef")
    fields = [*asked["headers"].items(), ("content-type", "application/json")]
    assert relay.fetch(request(asked["url"], "POST", path=path, fields=fields, body=b"{}"), "POST").status == 200
    assert relay.fetch(request(asked["url"], "POST", path=path, body=b"{}"), "POST").status == 401


def test_the_changelog_begins_with_the_version_of_the_program():
    version = subprocess.run([str(BINARY), "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    latest = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M).group(1)
    assert latest == version
