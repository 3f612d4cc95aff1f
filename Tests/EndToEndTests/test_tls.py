"""The way to fal is encrypted and fal is who it should be, or nothing of the request leaves the process."""

import queue
import shutil
import ssl
import subprocess
import time

import pytest

from conftest import HOSTS, overrides
from harness import CANARY, Authority, request, respond
from harness.flow import EVENTS, QUEUE, RUN, STATUS, Content, chunked, digest, noise, send_fragments


def named(fal):
    """The overrides that reach `fal` by the name localhost."""
    return overrides(f"https://localhost:{fal.port}")


def trusting(authority):
    return {"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""}


# --- What works ------------------------------------------------------------------------------------------------------


def test_a_server_with_the_dns_name_is_trusted(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost"))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    assert relay.fetch(request(STATUS)).json == {"ok": True}
    seen = fal.next_request()
    assert seen.get("authorization") == f"Key {CANARY}" and seen.get("host") == "queue.fal.run"


def test_a_server_with_the_ip_address_is_trusted(upstream, proxy, authority):
    fal = upstream(tls=authority.context("IP:127.0.0.1"))
    relay = proxy(fal, binary_environment=trusting(authority))
    assert relay.fetch(request(STATUS)).json == {"ok": True}


@pytest.mark.parametrize("names", ["DNS:*.fal.test,DNS:localhost", "DNS:fal.test,IP:127.0.0.1,DNS:localhost"])
def test_one_of_several_names_is_enough(upstream, proxy, authority, names):
    fal = upstream(tls=authority.context(names))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    assert relay.fetch(request(STATUS)).status == 200


def test_a_directory_of_certificates_is_honoured(upstream, proxy, authority, tmp_path):
    command = ["openssl", "x509", "-hash", "-noout", "-in", authority.certificate]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    shutil.copy(authority.certificate, tmp_path / f"{answer.stdout.strip()}.0")
    fal = upstream(tls=authority.context("DNS:localhost"))
    environment = {"SSL_CERT_DIR": str(tmp_path), "SSL_CERT_FILE": ""}
    relay = proxy(origin_overrides=named(fal), binary_environment=environment)
    assert relay.fetch(request(STATUS)).status == 200
    wrong = proxy(None, "check", wait=False, binary_environment=environment | {"SSL_CERT_FILE": "/nonexistent"})
    assert wrong.wait() == 78 and "SSL_CERT_FILE: cannot read /nonexistent: No such file" in wrong.stderr


class Sessions:
    """Answers one request per connection and ends it when told to; says for each whether its session was resumed."""

    def __init__(self):
        self.resumed = queue.Queue()
        self.closing = queue.Queue()

    def __call__(self, connection):
        self.resumed.put((connection.sock.version(), connection.sock.session_reused))
        connection.read_request()
        connection.send(respond())
        if self.closing.get(timeout=10) == "properly":
            connection.sock.unwrap()

    def next(self, relay, fal, closing="properly"):
        """Makes a request over a connection of its own."""
        assert relay.fetch(request(STATUS)).status == 200
        seen = self.resumed.get(timeout=5)
        self.closing.put(closing)
        fal.next_closed(5)
        return seen


@pytest.mark.parametrize("closing", ["properly", "without close_notify"])
@pytest.mark.parametrize("version,spoken", [
    (ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")])
def test_sessions_are_resumed_on_the_next_connection(upstream, proxy, authority, version, spoken, closing):
    """TLS 1.1 and later let a session be resumed however its connection has ended (RFC 4346 §1.1)."""
    context = authority.context("DNS:localhost")
    context.minimum_version = context.maximum_version = version
    sessions = Sessions()
    fal = upstream(sessions, tls=context)
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority), event_loops=1)
    assert [sessions.next(relay, fal, closing) for _ in range(3)] == [(spoken, False), (spoken, True), (spoken, True)]


def test_a_session_the_server_no_longer_knows_leads_to_a_full_handshake(upstream, proxy, authority):
    sessions = Sessions()
    fal = upstream(sessions, tls=authority.context("DNS:localhost"))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority), event_loops=1)
    assert sessions.next(relay, fal)[1] is False
    fal.tls = authority.context("DNS:localhost")
    assert sessions.next(relay, fal)[1] is False
    assert sessions.next(relay, fal)[1] is True


def test_a_session_is_not_resumed_at_another_host(upstream, proxy, authority):
    """A session vouches for the name it was made with, so each fal host has its own."""
    context = authority.context("DNS:localhost")
    sessions = queue.Queue()

    def serve(connection):
        sessions.put(connection.sock.session_reused)
        while True:
            connection.read_request()
            connection.send(respond())

    fal = upstream(serve, tls=context)
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority), event_loops=1)
    assert relay.fetch(request(STATUS)).status == 200
    assert relay.fetch(request(RUN, "POST", body=b"{}")).status == 200
    assert [sessions.get(timeout=5) for _ in range(2)] == [False, False]


@pytest.mark.parametrize("name,expected", [("localhost", "localhost"), ("127.0.0.1", None)])
def test_the_server_name_is_indicated_and_an_address_is_not(upstream, proxy, authority, name, expected):
    context = authority.context("DNS:localhost,IP:127.0.0.1")
    indicated = queue.Queue()
    context.sni_callback = lambda sock, name, context: indicated.put(name)
    fal = upstream(tls=context)
    relay = proxy(origin_overrides=overrides(f"https://{name}:{fal.port}"), binary_environment=trusting(authority))
    assert relay.fetch(request(STATUS)).status == 200
    assert indicated.get(timeout=5) == expected


def test_http_1_1_is_asked_for_by_alpn(upstream, proxy, authority):
    context = authority.context("DNS:localhost")
    context.set_alpn_protocols(["h2", "http/1.1"])
    chosen = queue.Queue()

    def serve(connection):
        chosen.put(connection.sock.selected_alpn_protocol())
        connection.read_request()
        connection.send(respond())

    fal = upstream(serve, tls=context)
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    assert relay.fetch(request(STATUS)).status == 200
    assert chosen.get(timeout=5) == "http/1.1"


def test_connections_are_used_again_under_tls_1_3(upstream, proxy, authority):
    """The tickets that come unasked behind the first answer must not be taken for a fault of the idle connection."""
    fal = upstream(tls=authority.context("DNS:localhost"))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority), event_loops=1)
    for _ in range(4):
        assert relay.fetch(request(STATUS)).status == 200
        assert relay.fetch(request(QUEUE, "POST", body=b"{}")).status == 200
    assert fal.accepted == 1


# --- Bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_large_bodies_pass_both_ways_byte_for_byte(upstream, proxy, authority, framing):
    up, down = noise(12_345_678, 1), noise(23_456_789, 2)
    seen = queue.Queue()

    def serve(connection):
        seen.put(Content(connection.reader, connection.read_head()).sha256())
        if framing == "length":
            connection.send(respond(body=down))
        else:
            connection.send(respond(fields=[("transfer-encoding", "chunked")]))
            send_fragments(connection.send, chunked(down))
        connection.wait_closed()

    fal = upstream(serve, tls=authority.context("DNS:localhost"))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    with relay.client(timeout=30) as client:
        if framing == "length":
            client.send(request(RUN, "POST", body=up))
        else:
            client.send(request(RUN, "POST", fields=[("transfer-encoding", "chunked")]))
            send_fragments(client.send, chunked(up))
        content = Content(client.reader, client.head())
        assert content.sha256() == (digest(down), len(down))
    assert seen.get(timeout=5) == (digest(up), len(up))


def test_events_arrive_one_by_one_over_tls(upstream, proxy, authority):
    permits = queue.Queue()

    def serve(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for number in range(10):
            permits.get(timeout=10)
            connection.send(b"9\r\ndata: %d\n\n\r\n" % number)
        connection.send(b"0\r\n\r\n")

    fal = upstream(serve, tls=authority.context("DNS:localhost"))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    with relay.client(timeout=5) as client:
        client.send(request(EVENTS))
        content = Content(client.reader, client.head())
        for number in range(10):
            permits.put(None)
            assert content.exactly(9) == b"data: %d\n\n" % number
        assert content.rest() == b""


# --- What is refused -------------------------------------------------------------------------------------------------


def check_refused(relay, fal, method="POST", name="proxy_upstream_tls"):
    data = request(QUEUE, "POST", body=b"{}") if method == "POST" else request(STATUS)
    answer = relay.fetch(data)
    assert (answer.status, answer.error_type) == (502, name)
    line = relay.access_log()[0]
    assert (line["status"], line["ended_by"], line["error_type"]) == (502, "upstream", name)
    fal.next_closed(5)
    assert fal.requests.empty()
    return answer.json["message"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("names", [
    "DNS:other.test", "IP:127.0.0.1", "DNS:localhost.other.test", "DNS:*.localhost", "DNS:queue.fal.run"])
def test_a_certificate_for_another_name_is_refused(upstream, proxy, authority, names, method):
    fal = upstream(tls=authority.context(names))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    assert "mismatch" in check_refused(relay, fal, method)


@pytest.mark.parametrize("names", ["DNS:localhost", "IP:127.0.0.2", "DNS:127.0.0.1"])
def test_a_certificate_without_the_address_is_refused(upstream, proxy, authority, names):
    fal = upstream(tls=authority.context(names))
    relay = proxy(fal, binary_environment=trusting(authority))
    assert "mismatch" in check_refused(relay, fal)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("names,common,where", [
    (None, "localhost", "localhost"), ("email:a@localhost", "localhost", "localhost"), (None, "127.0.0.1", "127.0.0.1"),
    ("email:a@fal.test", "*.localhost", "localhost")])
def test_a_common_name_does_not_stand_for_a_host(upstream, proxy, authority, names, common, where, method):
    """RFC 9110 §4.3.4: only subjectAltName names who is talking."""
    fal = upstream(tls=authority.context(names, common=common))
    relay = proxy(origin_overrides=overrides(f"https://{where}:{fal.port}"), binary_environment=trusting(authority))
    answer = relay.fetch(request(STATUS if method == "GET" else QUEUE, method, body=b"{}" if method == "POST" else None))
    assert (answer.status, answer.error_type) == (502, "proxy_upstream_tls")
    assert "mismatch" in answer.json["detail"]
    assert fal.requests.empty()


def test_a_certificate_of_an_unknown_authority_is_refused(upstream, proxy, authority, tmp_path):
    fal = upstream(tls=Authority(tmp_path, "stranger").context("DNS:localhost"))
    check_refused(proxy(origin_overrides=named(fal), binary_environment=trusting(authority)), fal)


def test_the_systems_store_alone_does_not_trust_a_throw_away_authority(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost"))
    check_refused(proxy(origin_overrides=named(fal)), fal)


def test_an_expired_certificate_is_refused(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost", days=-1))
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    assert "expired" in check_refused(relay, fal)


def test_tls_1_1_is_refused(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost", maximum=ssl.TLSVersion.TLSv1_1))
    check_refused(proxy(origin_overrides=named(fal), binary_environment=trusting(authority)), fal)


def check_nothing_told(told):
    data = b"".join(told)
    for secret in (b"canary", b"Key ", b"HTTP/1.1", b"queue.fal.run", b"requests/"):
        assert secret not in data


@pytest.mark.parametrize("word", [b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", b""])
def test_a_server_that_speaks_no_tls_is_refused_and_told_nothing(upstream, proxy, authority, word):
    told = []

    def serve(connection):
        told.append(connection.sock.recv(65536))
        connection.send(word)
        connection.sock.shutdown(1)
        while data := connection.sock.recv(65536):
            told.append(data)

    fal = upstream(serve)
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority))
    check_refused(relay, fal)
    check_nothing_told(told)


def test_a_handshake_that_stands_still_ends_in_time_and_nothing_was_told(upstream, proxy, authority):
    told = []

    def serve(connection):
        while data := connection.sock.recv(65536):
            told.append(data)

    fal = upstream(serve)
    relay = proxy(origin_overrides=named(fal), binary_environment=trusting(authority), upstream_tls="300ms")
    began = time.monotonic()
    check_refused(relay, fal, name="proxy_upstream_tls_timeout")
    assert 0.3 <= time.monotonic() - began < 2
    check_nothing_told(told)


def test_a_refused_certificate_does_not_disturb_the_other_hosts(upstream, proxy, authority):
    good = upstream(tls=authority.context("DNS:localhost"))
    bad = upstream(tls=authority.context("DNS:other.test"))
    to = {host: good for host in HOSTS} | {"fal.run": bad}
    relay = proxy(
        origin_overrides=",".join(f"{host}=https://localhost:{fal.port}" for host, fal in to.items()),
        binary_environment=trusting(authority), event_loops=1)
    with relay.client() as client:
        for _ in range(3):
            assert client.send(request(RUN, "POST", body=b"{}")).response().status == 502
            assert client.send(request(STATUS)).response().status == 200
    assert bad.requests.empty()
