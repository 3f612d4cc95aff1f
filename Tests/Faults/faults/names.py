"""Names that stop resolving and come back, for a proxy with a resolver configuration of its own."""

import os
import pathlib
import shutil
import socket
import struct
import tempfile
import threading
import time

from harness import Authority, Upstream, request
from harness.flow import STATUS

from .leaks import Leaks
from .process import HOSTS, start_proxy
from .report import Row
from .upstreams import ask

NAME = "queue.fal.test"
SERVER = "127.53.53.53"
MOUNT = """
mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/nsswitch.conf || exit 99
shift 2
exec "$@"
"""


class NameServer:
    """Answers A with 127.0.0.1, or as `mode` says: "answer", "servfail", "nxdomain" or "silence"."""

    CODES = {"answer": 0, "servfail": 2, "nxdomain": 3}

    def __init__(self):
        self.mode = "answer"
        self.questions = 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((SERVER, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, client = self.sock.recvfrom(2048)
            except OSError:
                return
            self.questions += 1
            if self.mode == "silence":
                continue
            end = query.index(b"\0", 12) + 5
            kind = struct.unpack(">H", query[end - 4:end - 2])[0]
            found = self.mode == "answer" and kind == 1
            head = query[:2] + struct.pack(">HHHHH", 0x8180 | self.CODES[self.mode], 1, int(found), 0, 0)
            record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 1, 4) + socket.inet_aton("127.0.0.1")
            self.sock.sendto(head + query[12:end] + (record if found else b""), client)

    def stop(self):
        self.sock.close()


def until(relay, wanted, seconds):
    """Asks until the answer is `wanted`; the seconds that took, and what else came."""
    began = time.monotonic()
    others = set()
    while time.monotonic() - began < seconds:
        seen, _ = ask(relay, request(STATUS))
        if seen == wanted:
            return time.monotonic() - began, others
        others.add(seen)
        time.sleep(0.2)
    return None, others


def words(outcomes):
    return " or ".join(sorted(outcomes)) or "nothing else"


def check(names, relay, connect_seconds):
    def poll(times=3):
        seen = [ask(relay, request(STATUS)) for _ in range(times)]
        return {what for what, _ in seen}, max(wait for _, wait in seen)

    for mode in ("servfail", "nxdomain"):
        names.mode = mode
        seen, wait = poll()
        yield Row(f"DNS: {mode}, no address known yet", f"{words(seen)}, within {wait:.1f} s",
                  "502 proxy_upstream_dns", seen == {"502 proxy_upstream_dns"} and wait < 2)
    names.mode = "answer"
    took, _ = until(relay, "200", 15)
    yield Row("DNS: comes back", "not within 15 s" if took is None else f"200 after {took:.2f} s",
              "200 within 2 s, without a restart", took is not None and took < 2)
    for mode in ("servfail", "nxdomain"):
        names.mode = mode
        seen, wait = poll()
        time.sleep(2.5)
        asked = names.questions
        later, longest = poll(10)
        yield Row(f"DNS: {mode} while an address is known",
                  f"{words(seen)} within dns_ttl, {words(later)} after it ({names.questions - asked} questions)",
                  "200 with the address that was right a moment ago", seen == later == {"200"} and longest < 2)
        names.mode = "answer"
        until(relay, "200", 15)
    time.sleep(2.5)
    until(relay, "200", 15)
    names.mode = "silence"
    seen, _ = poll()
    time.sleep(2.5)
    later, longest = poll()
    allowed = {"200", "502 proxy_upstream_dns", "502 proxy_upstream_connect_timeout"}
    yield Row("DNS: silence while an address is known",
              f"{words(seen)} within dns_ttl, {words(later)} after it, within {longest:.1f} s",
              f"200 within dns_ttl; then 200, or a 502 within upstream.connect ({connect_seconds} s)",
              seen == {"200"} and later <= allowed and longest < connect_seconds + 1)
    names.mode = "answer"
    took, others = until(relay, "200", 15)
    yield Row("DNS: comes back after silence",
              "not within 15 s" if took is None else f"200 after {took:.1f} s, {words(others)} before",
              "200 within 12 s (two tries of the resolver), without a restart", took is not None and took < 12)


def run(options):
    fault = "DNS that fails and comes back"
    if os.geteuid() != 0 or not shutil.which("unshare"):
        yield Row(fault, "", "needs root and unshare, for a resolver of its own", None)
        return
    try:
        names = NameServer()
    except OSError as error:
        yield Row(fault, str(error), f"needs UDP port 53 of {SERVER}", None)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        resolver, hosts, switch = folder / "resolv.conf", folder / "hosts", folder / "nsswitch.conf"
        resolver.write_text(f"nameserver {SERVER}\n")
        hosts.write_text("127.0.0.1 localhost\n")
        switch.write_text("hosts: files dns\n")
        authority = Authority(folder)
        fal = Upstream(tls=authority.context(f"DNS:{NAME}"))
        names.mode = "servfail"
        try:
            with start_proxy(
                fal.url, launcher=("unshare", "-m", "sh", "-c", MOUNT, str(resolver), str(hosts), str(switch)),
                origin_overrides=",".join(f"{host}=https://{NAME}:{fal.port}" for host in HOSTS),
                upstream_connect="2s", upstream_dns_ttl="2s", upstream_idle_connections=0, event_loops=1,
                binary_environment={"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""},
            ) as relay:
                for row in check(names, relay, 2):
                    row.kept = row.kept and not Leaks.found
                    yield row
        finally:
            names.stop()
            fal.stop()
