"""Who a request counts for behind proxies: trusted_proxies and client_address."""

import contextlib
import grp
import os
import pwd
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from harness import Client, request, wait_until
from harness.flow import STATUS, refused_port
from harness.script import assert_proxy_error
from test_dialing import needs_ipv6
from test_limits import busy

#: The proxy in front, another machine, and the client behind the one or the other.
FRONT, STRANGER, BEHIND = "127.0.0.2", "127.0.0.3", "192.0.2.7"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LINE = f"PROXY TCP4 {BEHIND} 127.0.0.1 56324 443\r\n".encode()


def binary(command=0x21, family=0x11, content=socket.inet_aton(BEHIND) + socket.inet_aton("127.0.0.1") + b"\xdc\x04\1\xbb"):
    return SIGNATURE + struct.pack("!BBH", command, family, len(content)) + content


def addresses(relay, count):
    return [line["client"] for line in relay.access_log(count)]


@pytest.fixture
def relay(upstream, proxy):
    """Starts proxies that trust FRONT."""
    def start(**settings):
        return proxy(upstream(), **{"trusted_proxies": FRONT, "access_log": "all", **settings})
    return start


# --- Fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings,fields,client", [
    ({}, [("x-forwarded-for", BEHIND)], BEHIND),
    ({}, [("X-Forwarded-For", f"6.6.6.6, {BEHIND}"), ("x-forwarded-for", FRONT)], BEHIND),
    ({}, [("x-forwarded-for", "2001:db8::9")], "2001:db8::9"),
    ({}, [("x-forwarded-for", f"{BEHIND}, unknown")], FRONT),
    ({}, [("forwarded", f"for={BEHIND}"), ("x-real-ip", BEHIND)], FRONT),
    ({}, [], FRONT),
    ({"client_address": "forwarded"}, [("forwarded", 'for="[2001:db8::9]:80";proto=https'), ("x-forwarded-for", BEHIND)],
     "2001:db8::9"),
    ({"client_address": "header:X-Real-IP"}, [("x-real-ip", BEHIND), ("x-forwarded-for", "6.6.6.6")], BEHIND),
    ({"client_address": "header:X-Real-IP"}, [("x-real-ip", "6.6.6.6"), ("x-real-ip", BEHIND)], FRONT)])
def test_a_trusted_proxy_says_whose_a_request_is_in_the_one_place_that_is_read(relay, settings, fields, client):
    relay = relay(**settings)
    assert relay.fetch(request(STATUS, fields=fields), source=FRONT).status == 200
    # It holds for what is refused, and for other routes.
    assert relay.fetch(request(None, fields=fields), source=FRONT).status == 400
    assert relay.fetch(request(None, path="/healthz", fields=fields), source=FRONT).status == 200
    assert addresses(relay, 3) == [client] * 3
    assert "trusted_proxies" not in relay.stderr


def test_each_request_of_a_connection_has_its_own_client(relay):
    relay = relay()
    with relay.client(source=FRONT) as client:
        for field in [BEHIND, "192.0.2.8", None]:
            client.send(request(STATUS, fields=[("x-forwarded-for", field)] if field else []))
        assert [client.response().status for _ in range(3)] == [200] * 3
    assert addresses(relay, 3) == [BEHIND, "192.0.2.8", FRONT]


@pytest.mark.parametrize("settings,name", [
    ({}, "X-Forwarded-For"), ({"trusted_proxies": "[]"}, "X-Forwarded-For"), ({}, "Forwarded"), ({}, "X-Real-IP"),
    ({"client_address": "proxy_protocol"}, "X-Forwarded-For"), ({"client_address": "header:Cf-Ip"}, "cf-ip")])
def test_who_is_not_trusted_cannot_choose_an_address_and_is_told_of_once(relay, settings, name):
    relay = relay(**settings)
    value = f"for={BEHIND}" if name == "Forwarded" else BEHIND
    for _ in range(5):
        assert relay.fetch(request(STATUS, fields=[(name, value)]), source=STRANGER).status == 200
    assert addresses(relay, 5) == [STRANGER] * 5
    warning = f"a request with {name} came from {STRANGER}, which is not in trusted_proxies"
    wait_until(lambda: warning in relay.stderr, what="the warning")
    assert relay.stderr.count("not in trusted_proxies") == 1 and BEHIND not in relay.stderr


@needs_ipv6
def test_networks_of_ipv6_are_trusted_like_those_of_ipv4(relay):
    relay = relay(host="::1", trusted_proxies="10.0.0.0/8, ::/127")
    assert relay.fetch(request(STATUS, fields=[("x-forwarded-for", f"{BEHIND}, ::")])).status == 200
    assert addresses(relay, 1) == [BEHIND]


@pytest.mark.parametrize("settings,message", [
    ({"trusted_proxies": "10.0.0.0/8, 10.0.0.1/8"}, "trusted_proxies: entry 2 has bits set behind its prefix length: write 10.0.0.0/8"),
    ({"trusted_proxies": "localhost"}, "trusted_proxies: entry 1 is no network: write an address"),
    ({"client_address": "forwarded"}, "client_address: is read from no one without trusted_proxies"),
    ({"client_address": "header:cookie", "trusted_proxies": FRONT}, "client_address: names a field of the connection"),
    ({"client_address": "x-real-ip", "trusted_proxies": FRONT}, "client_address: expected x-forwarded-for, forwarded,")])
def test_what_could_not_be_meant_is_a_fault_at_the_start_that_says_what_to_write(proxy, settings, message):
    relay = proxy(None, "check", wait=False, **settings)
    assert relay.wait() == 78
    assert message in relay.stderr


def test_a_network_of_everybody_is_warned_of(proxy):
    relay = proxy(None, "check", wait=False, trusted_proxies="0.0.0.0/0")
    assert relay.wait() == 0
    assert "trusted_proxies holds every address of a family: any client may say" in relay.stderr


def test_a_trusted_proxy_may_have_every_place(upstream, proxy):
    leave = threading.Event()
    fal = upstream(lambda connection: (fal.requests.put(connection.read_request()), leave.wait(20)))
    relay = proxy(fal, limits_connections=10, limits_connections_per_address=2, event_loops=1, trusted_proxies=FRONT)
    with contextlib.ExitStack() as stack:
        for source in [STRANGER] * 2 + [FRONT] * 8:
            stack.enter_context(busy(relay, fal, source=source))
        leave.set()


# --- The PROXY protocol ----------------------------------------------------------------------------------------------


HEADERS = [
    (LINE, BEHIND), (b"PROXY TCP6 2001:db8::9 ::1 1 1\r\n", "2001:db8::9"), (b"PROXY UNKNOWN\r\n", FRONT),
    (f"PROXY TCP4 {FRONT} 127.0.0.1 1 1\r\n".encode(), FRONT), (binary(), BEHIND),
    (binary(content=binary()[16:] + b"\x04\0\1x" * 200), BEHIND), (binary(command=0x20), FRONT),
    (binary(family=0x21, content=socket.inet_pton(socket.AF_INET6, "2001:db8::9") * 2 + b"\0\1\0\1"), "2001:db8::9")]


@pytest.mark.parametrize("header,client", HEADERS)
def test_a_proxy_header_says_whose_all_requests_of_a_connection_are(relay, header, client):
    relay = relay(client_address="proxy_protocol", event_loops=1)
    # With two requests in one packet, and by the byte; no field changes anything.
    asked = request(STATUS, fields=[("x-forwarded-for", "6.6.6.6")])
    for size in (1 << 16, 1):
        data = header + asked * 2
        with relay.client(source=FRONT) as connection:
            for start in range(0, len(data), size):
                connection.send(data[start:start + size])
            assert [connection.response().status for _ in range(2)] == [200, 200]
            assert connection.send(request(None, path="/healthz")).response().status == 200
    assert addresses(relay, 6) == [client] * 6


@pytest.mark.parametrize("header,_", HEADERS[:1] + HEADERS[4:5])
def test_a_proxy_header_may_be_split_anywhere(relay, header, _):
    relay = relay(client_address="proxy_protocol", event_loops=1)
    data = header + request(STATUS)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(relay.client(source=FRONT)) for _ in range(len(header) + 1)]
        for cut, connection in enumerate(connections):
            connection.send(data[:cut])
        # One that came later and is answered: all that came before has been read.
        assert stack.enter_context(relay.client(source=STRANGER)).send(request(STATUS)).response().status == 200
        for cut, connection in enumerate(connections):
            connection.send(data[cut:])
        assert {connection.response().status for connection in connections} == {200}
    assert addresses(relay, len(header) + 2)[1:] == [BEHIND] * (len(header) + 1)


@pytest.mark.parametrize("data", [
    request(STATUS), b"\x16\x03\x01\x02\0\1\0\1\xfc\3\3", b"\r\n" + LINE, b"PROXY TCP4 a b c d\r\n" + request(STATUS),
    b"PROXY " + b"x" * 200, SIGNATURE + b"\x31\x11\0\0", SIGNATURE + b"\x21\x11\xff\xff"])
def test_a_trusted_proxy_without_a_valid_header_is_cut_and_told_of_once(relay, data):
    relay = relay(client_address="proxy_protocol")
    for _ in range(3):
        with relay.client(source=FRONT) as client:
            assert client.send(data).ended() in (True, False)
    warning = f"a connection from {FRONT}, which is in trusted_proxies, began without a PROXY header and was cut"
    wait_until(lambda: warning in relay.stderr, what="the warning")
    assert relay.stderr.count("began without a PROXY header") == 1
    assert relay.stdout == ""


@pytest.mark.parametrize("beginning", [b"", LINE[:-1], binary()[:20]])
def test_a_proxy_header_has_the_time_of_a_head_and_ends_with_the_connection(relay, beginning):
    relay = relay(client_address="proxy_protocol", timeouts_head="300ms")
    began = time.monotonic()
    with relay.client(source=FRONT) as client:
        assert client.send(beginning).ended() in (True, False)
    assert 0.25 <= time.monotonic() - began < 5
    with relay.client(source=FRONT) as client:
        client.send(beginning).half_close()
        assert client.ended()
    # After the header, a connection may wait like any other.
    with relay.client(source=FRONT) as client:
        client.send(LINE)
        assert client.send(request(STATUS)).response().status == 200


def test_who_is_not_trusted_is_served_under_its_own_address_and_may_send_no_header(relay):
    relay = relay(client_address="proxy_protocol")
    assert relay.fetch(request(STATUS), source=STRANGER).status == 200
    for header in (LINE, binary(), b"PROXY UNKNOWN\r\n"):
        answer = relay.fetch(header + request(STATUS), source=STRANGER)
        assert_proxy_error(answer, 400, "bad_request")
        assert "client_address: proxy_protocol" in answer.json["message"] and "trusted_proxies" in answer.json["message"]
    assert addresses(relay, 4) == [STRANGER] * 4


@pytest.mark.parametrize("header", [LINE, binary()])
@pytest.mark.parametrize("settings", [{}, {"client_address": "proxy_protocol"}])
def test_a_header_where_none_is_read_is_a_400(relay, settings, header):
    relay = relay(**settings)
    data = (header if settings else b"") + header + request(STATUS)
    assert_proxy_error(relay.fetch(data, source=FRONT), 400, "bad_request")
    assert addresses(relay, 1) == [BEHIND if settings else FRONT]


# --- Real ones -------------------------------------------------------------------------------------------------------


NGINX = """
daemon off; user {user} {group}; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{to}; proxy_bind {front};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Real-IP $remote_addr;
    }}
  }}
}}
"""
HAPROXY = """
defaults
  mode {mode}
  timeout connect 5s
  timeout client 10s
  timeout server 10s
listen proxy
  bind 127.0.0.1:{port}
  {option}
  server one 127.0.0.1:{to} source {front} {server}
"""


@pytest.fixture
def front(tmp_path):
    """Starts a server in front by its configuration: front(name, text, relay, value=…); its address."""
    started = []

    def start(name, text, relay, **values):
        program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        if not program:
            pytest.skip(f"{name} is not installed")
        port = refused_port()
        file = tmp_path / f"{name}.conf"
        file.write_text(text.format(
            folder=tmp_path, port=port, to=relay.address[1], front=FRONT, user=pwd.getpwuid(os.getuid()).pw_name,
            group=grp.getgrgid(os.getgid()).gr_name, **values))
        arguments = ["-p", tmp_path, "-c", file, "-e", tmp_path / "error.log"] if name == "nginx" else ["-db", "-f", file]
        with open(tmp_path / "errors", "wb") as errors:
            process = subprocess.Popen([program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        started.append(process)

        def listening():
            assert process.poll() is None, (tmp_path / "errors").read_text()
            with socket.socket() as sock:
                return sock.connect_ex(("127.0.0.1", port)) == 0
        wait_until(listening, 10, name)
        return ("127.0.0.1", port)

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def through(address, relay):
    """The client the log tells of a request that STRANGER sends to `address`, and that says it is somebody else."""
    with Client(address, source=STRANGER) as client:
        spoofed = [("x-forwarded-for", "6.6.6.6"), ("x-real-ip", "6.6.6.6")]
        assert client.send(request(STATUS, fields=spoofed)).response().status == 200
    # The connection by which the server in front was waited for has no line.
    return addresses(relay, 1)


@pytest.mark.parametrize("settings", [{}, {"client_address": "header:x-real-ip"}])
def test_behind_nginx_a_client_is_itself_whatever_it_says(relay, front, settings):
    relay = relay(**settings)
    assert through(front("nginx", NGINX, relay), relay) == [STRANGER]


@pytest.mark.parametrize("settings,values", [
    ({}, {"mode": "http", "option": "option forwardfor", "server": ""}),
    ({"client_address": "proxy_protocol"}, {"mode": "tcp", "option": "", "server": "send-proxy"}),
    ({"client_address": "proxy_protocol"}, {"mode": "tcp", "option": "", "server": "send-proxy-v2"}),
    ({"client_address": "proxy_protocol"}, {"mode": "http", "option": "", "server": "send-proxy-v2"})])
def test_behind_haproxy_a_client_is_itself_whatever_it_says(relay, front, settings, values):
    relay = relay(**settings)
    assert through(front("haproxy", HAPROXY, relay, **values), relay) == [STRANGER]
