"""Where the operator says which content types may be uploaded, an upload initiation is read before it goes to fal."""

import pytest

from harness import json_answer, request
from harness.script import Answering, assert_proxy_error

TARGETS = [f"https://{host}/storage/upload/{route}" for host, route in [
    ("rest.fal.ai", "initiate?storage_type=fal-cdn-v3"), ("rest.fal.ai", "initiate-multipart?storage_type=fal-cdn-v3"),
    ("rest.alpha.fal.ai", "initiate")]]
JSON = ("content-type", "application/json")


def initiation(content_type):
    return b'{"content_type":"%s","file_name":"a"}' % content_type


@pytest.mark.parametrize("target", TARGETS)
def test_a_content_type_outside_the_list_is_refused_and_names_the_setting(upstream, proxy, target):
    script = Answering(json_answer({"upload_url": "u", "file_url": "f"}))
    fal = upstream(script)
    relay = proxy(fal, uploads_content_types="image/*, application/pdf")
    for body, status, name in [
            (initiation(b"text/html"), 403, "content_type_not_allowed"),
            (initiation(b"image/png,text/html"), 400, "upload_request_invalid"),
            (b'{"content_type":"image/png","content_type":"text/html"}', 400, "upload_request_invalid"),
            (b"{}", 400, "upload_request_invalid"), (b"", 400, "upload_request_invalid")]:
        answer = relay.fetch(request(target, "POST", fields=[JSON], body=body))
        assert_proxy_error(answer, status, name)
        assert b"html" not in answer.body
        assert status == 400 or "FAL_PROXY_UPLOADS_CONTENT_TYPES" in answer.json["message"]
    assert fal.accepted == 0
    for content_type in (b"image/png", b"application/pdf"):
        body = initiation(content_type)
        assert relay.fetch(request(target, "POST", fields=[JSON], body=body)).status == 200
        seen = script.next_request()
        assert seen.body == body and seen.all("content-length") == [str(len(body))]


def test_by_default_any_content_type_passes_and_the_content_is_not_touched(upstream, proxy):
    script = Answering(json_answer({}))
    relay = proxy(upstream(script))
    for body in (initiation(b"text/html"), b" {not json"):
        assert relay.fetch(request(TARGETS[0], "POST", fields=[JSON], body=body)).status == 200
        assert script.next_request().body == body


def test_an_entry_that_is_no_content_type_is_a_fault(proxy):
    relay = proxy(None, "check", wait=False, uploads_content_types="image/png, png")
    assert relay.wait() == 78
    assert "FAL_PROXY_UPLOADS_CONTENT_TYPES: uploads.content_types: entry 2 is no content type" in relay.stderr
