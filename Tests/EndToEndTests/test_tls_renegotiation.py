"""A server that wants to negotiate again on a connection in use: OpenSSL's own, told what to do line by line."""

import os
import subprocess
import threading

import pytest

from conftest import HOSTS
from harness import CANARY, request, wait_until
from harness.flow import QUEUE, STATUS, refused_port

UPDATE = b">>> TLS 1.3, Handshake [length 0005], KeyUpdate"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"ok\": true}"
MARK = b"x-fal-client-proxy"


class Server:
    """`openssl s_server`, which shows what it reads and every handshake message, and obeys single letters."""

    def __init__(self, authority, version):
        authority.context("DNS:localhost")
        leaf = authority.folder / "DNS_localhost.pem"
        self.port = refused_port()
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", leaf,
             "-key", leaf.with_suffix(".key"), version, "-msg"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.output = b""
        threading.Thread(target=self.read, daemon=True).start()
        wait_until(lambda: b"ACCEPT" in self.output, 10, "the server")

    def read(self):
        while data := os.read(self.process.stdout.fileno(), 65536):
            self.output += data

    def say(self, data):
        self.process.stdin.write(data)

    def await_request(self, number=1):
        wait_until(lambda: self.output.count(MARK) >= number, 10, "the request")

    def hellos(self):
        return self.output.count(b", ClientHello")


@pytest.fixture
def server(authority):
    started = []

    def start(version):
        started.append(Server(authority, version))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def relay_to(server, proxy, authority):
    return proxy(
        origin_overrides=",".join(f"{host}=https://localhost:{server.port}" for host in HOSTS), event_loops=1,
        binary_environment={"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""})


@pytest.mark.parametrize("letter", [b"r", b"R"], ids=["again", "with a certificate of the client"])
@pytest.mark.parametrize("method,target,failure", [("GET", STATUS, 502), ("POST", QUEUE, 500)])
def test_a_second_handshake_is_refused_and_the_request_ends_in_a_defined_error(
        server, proxy, authority, letter, method, target, failure):
    fal = server("-tls1_2")
    relay = relay_to(fal, proxy, authority)
    with relay.client() as client:
        client.send(request(target, method, body=b"{}" if method == "POST" else None))
        fal.await_request()
        fal.say(letter + b"\n")
        wait_until(lambda: b"HelloRequest" in fal.output, 10, "the wish to negotiate")
        answer = client.response(method)
        # OpenSSL's server takes the refusal for a reason to end the connection.
        assert answer.status == failure and answer.error_type.startswith("proxy_upstream_")
        assert b"no_renegotiation" in fal.output and fal.hellos() == 1
        # The connection is gone; whoever comes next gets another one.
        client.send(request(STATUS))
        fal.await_request(2)
        fal.say(ANSWER)
        assert client.response().json == {"ok": True}
    assert fal.hellos() == 2
    assert fal.output.count(CANARY.encode()) == 2


def test_new_keys_of_tls_1_3_change_nothing(server, proxy, authority):
    fal = server("-tls1_3")
    relay = relay_to(fal, proxy, authority)
    with relay.client() as client:
        for number, letter in enumerate((b"k", b"K", b"k"), 1):
            client.send(request(STATUS))
            fal.await_request(number)
            fal.say(letter + b"\n")
            wait_until(lambda: fal.output.count(UPDATE) == number, 10, "new keys")
            fal.say(ANSWER)
            assert client.response().json == {"ok": True}
    assert fal.hellos() == 1
