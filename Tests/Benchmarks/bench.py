"""Runs the cases round by round, the relays in turn within each round, and prints medians with their range."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import loads
import relays

LARGE_URL = "https://queue.fal.run/fal-ai/flux-differential-diffusion/requests/large"
STREAM_URL = f"{relays.STATUS_URL.partition('?')[0]}/stream?logs=1"

#: Per case: the figure compared with nginx, and whether more of it is better.
CASES = {
    "poll-plain": ("cpu_us", False), "poll-tls": ("cpu_us", False), "submit": ("cpu_us", False),
    "upload": ("cpu_us_per_mb", False), "download": ("cpu_us_per_mb", False), "sse": ("kib_per_stream", False),
    "idle": ("kib_per_connection", False), "churn": ("per_second", True), "latency": ("p99_ms", False),
    "latency-busy": ("p99_ms", False), "poll-full": ("cpu_us", False), "submit-full": ("cpu_us", False), "start": (None, False),
}


def print_table(case, samples):
    """Every figure as median (least–greatest), and the median of the round-by-round ratio to nginx, or with --old to the
    older binary with its range."""
    compared, _ = CASES[case]
    reference = "old" if "old" in samples else "nginx"
    figures = list(dict.fromkeys(figure for rows in samples.values() for row in rows for figure in row))
    print(f"\n### {case}\n\n| relay | " + " | ".join(figures) + (f" | {compared} ÷ {reference} |" if compared else " |"))
    print("|---" * (len(figures) + (2 if compared else 1)) + "|")
    for name, rows in samples.items():
        cells = []
        for figure in figures:
            found = loads.summary(rows, figure)
            cells.append(f"{found[0]:.4g} ({found[1]:.4g}–{found[2]:.4g})" if found else "")
        if compared:
            pairs = [mine[compared] / theirs[compared] for mine, theirs in zip(rows, samples.get(reference, []))
                     if theirs.get(compared)]
            span = f" ({min(pairs):.3f}–{max(pairs):.3f})" if pairs and reference == "old" else ""
            cells.append(f"**{statistics.median(pairs):.3f}**{span}" if pairs else "")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def run(case, options, folder, certificate, ports):
    plain, tls, backend = ports
    uses_backend = case in ("upload", "download", "sse")
    port = backend if uses_backend else tls if case == "poll-tls" else plain
    is_tls = case == "poll-tls"
    url = f"https://localhost:{port}" if is_tls else f"http://127.0.0.1:{port}"

    started = []

    def start_all():
        started.clear()
        if options.old:
            started.append(relays.fal_proxy(folder, url, certificate, "old", str(options.old)))
            started.append(relays.fal_proxy(folder, url, certificate))
            return
        if case.endswith("-full"):
            started.append(relays.nginx(folder, port, is_tls, certificate))
            started.append(relays.fal_proxy(folder, url, certificate))
            started.append(relays.fal_proxy(folder, url, certificate, "fal-proxy full", settings=relays.FULL))
            started.append(relays.fal_proxy(
                folder, url, certificate, "fal-proxy jwt", settings=relays.with_web_tokens(folder)))
            return
        started.append(relays.nginx(folder, port, is_tls, certificate, streams=case == "sse"))
        started.append(relays.nginx(folder, port, is_tls, certificate, log=True, streams=case == "sse"))
        started.append(relays.haproxy(folder, port, is_tls, certificate))
        if relays.HAS_NODE:
            started.append(relays.node(folder, url, certificate))
        started.append(relays.fal_proxy(folder, url, certificate))

    def full(relay, method, url, body=0):
        """The same for all, but for those with users: they have a token and the id of a job of its own."""
        token = {"fal-proxy full": relays.TOKEN, "fal-proxy jwt": relays.web_token()}.get(relay.name)
        if token and method == "GET":
            url = relays.sealed_status_url(relay, token)
        return loads.wrk(relay, loads.script(folder, method, url, body=body, token=token), options.seconds)

    loads_of = {
        "poll-full": lambda relay: full(relay, "GET", relays.STATUS_URL),
        "submit-full": lambda relay: full(relay, "POST", relays.SUBMIT_URL, body=2048),
        "poll-plain": lambda relay: loads.wrk(relay, loads.script(folder, "GET", relays.STATUS_URL), options.seconds),
        "poll-tls": lambda relay: loads.wrk(relay, loads.script(folder, "GET", relays.STATUS_URL), options.seconds),
        "submit": lambda relay: loads.wrk(
            relay, loads.script(folder, "POST", relays.SUBMIT_URL, body=2048), options.seconds),
        "churn": lambda relay: loads.wrk(
            relay, loads.script(folder, "GET", relays.STATUS_URL, close=True), options.seconds),
        "upload": lambda relay: loads.wrk(
            relay, loads.script(folder, "POST", relays.SUBMIT_URL, body=20_000_000), options.seconds, 4, 20),
        "download": lambda relay: loads.wrk(
            relay, loads.script(folder, "GET", LARGE_URL), options.seconds, 4, 104.8576),
        "sse": lambda relay: loads.streams(relay, STREAM_URL, options.streams, options.seconds),
        "idle": lambda relay: loads.idle(relay, relays.STATUS_URL, options.idle),
        "latency": lambda relay: loads.constant_rate(relay, folder, relays.STATUS_URL, options.seconds),
        "latency-busy": lambda relay: loads.beside_hogs(relay, folder, relays.STATUS_URL, options.seconds),
    }
    # Memory of a run is left behind in the process: these cases start every relay afresh in each round.
    fresh = case in ("sse", "idle")
    samples = {}
    try:
        if not fresh:
            start_all()
        for turn in range(options.rounds):
            if fresh:
                start_all()
            if case == "latency" and not options.old:
                samples.setdefault("direct", []).append(
                    loads.constant_rate(relays.direct(ports[0]), folder, relays.STATUS_URL, options.seconds))
            # Every round begins with another relay, so that none always follows the same one.
            for position in range(len(started)):
                relay = started[(position + turn) % len(started)]
                samples.setdefault(relay.name, []).append(loads_of[case](relay))
                if fresh:
                    relay.stop()
    finally:
        for relay in started:
            relay.stop()
    return samples


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--idle", type=int, default=10000)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--old", type=pathlib.Path, help="an older binary, to compare with in place of the peers")
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}; all of them when none is named")
    options = parser.parse_args()
    everything = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if options.old:
            options.old = relays.beside_each_other(folder, options.old)
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        server, plain, tls = relays.upstream(folder, certificate, key)
        port = relays.free_port()
        backend = relays.Process(
            "backend", [sys.executable, str(pathlib.Path(__file__).parent / "backend.py"), str(port)], port)
        began = time.monotonic()
        try:
            for case in options.cases or CASES:
                if case == "start":
                    samples = {}
                    for _ in range(options.rounds * 2):
                        samples.setdefault("fal-proxy", []).append(loads.start(certificate))
                        samples.setdefault("fal-proxy, the system's certificates", []).append(loads.start(None))
                else:
                    samples = run(case, options, folder, certificate, (plain, tls, port))
                print_table(case, samples)
                everything[case] = samples
        finally:
            server.stop()
            backend.stop()
        print(f"\n{time.monotonic() - began:.0f} s in all", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
