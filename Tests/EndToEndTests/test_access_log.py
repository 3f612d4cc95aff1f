"""What a line of the access log tells, whatever a client, a page or fal puts into it."""

import json
import socket
import struct

import pytest

from conftest import overrides
from harness import json_answer, request
from harness.flow import MODEL, QUEUE, RUN, STATUS

PROBES = [request(None, path=path) for path in ("/healthz", "/readyz", "/")]


@pytest.mark.parametrize("word,wanted", [
    ("all", [200, 200, 200, 200, 403, 404]), ("true", [200, 200, 200, 200, 403, 404]), (None, [200, 403, 404]),
    ("proxy", [200, 403, 404]), ("errors", [403, 404]), ("none", []), ("false", [])])
def test_which_requests_have_a_line(upstream, proxy, word, wanted):
    relay = proxy(upstream(), **({"access_log": word} if word else {}))
    for data in (*PROBES, request(STATUS), request("https://evil.example/"), request(None, path="/nowhere")):
        relay.fetch(data)
    assert relay.stop() == 0
    assert sorted(json.loads(line)["status"] for line in relay.stdout.splitlines()) == wanted


@pytest.fixture
def line(upstream, proxy):
    """The one line of a request: line(data, setting=value…)."""
    def make(data, method="GET", **settings):
        relay = proxy(upstream(), **settings)
        relay.fetch(data, method)
        (found,) = relay.access_log()
        return found
    return make


def test_a_line_names_the_client(line):
    assert line(request(STATUS))["client"] == "127.0.0.1"


@pytest.mark.parametrize("method", ["PATCH", "PROPFIND", "TRACE", "get", "!#$%&'*+-.^_`|~"])
def test_methods_the_proxy_does_not_know_are_named(line, method):
    assert line(request(STATUS, method))["method"] == method


def test_a_long_method_is_cut(line):
    assert line(request(STATUS, "X" * 1000))["method"] == "X" * 256 + "..."


@pytest.mark.parametrize("origin,wanted", [
    ("https://evil.example", "https://evil.example"), ("null", "null"), ('https://"\\\x1b', None),
    ('https://"\\', "https://%22%5c"), ("https://\xff\xc3", "https://%ff%c3"), ("x" * 5000, "x" * 256 + "...")])
def test_a_refused_origin_is_named(line, origin, wanted):
    found = line(request(STATUS, fields=[("origin", origin)]))
    assert found.get("origin") == wanted
    assert found["status"] == (403 if wanted else 400)


def test_an_origin_that_may_call_is_not(line):
    found = line(request(STATUS, fields=[("origin", "https://app.example")]), allowed_origins="https://app.example")
    assert found["status"] == 200 and "origin" not in found


@pytest.mark.parametrize("target,host,path", [
    ("https://evil.example/a?token=t0ken", "evil.example", "/a"),
    ("https://queue.fal.run/a/b", "queue.fal.run", "/a/b"),
    ("https://us3r:passw0rd@queue.fal.run/a/b", "queue.fal.run", "/a/b"),
    ("https://us3r:pass/w0rd@queue.fal.run/a/b", None, None),
    ("us3r:passw0rd", None, None),
    ("https://fal.run/a\"b\xff#t0ken", "fal.run", "/a%22b%ff"),
    (f"https://fal.run/{'x' * 5000}?t0ken", "fal.run", "/" + "x" * 255 + "...")])
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_refused_target_is_named_by_host_and_path_alone(upstream, proxy, target, host, path, log_format):
    relay = proxy(upstream(), log_format=log_format)
    assert relay.fetch(request(target)).status in (400, 403)
    assert relay.stop() == 0
    for secret in ("us3r", "passw0rd", "w0rd", "t0ken"):
        assert secret not in relay.stdout
    if log_format == "json":
        (found,) = relay.access_log()
        assert (found.get("target_host"), found.get("target_path")) == (host, path)
        assert "operation" not in found and "path" not in found
    elif host:
        assert f' target_host="{host}" target_path="{path}" ' in relay.stdout


@pytest.mark.parametrize("settings,fields,method", [
    ({"auth_tokens": "0123456789abcdef"}, [], "GET"), ({}, [("origin", "https://evil.example")], "GET"),
    ({}, [("content-encoding", "gzip")], "POST")])
def test_what_a_refused_request_was_for_is_named(line, settings, fields, method):
    found = line(request(QUEUE if method == "POST" else RUN, method, fields=fields), get_runs="true", **settings)
    assert found["status"] in (401, 403, 415)
    assert found["target_host"] == ("queue.fal.run" if method == "POST" else "fal.run")
    assert (found["endpoint"], found["target_path"]) == (MODEL, f"/{MODEL}")
    assert "operation" not in found


def test_a_path_that_leads_nowhere_is_named_without_its_query(line):
    assert line(request(None, path="/now\"here?t0ken"))["path"] == "/now%22here"


@pytest.mark.parametrize("name", ["traceparent", "TraceParent"])
def test_a_trace_is_named(line, name):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    found = line(request(STATUS, fields=[("tracestate", "a=b"), (name, trace), (name, "another")]))
    assert found["traceparent"] == trace and "a=b" not in json.dumps(found)


def test_no_text_reaches_a_terminal_as_more_than_text(upstream, proxy):
    relay = proxy(upstream(), log_format="text", access_log="all")
    hostile = '\x80\x9b2J\xe2\x80\xae" \\ x=y'
    for data in (request(STATUS, fields=[("origin", hostile), ("traceparent", hostile), ("x-request-id", hostile)]),
                 request("https://a/" + hostile), request(STATUS, "P'TCH")):
        relay.fetch(data)
    assert relay.stop() == 0
    lines = relay.stdout.splitlines()
    assert len(lines) == 3 and relay.stdout.isascii()
    assert all(line.isprintable() and line.count('"') % 2 == 0 and "\\" not in line for line in lines)


@pytest.mark.parametrize("status", [200, 422])
def test_what_fal_calls_and_bills_a_request_is_named(upstream, proxy, status):
    fields = [("X-Fal-Request-Id", "764cabcf"), ("x-fal-billable-units", "1.5"), ("x-fal-error-type", "t0ken")]
    relay = proxy(upstream(lambda connection: connection.send(json_answer({}, status, fields=fields))))
    assert relay.fetch(request(RUN, "POST", body=b"{}")).all("x-fal-billable-units") == ["1.5"]
    (found,) = relay.access_log()
    assert (found["fal_request_id"], found["billable_units"]) == ("764cabcf", "1.5")
    assert "t0ken" not in relay.stdout


def test_what_fal_says_is_no_more_than_text_either(upstream, proxy):
    fields = [("x-fal-request-id", '"\xff\\' + "x" * 5000), ("x-fal-request-id", "another"),
              ("connection", "x-fal-billable-units"), ("x-fal-billable-units", "1")]
    relay = proxy(upstream(lambda connection: connection.send(json_answer({}, fields=fields))))
    relay.fetch(request(STATUS))
    (found,) = relay.access_log()
    assert found["fal_request_id"] == "%22%ff%5c" + "x" * 253 + "..." and "billable_units" not in found


def cause_of(relay, error):
    assert relay.fetch(request(STATUS)).error_type == error
    (found,) = relay.access_log()
    assert found["error_type"] == error and found["ended_by"] == "upstream"
    return found["cause"]


def test_the_cause_of_a_refused_connection_is_named(proxy):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        cause = cause_of(proxy(origin_overrides=overrides(f"http://127.0.0.1:{port}")), "proxy_upstream_connect")
    assert cause == f"127.0.0.1:{port}: connect: Connection refused (errno 111)"


def test_the_cause_of_a_name_without_an_address_is_named(proxy):
    relay = proxy(origin_overrides=overrides("https://no.such.name.invalid"), upstream_connect="5s")
    assert cause_of(relay, "proxy_upstream_dns").startswith("name not resolved: ")


@pytest.mark.parametrize("names,reason", [
    ("DNS:other.test", "certificate refused: hostname mismatch"), (None, "certificate refused: hostname mismatch")])
def test_the_cause_of_a_refused_certificate_is_named(upstream, proxy, authority, names, reason):
    fal = upstream(tls=authority.context(names))
    trust = {"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""}
    relay = proxy(origin_overrides=overrides(f"https://localhost:{fal.port}"), binary_environment=trust)
    assert cause_of(relay, "proxy_upstream_tls") == f"127.0.0.1:{fal.port}: {reason}"


def test_the_cause_of_a_broken_handshake_is_named(upstream, proxy):
    def reset(connection):
        connection.sock.recv(1)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sock.close()

    fal = upstream(reset)
    cause = cause_of(proxy(origin_overrides=overrides(f"https://127.0.0.1:{fal.port}")), "proxy_upstream_tls")
    assert cause == f"127.0.0.1:{fal.port}: TLS handshake failed: read: Connection reset by peer (errno 104)"
