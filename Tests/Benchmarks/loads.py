"""The loads: each returns the figures of one run against one relay, CPU of the relay's own processes included."""

import os
import pathlib
import re
import selectors
import signal
import socket
import statistics
import subprocess
import tempfile
import time

import relays

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
FIELDS = {
    "accept": "application/json", "content-type": "application/json",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
    "accept-encoding": "gzip, deflate, br", "accept-language": "en-GB,en;q=0.9", "sec-fetch-site": "same-origin",
    "cookie": "session=0123456789abcdef0123456789abcdef", "referer": "http://127.0.0.1/",
}


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def script(folder, method, url, body=0, close=False, token=None):
    """A wrk script that sends what a browser would."""
    path = pathlib.Path(tempfile.mkstemp(suffix=".lua", dir=folder)[1])
    fields = {"x-fal-target-url": url, **FIELDS, **({"connection": "close"} if close else {})}
    if token:
        fields["authorization"] = f"Bearer {token}"
    lines = [f'wrk.method = "{method}"'] + [f'wrk.headers["{key}"] = "{value}"' for key, value in fields.items()]
    if body:
        lines.append(f'wrk.body = string.rep("x", {body})')
    path.write_text("\n".join(lines) + "\n")
    return path


def wrk(relay, lua, seconds, connections=64, megabytes=0):
    """Closed-loop load; with `megabytes` a request, CPU is given for each of them too."""
    def once(duration):
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--timeout", "30s", "--latency", "-s", str(lua),
             f"http://127.0.0.1:{relay.port}{relay.path}"], capture_output=True, text=True, timeout=duration + 60,
            check=True).stdout
        assert "Non-2xx" not in done, done
        return done

    once(1)
    while True:
        before, began = relay.cpu_seconds(), time.monotonic()
        done = once(seconds)
        used, took = relay.cpu_seconds() - before, time.monotonic() - began
        requests = int(re.search(r"(\d+) requests in", done).group(1))
        # On a busy machine a large one may take longer than the whole run.
        if requests > 0 or seconds > 30:
            break
        seconds *= 2
    assert requests > 0, f"{relay.name} has answered nothing in {seconds} s"
    figures = {"cpu_us": used * 1e6 / requests, "per_second": requests / took}
    if megabytes:
        figures = {"cpu_us_per_mb": used * 1e6 / (requests * megabytes), "mb_per_second": requests * megabytes / took}
    else:
        for name, value, unit in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)$", done, re.M):
            figures[f"p{name}_ms"] = float(value) * UNITS[unit]
    figures["rss_mib"] = relay.rss_kib() / 1024
    return figures


def constant_rate(relay, folder, url, seconds, rate=1000, connections=50):
    """Open-loop load at a constant, evenly spaced rate, whatever the answers take; latency from when each was due."""
    tool, request = folder / "open_loop", folder / f"{relay.name}.request"
    if not tool.exists():
        source = pathlib.Path(__file__).parent / "open_loop.c"
        subprocess.run(["clang", "-O2", "-o", tool, source], check=True)
    request.write_bytes(head(url, relay.path))
    before = relay.cpu_seconds()
    done = subprocess.run([tool, str(relay.port), str(rate), str(seconds), str(connections), request], check=True,
                          capture_output=True, text=True, timeout=seconds + 60)
    used = relay.cpu_seconds() - before
    took = [int(microseconds) / 1000 for microseconds in done.stdout.split()]
    return {"p50_ms": percentile(took, 0.5), "p99_ms": percentile(took, 0.99), "p999_ms": percentile(took, 0.999),
            "cpu_us": used * 1e6 / (rate * (seconds + 1))}


def beside_hogs(*arguments):
    """The same beside a process on each processor that does nothing but compute."""
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(os.cpu_count())]
    try:
        return constant_rate(*arguments)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def head(url, path):
    fields = "".join(f"{name}: {value}\r\n" for name, value in {"x-fal-target-url": url, **FIELDS}.items())
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{fields}\r\n".encode()


def connect(port):
    sock = socket.socket()
    sock.connect(("127.0.0.1", port))
    return sock


def warm_rss_kib(relay, url):
    """What a relay holds that has served a connection on each of its loops: its code is in memory, no connection is."""
    for _ in range(50):
        sock = connect(relay.port)
        sock.sendall(head(url, relay.path))
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        sock.close()
    return relay.rss_kib()


def streams(relay, url, count, seconds):
    """`count` open event streams at an event a second each."""
    idle = warm_rss_kib(relay, url)
    opened = []
    selector = selectors.DefaultSelector()
    for _ in range(count):
        sock = connect(relay.port)
        sock.sendall(head(url, relay.path))
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)
        opened.append(sock)
    lags = []

    def watch(duration, keep):
        end = time.monotonic() + duration
        while time.monotonic() < end:
            for key, _ in selector.select(0.1):
                data = key.fileobj.recv(65536)
                assert data, "a stream ended"
                arrived = time.monotonic()
                if keep:
                    lags.extend(arrived - float(sent) for sent in re.findall(rb'"sent":([\d.]+)', data))

    watch(3, False)
    before = relay.cpu_seconds()
    watch(seconds, True)
    used = relay.cpu_seconds() - before
    rss = relay.rss_kib()
    for sock in opened:
        sock.close()
    assert len(lags) > count * (seconds - 1) * 0.9, f"{len(lags)} events of {count * seconds}"
    return {"cpu_us": used * 1e6 / len(lags), "kib_per_stream": (rss - idle) / count,
            "lag_p50_ms": percentile(lags, 0.5) * 1000, "lag_p99_ms": percentile(lags, 0.99) * 1000,
            "lag_max_ms": max(lags) * 1000}


def idle(relay, url, count):
    """`count` keep-alive connections that have made a request each and now wait."""
    before = warm_rss_kib(relay, url)
    opened = []
    message = head(url, relay.path)
    for _ in range(count):
        sock = connect(relay.port)
        sock.sendall(message)
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        opened.append(sock)
    after = relay.rss_kib()
    for sock in opened:
        sock.close()
    return {"kib_per_connection": (after - before) / count, "rss_mib": after / 1024}


def start(certificate):
    """From exec to the first 200 on /healthz, and what the idle process then holds; with one certificate to trust, or,
    without `certificate`, all of the system's."""
    port = relays.free_port()
    environment = {**os.environ, "FAL_KEY": "bench:bench", "PORT": str(port)}
    environment.pop("SSL_CERT_FILE", None)
    if certificate:
        environment["SSL_CERT_FILE"] = str(certificate)
    began = time.perf_counter()
    process = subprocess.Popen([relays.BINARY], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    try:
        while True:
            try:
                sock = connect(port)
                break
            except OSError:
                assert time.perf_counter() - began < 10
        sock.sendall(b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n")
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        took = (time.perf_counter() - began) * 1e3
        sock.close()
        # The line tells that starting up is over: what it holds from now on is what a waiting process holds.
        while b"listening on" not in process.stderr.readline():
            assert process.poll() is None
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        return {"start_ms": took, "idle_rss_mib": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024,
                "anonymous_mib": int(re.search(r"RssAnon:\s+(\d+)", status).group(1)) / 1024,
                "binary_mib": os.path.getsize(relays.BINARY) / 2**20}
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()


def summary(samples, figure):
    """Median, least and greatest of one figure over the rounds."""
    values = [sample[figure] for sample in samples if figure in sample]
    return (statistics.median(values), min(values), max(values)) if values else None
