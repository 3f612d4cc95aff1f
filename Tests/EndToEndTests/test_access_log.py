"""What a line of the access log tells, whatever a client, a page or fal puts into it."""

import json

import pytest

from harness import request
from harness.flow import STATUS

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
