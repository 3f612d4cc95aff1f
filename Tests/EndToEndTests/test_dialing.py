"""Names with several addresses: they are raced (RFC 8305 §5), and no socket of a race outlives it."""

import os
import shutil
import socket
import subprocess
import time

import pytest

from conftest import overrides
from harness import request, wait_until
from harness.flow import RUN, STATUS, FullBacklog

NAME = "several.fal.test"
MOUNT = 'mount --bind "$0" /etc/hosts || exit 99; exec "$@"'


def can_have_names():
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
        return True
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not can_have_names(), reason="needs root and unshare, for a hosts file of its own")
needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="there is no ::1")


@pytest.fixture
def named(proxy, authority, tmp_path):
    """Starts a proxy for which fal is NAME with these addresses, in that order; each connection is used once."""
    def start(port, addresses, **options):
        hosts = tmp_path / "hosts"
        hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{address} {NAME}\n" for address in addresses))
        return proxy(
            origin_overrides=overrides(f"https://{NAME}:{port}"), event_loops=1, upstream_idle_connections=0,
            launcher=("unshare", "-m", "sh", "-c", MOUNT, str(hosts)),
            binary_environment={"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""}, **options)
    return start


def timed(relay):
    """The status of a poll, and the seconds it took."""
    with relay.client() as client:
        began = time.monotonic()
        status = client.send(request(STATUS)).response().status
        return status, time.monotonic() - began


def await_descriptors(relay, count):
    wait_until(lambda: relay.open_descriptors() == count, 5, f"{count} open descriptors")


@pytest.mark.parametrize("dead,alive", [
    ("127.0.0.1", "127.0.0.2"), pytest.param("::1", "127.0.0.1", marks=needs_ipv6)])
def test_a_dead_first_address_costs_a_quarter_of_a_second_once(upstream, named, authority, dead, alive):
    with FullBacklog(dead) as full:
        fal = upstream(tls=authority.context(f"DNS:{NAME}"), host=alive, port=full.port)
        relay = named(full.port, [dead, alive])
        before = relay.open_descriptors()
        others = full.connecting()
        status, first = timed(relay)
        # The second attempt begins 250 ms after the first, give or take the 64 ms that timers may be late.
        assert status == 200 and 0.25 <= first < 0.4, first
        assert full.connecting() == others
        for _ in range(3):
            status, later = timed(relay)
            assert status == 200 and later < 0.2, later
        assert full.connecting() == others
        assert fal.accepted == 4
        await_descriptors(relay, before)


def test_a_refusing_first_address_costs_nothing(upstream, named, authority):
    fal = upstream(tls=authority.context(f"DNS:{NAME}"), host="127.0.0.2")
    relay = named(fal.port, ["127.0.0.1", "127.0.0.2"])
    for _ in range(3):
        status, seconds = timed(relay)
        assert status == 200 and seconds < 0.2, seconds
    assert fal.accepted == 3


def test_only_raced_sockets_exist_and_all_go_with_the_client(named):
    with FullBacklog() as full:
        relay = named(full.port, ["127.0.0.1", "127.0.0.1", "127.0.0.2"], upstream_connect="30s")
        before = relay.open_descriptors()
        others = full.connecting()
        client = relay.client()
        client.send(request(RUN, "POST", body=b"{}"))
        # To 127.0.0.1, on which nobody answers; 127.0.0.2 refuses, and 127.0.0.1 is tried once however often it is named.
        wait_until(lambda: full.connecting() == others + 1, 5, "the attempt to connect")
        time.sleep(0.6)
        assert full.connecting() == others + 1
        assert relay.open_descriptors() == before + 2
        client.close()
        wait_until(lambda: full.connecting() == others, 1, "the end of the attempt")
        await_descriptors(relay, before)


def test_addresses_that_are_all_dead_end_in_a_502_within_the_time_for_all_of_them(named):
    with FullBacklog("127.0.0.1") as full, socket.socket() as second:
        second.bind(("127.0.0.2", full.port))
        second.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.2", full.port))
        relay = named(full.port, ["127.0.0.1", "127.0.0.2"], upstream_connect="800ms")
        before = relay.open_descriptors()
        others = full.connecting()
        with relay.client() as client:
            began = time.monotonic()
            client.send(request(STATUS))
            # The same port: both attempts are counted.
            wait_until(lambda: full.connecting() == others + 2, 5, "both attempts")
            answer = client.response()
            assert 0.8 <= time.monotonic() - began < 1.5
            assert (answer.status, answer.error_type) == (502, "proxy_upstream_connect_timeout")
        assert full.connecting() == others
        await_descriptors(relay, before)
        for sock in waiting:
            sock.close()
