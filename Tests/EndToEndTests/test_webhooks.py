"""fal sends a result only where the operator lets it: a webhook outside the list is refused, and never left out unsaid."""

import pytest

from harness import json_answer, request
from harness.script import MODEL, RUN, SUBMIT, Answering, assert_proxy_error

EVIL = "https%3A%2F%2Fevil.example%2Fhook"


@pytest.mark.parametrize("query", [
    f"fal_webhook={EVIL}", "fal_webhook=https://evil.example/hook", f"FAL%5fWEBHOOK={EVIL}", f"logs=1;fal_webhook={EVIL}",
    f"fal_webhook=https://hooks.example/fal/a&fal_webhook={EVIL}", "fal_webhook="])
@pytest.mark.parametrize("allow", ["", "hooks.example/fal/**"])
def test_a_webhook_that_no_entry_covers_is_refused_and_the_refusal_names_the_setting(upstream, proxy, query, allow):
    fal = upstream()
    relay = proxy(fal, webhooks_allow=allow)
    for target in (SUBMIT, f"{RUN}/{MODEL}"):
        answer = relay.fetch(request(f"{target}?{query}", "POST", body=b"{}"))
        assert_proxy_error(answer, 403, "webhook_not_allowed")
        assert "webhooks.allow" in answer.json["message"] and "FAL_PROXY_WEBHOOKS_ALLOW" in answer.json["message"]
        assert b"evil" not in answer.body
    assert fal.accepted == 0


@pytest.mark.parametrize("host", [
    "localhost", "app.localhost", "printer.local", "metadata.google.internal", "127.0.0.1", "10.0.0.1", "169.254.169.254",
    "2130706433", "0x7f.1", "[::1]", "[fc00::1]"])
def test_a_private_address_or_name_is_refused_whatever_is_listed(upstream, proxy, host):
    fal = upstream()
    answer = proxy(fal, webhooks_allow="**").fetch(request(f"{SUBMIT}?fal_webhook=https://{host}/x", "POST", body=b"{}"))
    assert_proxy_error(answer, 403, "webhook_not_allowed")
    assert fal.accepted == 0


def test_a_webhook_of_the_list_reaches_fal_as_it_was_written(upstream, proxy):
    script = Answering(json_answer({}))
    relay = proxy(upstream(script), webhooks_allow="hooks.example/fal/**, *.app.example/**")
    for query in ("fal_webhook=https%3A%2F%2Fhooks.example%2Ffal%2Fdone%3Fjob%3D1&fal_max_queue_length=2",
                  "fal_webhook=https://eu.app.example/x"):
        assert relay.fetch(request(f"{SUBMIT}?{query}", "POST", body=b"{}")).status == 200
        assert script.next_request().target == f"/{MODEL}?{query}"


def test_the_sandbox_takes_any_webhook(proxy):
    relay = proxy(None, "serve", "--sandbox", key=None)
    body = b'{"prompt":"x","image_url":"https://a.example/a.png","change_map_image_url":"https://a.example/b.png"}'
    for url in ("http://localhost:3000/hook", "https%3A%2F%2Fa.example%2F"):
        answer = relay.fetch(request(
            f"{SUBMIT}?fal_webhook={url}", "POST", fields=[("content-type", "application/json")], body=body))
        assert answer.status == 200, answer.body


@pytest.mark.parametrize("entry", ["https://hooks.example/**", "hooks.example", "hooks.example:8443/**", "*/**"])
def test_an_entry_that_is_no_pattern_is_a_fault(proxy, entry):
    relay = proxy(None, "check", wait=False, webhooks_allow=entry)
    assert relay.wait() == 78
    assert "FAL_PROXY_WEBHOOKS_ALLOW: webhooks.allow: entry 1 " in relay.stderr
