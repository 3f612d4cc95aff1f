"""Which hosts a request may name: what answers DNS rebinding (allowed_hosts)."""

import pytest

from harness import Proxy, request
from harness.script import STATUS, SUBMIT, assert_proxy_error
from test_dialing import needs_ipv6

LISTED = "app.example.com,*.wild.example,[2001:db8::5]"
HEALTH = ["/healthz", "/readyz", "/healthz/"]


def assert_refused(answer):
    assert_proxy_error(answer, 421, "host_not_allowed")
    assert answer.reason == "Misdirected Request"
    assert "allowed_hosts (FAL_PROXY_ALLOWED_HOSTS)" in answer.json["message"]
    assert "rebound" not in answer.body.decode()


def own(relay, name):
    return f"{name}:{relay.address[1]}"


def test_a_page_whose_name_was_re_bound_to_the_default_is_refused_before_anything_is_sent(upstream, proxy):
    fal = upstream()
    relay = proxy(fal)
    host = own(relay, "rebound.example")
    with relay.client() as client:
        for method, body in [("GET", None), ("POST", b"{}"), ("OPTIONS", None)]:
            # By its name and its port the page is of the proxy's own origin.
            fields = [("origin", f"http://{host}"), ("access-control-request-method", "POST")]
            assert_refused(client.send(request(SUBMIT, method, fields=fields, body=body, host=host)).response(method))
        assert fal.accepted == 0
        assert client.send(request(STATUS, host=own(relay, "localhost"))).response().status == 200
    assert [line["error_type"] for line in relay.access_log(4)[:3]] == ["proxy_host_not_allowed"] * 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_host_of_an_absolute_target_is_the_one_that_counts(upstream, proxy, method):
    relay = proxy(upstream())
    ours, foreign = own(relay, "127.0.0.1"), own(relay, "rebound.example")

    def fetch(authority, host):
        target, body = (STATUS, None) if method == "GET" else (SUBMIT, b"{}")
        path = f"http://{authority}/api/fal/proxy"
        return relay.fetch(request(target, method, path=path, host=host, body=body), method)
    assert_refused(fetch(foreign, ours))
    assert fetch(ours, foreign).status == 200


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "localhost.", "app.localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_names_of_this_machine_are_answered_with_the_own_port_listed_or_not(upstream, proxy, name):
    for settings in [{}, {"allowed_hosts": LISTED}]:
        relay = proxy(upstream(), **settings)
        assert relay.fetch(request(STATUS, host=own(relay, name))).status == 200


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:1", "rebound.example:80", "rebound.example:", "10.0.0.5"])
def test_what_a_server_in_front_may_pass_on_is_answered_by_the_default(upstream, proxy, host):
    assert proxy(upstream()).fetch(request(STATUS, host=host)).status == 200


@pytest.mark.parametrize("address", [
    "127.0.0.2", "localhost", pytest.param("::1", marks=needs_ipv6), pytest.param("::ffff:127.0.0.1", marks=needs_ipv6)])
def test_every_loopback_listener_refuses_foreign_names_with_its_port(upstream, proxy, address):
    relay = proxy(upstream(), host=address)
    assert_refused(relay.fetch(request(STATUS, host=own(relay, "rebound.example"))))
    assert relay.fetch(request(STATUS, host=own(relay, "localhost"))).status == 200


def test_a_listener_that_others_reach_answers_to_every_name_unless_they_are_listed(upstream, proxy):
    relay = proxy(upstream(), host="0.0.0.0")
    assert relay.fetch(request(STATUS, host=own(relay, "rebound.example"))).status == 200
    listed = proxy(upstream(), host="0.0.0.0", allowed_hosts=LISTED)
    assert_refused(listed.fetch(request(STATUS, host=own(listed, "rebound.example"))))


@pytest.mark.parametrize("host,is_answered", [
    ("app.example.com", True), ("APP.example.com.:443", True), ("x.y.wild.example:9", True), ("[2001:db8:0::5]", True),
    ("wild.example", False), ("rebound.example", False), ("app.example.com.rebound.example", False), ("[2001:db8::6]", False),
    ("10.0.0.5:80", False)])
def test_with_a_list_no_other_host_is_answered_whatever_its_port(upstream, proxy, host, is_answered):
    fal = upstream()
    answer = proxy(fal, allowed_hosts=LISTED).fetch(request(STATUS, host=host))
    if is_answered:
        assert answer.status == 200
    else:
        assert_refused(answer)
        assert fal.accepted == 0


def test_http_1_0_without_host_names_no_foreign_one(upstream, proxy):
    for settings in [{}, {"allowed_hosts": LISTED}]:
        data = f"GET /api/fal/proxy HTTP/1.0\r\nx-fal-target-url: {STATUS}\r\n\r\n".encode()
        assert proxy(upstream(), **settings).fetch(data).status == 200


def test_health_routes_answer_whatever_the_host_and_nothing_else_does():
    with Proxy("serve", "--sandbox", key=None, allowed_hosts=LISTED) as listed, \
            Proxy("serve", "--sandbox", key=None) as default:
        for relay in (listed, default):
            host = own(relay, "rebound.example")
            for path in HEALTH:
                assert relay.fetch(request(None, path=path, host=host)).status == 200
            for method, path, ours in [("GET", "/", 200), ("GET", "/other", 404), ("GET", "/api/fal/proxy/files/none", 404),
                                       ("PUT", "/api/fal/proxy/uploads/none", 404)]:
                body = b"x" if method == "PUT" else None
                assert_refused(relay.fetch(request(None, method, path=path, host=host, body=body), method))
                assert relay.fetch(request(None, method, path=path, host="127.0.0.1", body=body), method).status == ours


@pytest.mark.parametrize("entry", ["https://app.example.com", "app.example.com:443", "*", "*.com", "::1", "app.example.com."])
def test_what_is_no_host_is_a_fault_at_the_start_that_says_how_to_write_it(proxy, entry):
    relay = proxy(None, "check", wait=False, allowed_hosts=f"localhost,{entry}")
    assert relay.wait() == 78
    assert "FAL_PROXY_ALLOWED_HOSTS: allowed_hosts: entry 2 " in relay.stderr and "*.example.com" in relay.stderr
