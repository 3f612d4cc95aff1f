"""The relays that are compared, each with its best comparable configuration, and the upstream behind them all."""

import base64
import hmac
import http.client
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "EndToEndTests"))

from harness import wait_until  # noqa: E402

RID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
STATUS_PATH = f"/fal-ai/flux-differential-diffusion/requests/{RID}/status"
STATUS_URL = f"https://queue.fal.run{STATUS_PATH}?logs=1"
SUBMIT_PATH = "/fal-ai/flux-differential-diffusion"
SUBMIT_URL = f"https://queue.fal.run{SUBMIT_PATH}"
ANSWER = (
    '{"status":"IN_PROGRESS","request_id":"%s","response_url":"https://queue.fal.run/fal-ai/x/requests/%s",'
    '"status_url":"https://queue.fal.run/fal-ai/x/requests/%s/status",'
    '"cancel_url":"https://queue.fal.run/fal-ai/x/requests/%s/cancel","logs":null,"metrics":{}}' % ((RID,) * 4))
TICKS = os.sysconf("SC_CLK_TCK")
# Taken out of the environment: fal-proxy would refuse a FAL_PROXY_ variable that is no setting.
BINARY = os.environ.pop("FAL_PROXY_BINARY", "fal-proxy")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for(port, seconds=10):
    def answers():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    wait_until(answers, seconds, f"a server at port {port}")


class Process:
    """A started server and the processes that do its work."""

    path = "/api/fal/proxy"

    def __init__(self, name, arguments, port, environment=None, output=None):
        self.name, self.port = name, port
        self.process = subprocess.Popen(
            arguments, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(port)

    @property
    def pids(self):
        """The process itself and its children (the workers of nginx and haproxy)."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        return [self.process.pid, *map(int, children.stdout.split())]

    def cpu_seconds(self):
        total = 0
        for pid in self.pids:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def rss_kib(self):
        """What is resident, pages that the processes share counted once (Pss); VmRSS where that may not be read."""
        total = 0
        for pid in self.pids:
            try:
                text, name = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), "Pss:"
            except PermissionError:
                text, name = pathlib.Path(f"/proc/{pid}/status").read_text(), "VmRSS:"
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith(name))
        return total

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def nginx_base(folder, name, workers):
    return f"""
worker_processes {workers}; daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.err;
worker_rlimit_nofile 65536;
events {{ worker_connections 32768; }}
"""


def upstream(folder, certificate, key):
    """nginx answering constants, plain and over TLS: cheaper than any relay, so that it never is the limit."""
    plain, tls = free_port(), free_port()
    path = folder / "upstream.conf"
    path.write_text(nginx_base(folder, "upstream", 1) + f"""
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_max_body_size 200m;
  server {{
    listen 127.0.0.1:{plain} backlog=8192; listen 127.0.0.1:{tls} ssl backlog=8192;
    ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;
    location / {{ default_type application/json; add_header x-fal-request-id {RID}; return 200 '{ANSWER}'; }}
  }}
}}
""")
    process = Process("upstream", ["nginx", "-c", str(path)], plain)
    return process, plain, tls


def nginx(folder, upstream_port, is_tls, ca, log=False, streams=False):
    """proxy_pass with kept-alive upstream connections, the same check of the target, the same header surgery, large
    buffers but none on disk (and none for event streams); one worker per core. With `log`, a JSON access log in
    buffered writes."""
    port = free_port()
    name = "nginx-log" if log else "nginx"
    path = folder / f"{name}.conf"
    access = f"access_log {folder}/{name}.log main buffer=16k flush=1s;" if log else "access_log off;"
    tls = f"""
      proxy_ssl_verify on; proxy_ssl_trusted_certificate {ca}; proxy_ssl_name localhost; proxy_ssl_server_name on;
      proxy_ssl_protocols TLSv1.3; proxy_pass https://fal$fal_path;
""" if is_tls else "proxy_pass http://fal$fal_path;"
    buffering = "proxy_buffering off;" if streams else (
        "proxy_buffers 8 64k; proxy_buffer_size 16k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;")
    path.write_text(nginx_base(folder, name, os.cpu_count()) + f"""
http {{
  log_format main escape=json '{{"time":"$time_iso8601","request_id":"$request_id","method":"$request_method",'
    '"status":$status,"bytes_in":$request_length,"bytes_out":$bytes_sent,"total":$request_time,"host":"$proxy_host"}}';
  {access} keepalive_requests 1000000000; keepalive_timeout 600s; client_body_temp_path {folder}/{name}-body;
  proxy_temp_path {folder}/{name}-temp;
  upstream fal {{ server 127.0.0.1:{upstream_port}; keepalive 256; keepalive_requests 1000000000; }}
  map $http_x_fal_target_url $fal_path {{
    default ""; "~^https://queue\\.fal\\.run(/fal-ai/flux-differential-diffusion((/requests/|\\?).*)?)$" $1;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=8192 reuseport;
    location = /api/fal/proxy {{
      if ($fal_path = "") {{ return 403; }}
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host queue.fal.run;
      proxy_set_header Authorization "Key bench:bench"; proxy_set_header x-fal-client-proxy nginx;
      proxy_set_header Cookie ""; proxy_set_header Origin ""; proxy_set_header Referer "";
      proxy_set_header x-fal-target-url ""; proxy_hide_header Set-Cookie; proxy_hide_header Strict-Transport-Security;
      proxy_hide_header Alt-Svc; proxy_hide_header Access-Control-Allow-Origin; add_header x-request-id $request_id;
      client_max_body_size 200m; client_body_buffer_size 64k; proxy_request_buffering off; {buffering} {tls}
    }}
  }}
}}
""")
    return Process(name, ["nginx", "-c", str(path)], port)


def haproxy(folder, upstream_port, is_tls, ca):
    """http-reuse always, one thread per core, the same check and surgery, no log; as many connections as files allow, as
    most of them wait and have none upstream."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    port = free_port()
    path = folder / "haproxy.cfg"
    tls = f"ssl verify required ca-file {ca} sni str(localhost) verifyhost localhost" if is_tls else ""
    path.write_text(f"""
global
  nbthread {os.cpu_count()}
  no strict-limits
  maxconn {min(20000, limit * 6 // 10)}
defaults
  mode http
  timeout connect 5s
  timeout client 75s
  timeout server 65s
  option http-keep-alive
  http-reuse always
frontend proxy
  bind 127.0.0.1:{port}
  acl allowed req.hdr(x-fal-target-url) -m beg https://queue.fal.run{SUBMIT_PATH}
  http-request deny unless allowed
  http-request set-uri %[req.hdr(x-fal-target-url),regsub(^https://queue.fal.run,)]
  http-request set-header host queue.fal.run
  http-request set-header authorization "Key bench:bench"
  http-request set-header x-fal-client-proxy haproxy
  http-request del-header cookie
  http-request del-header origin
  http-request del-header referer
  http-request del-header x-fal-target-url
  http-response del-header set-cookie
  http-response del-header strict-transport-security
  http-response set-header x-request-id %[uuid()]
  default_backend fal
backend fal
  server fal 127.0.0.1:{upstream_port} {tls} pool-max-conn -1
""")
    return Process("haproxy", ["haproxy", "-db", "-f", str(path)], port)


def beside_each_other(folder, old):
    """Copies both binaries next to each other and onto the disk: how much of a file is mapped at once depends on what the
    page cache has of it, and would be counted as memory of the one written last. Returns the older one."""
    global BINARY
    BINARY, old = shutil.copy(BINARY, folder / "new-binary"), shutil.copy(old, folder / "old-binary")
    os.sync()
    return old


TOKEN = "token-of-the-benchmark"
#: Users by token, sealed ids, and every limit, of which none is ever reached.
FULL = {
    "FAL_PROXY_AUTH_TOKENS": TOKEN, "FAL_PROXY_OWNERSHIP": "sealed", "FAL_PROXY_RATES_SUBMITS": "1000000/1s",
    "FAL_PROXY_RATES_POLLS": "1000000/1s", "FAL_PROXY_RATES_JOBS": "100000", "FAL_PROXY_RATES_STREAMS": "100000",
    "FAL_PROXY_RATES_UPLOADS": "1000000/1s",
}


def web_token(secret=b"a secret of thirty-two bytes or more", now=time.time):
    """A JSON Web Token of a size that log-ins make, good for an hour."""
    claims = {"iss": "https://issuer.example", "aud": "app", "sub": "user_2abcdefghijklmnopqrstuvwxyz", "exp": int(now()) + 3600,
              "iat": int(now()), "email": "somebody@mail.example", "roles": ["member", "editor"] * 10}

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.digest(secret, signed, "sha256"))).decode()


def with_web_tokens(folder, secret=b"a secret of thirty-two bytes or more"):
    """FULL, with the tokens of an issuer in place of those of a list."""
    (folder / "jwt.secret").write_bytes(secret)
    (folder / "jwt.yaml").write_text(
        "auth:\n  jwt:\n    - issuer: https://issuer.example\n      audience: app\n"
        f"      secret_file: {folder / 'jwt.secret'}\n")
    return {name: value for name, value in FULL.items() if name != "FAL_PROXY_AUTH_TOKENS"} | {
        "FAL_PROXY_CONFIG": str(folder / "jwt.yaml")}


def fal_proxy(folder, url, ca, name="fal-proxy", binary=None, settings=None):
    """The binary with its default settings: policy, ids and JSON log lines included; the log goes to a file. Only the
    connection limit is that of the others, and the limit on submits is off."""
    port = free_port()
    output = open(folder / f"{name}.log", "wb")
    environment = {
        "FAL_KEY": "bench:bench", "PORT": str(port), "SSL_CERT_FILE": str(ca),
        "FAL_PROXY_ORIGIN_OVERRIDES": f"queue.fal.run={url}", "FAL_PROXY_LIMITS_CONNECTIONS": "20000",
        **({} if name == "old" else {"FAL_PROXY_RATES_SUBMITS": "off"}), **(settings or {}),
    }
    return Process(name, [binary or BINARY], port, environment, output)


def sealed_status_url(relay, token):
    """The URL of the status of a job that is submitted through `relay`, by the id that its answer has."""
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=10)
    connection.request("POST", relay.path, b"{}", {
        "x-fal-target-url": SUBMIT_URL, "content-type": "application/json", "authorization": f"Bearer {token}"})
    sealed = json.load(connection.getresponse())["request_id"]
    connection.close()
    assert sealed != RID and len(sealed) == len(RID)
    return STATUS_URL.replace(RID, sealed)


HAS_NODE = shutil.which("node") is not None


def node(folder, url, ca):
    """`node_proxy.mjs`: one process, as such a proxy is usually run."""
    port = free_port()
    script = pathlib.Path(__file__).parent / "node_proxy.mjs"
    return Process("node", ["node", str(script), str(port), url], port, {"NODE_EXTRA_CA_CERTS": str(ca)})


class direct:  # noqa: N801 - stands where a relay stands
    """The upstream itself, for what a relay adds."""

    name, path = "direct", STATUS_PATH

    def __init__(self, port):
        self.port = port

    def cpu_seconds(self):
        return 0
