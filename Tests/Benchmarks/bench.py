"""Runs the cases round by round, the relays in turn within each round, and prints medians with their range."""

import argparse
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time

import relays

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def wrk(port, path, script, seconds, connections=64):
    """One run of wrk: requests, requests per second, and latencies in milliseconds."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script),
         f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    latency = {}
    for name, value, unit in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)$", done, re.M):
        latency[f"p{name}_ms"] = float(value) * UNITS[unit]
    requests = int(re.search(r"(\d+) requests in", done).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
    errors = re.search(r"Socket errors: (.*)", done)
    assert not bad, f"{bad.group(0)} on port {port}"
    return {"requests": requests, "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1)),
            "errors": errors.group(1) if errors else "", **latency}


def lua(folder, name, method, url, body="", close=False):
    path = folder / f"{name}.lua"
    fields = {
        "x-fal-target-url": url, "accept": "application/json", "content-type": "application/json",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
        "accept-encoding": "gzip, deflate, br", "accept-language": "en-GB,en;q=0.9", "sec-fetch-site": "same-origin",
        "cookie": "session=0123456789abcdef0123456789abcdef", "referer": "http://127.0.0.1/",
    }
    if close:
        fields["connection"] = "close"
    lines = [f'wrk.method = "{method}"'] + [f'wrk.headers["{key}"] = "{value}"' for key, value in fields.items()]
    if body:
        lines.append(f'wrk.body = string.rep("x", {body})')
    path.write_text("\n".join(lines) + "\n")
    return path


def load(relay, path, script, seconds):
    """One run against a relay: throughput, latency, and the CPU its processes used for it."""
    wrk(relay.port, path, script, 1)
    before = relay.cpu_seconds()
    result = wrk(relay.port, path, script, seconds)
    result["cpu_us"] = (relay.cpu_seconds() - before) * 1e6 / result["requests"]
    result["rss_mib"] = relay.rss_kib() / 1024
    return result


def start_once(folder, ca):
    """Milliseconds from exec to the first 200 on /healthz, and RSS in MiB once idle."""
    port = relays.free_port()
    environment = {**os.environ, "FAL_KEY": "bench:bench", "PORT": str(port), "SSL_CERT_FILE": str(ca)}
    began = time.perf_counter()
    process = subprocess.Popen([relays.BINARY], env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                sock = socket.create_connection(("127.0.0.1", port), 1)
                break
            except OSError:
                if time.perf_counter() - began > 10:
                    raise
        sock.sendall(b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n")
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        took = (time.perf_counter() - began) * 1e3
        sock.close()
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        return {"start_ms": took, "idle_rss_mib": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024,
                "binary_mib": os.path.getsize(relays.BINARY) / 2**20}
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def median_row(samples, figure):
    values = [sample[figure] for sample in samples if figure in sample]
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def print_table(case, samples, figures, reference="nginx"):
    print(f"\n### {case}\n")
    print("| relay | " + " | ".join(figures) + f" | CPU ÷ {reference} |")
    print("|---" * (len(figures) + 2) + "|")
    for name, rows in samples.items():
        cells = []
        for figure in figures:
            row = median_row(rows, figure)
            cells.append(f"{row['median']:.4g} ({row['min']:.4g}–{row['max']:.4g})" if row else "")
        pairs = [mine["cpu_us"] / theirs["cpu_us"] for mine, theirs in zip(rows, samples.get(reference, []))
                 if "cpu_us" in mine]
        cells.append(f"{statistics.median(pairs):.2f}" if pairs else "")
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", default=["poll-plain", "poll-tls", "submit", "churn", "start"])
    options = parser.parse_args()
    figures = ["cpu_us", "per_second", "p50_ms", "p99_ms", "rss_mib"]
    everything = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        server, plain, tls = relays.upstream(folder, certificate, key)
        scripts = {
            "poll-plain": ("/api/fal/proxy", lua(folder, "poll", "GET", relays.STATUS_URL)),
            "poll-tls": ("/tls/api/fal/proxy", lua(folder, "poll-tls", "GET", relays.STATUS_URL)),
            "submit": ("/api/fal/proxy", lua(folder, "submit", "POST", relays.SUBMIT_URL, body=2048)),
            "churn": ("/api/fal/proxy", lua(folder, "churn", "GET", relays.STATUS_URL, close=True)),
        }
        try:
            for case in options.cases:
                if case == "start":
                    samples = {"fal-proxy": [start_once(folder, certificate) for _ in range(options.rounds * 2)]}
                    print_table(case, samples, ["start_ms", "idle_rss_mib", "binary_mib"])
                    everything[case] = samples
                    continue
                path, script = scripts[case]
                url = f"https://localhost:{tls}" if case == "poll-tls" else f"http://127.0.0.1:{plain}"
                started = [
                    relays.nginx(folder, plain, tls, certificate),
                    relays.nginx(folder, plain, tls, certificate, log=True),
                    relays.haproxy(folder, plain, tls, certificate),
                    relays.fal_proxy(folder, url, certificate),
                ]
                samples = {relay.name: [] for relay in started}
                try:
                    for _ in range(options.rounds):
                        for relay in started:
                            used = "/api/fal/proxy" if relay.name == "fal-proxy" else path
                            samples[relay.name].append(load(relay, used, script, options.seconds))
                finally:
                    for relay in started:
                        relay.stop()
                print_table(case, samples, figures)
                everything[case] = samples
        finally:
            server.stop()
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
