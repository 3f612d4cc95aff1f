"""Uploads (protocol.md §6) and tokens (§7)."""

import base64
import json

import pytest

from fals import JSON, REST

CONTENT = bytes(range(256)) * 8


def initiate(fal, action="initiate", query="?storage_type=fal-cdn-v3", host=REST):
    answer = fal.post(f"{host}/storage/upload/{action}{query}", {"content_type": "image/png", "file_name": "a.png"})
    assert 200 <= answer.status < 300 and answer.get("content-type").startswith("application/json")
    return answer.json


def test_an_upload_is_announced_sent_and_read_back(fal):
    """§6.1: sent without a key, and read without one."""
    announced = initiate(fal)
    assert set(announced) >= {"upload_url", "file_url"}
    sent = fal.direct(announced["upload_url"], "PUT", CONTENT, [("content-type", "image/png")])
    assert 200 <= sent.status < 300
    assert not (sent.get("content-type") or "").startswith("application/json") or sent.json is not ...
    read = fal.direct(announced["file_url"])
    assert read.status == 200 and read.body == CONTENT and read.get("content-type") == "image/png"


def test_an_upload_is_announced_under_the_former_name_as_well(fal):
    """§1, §2.2: Swift and Dart ask so, without a query."""
    assert initiate(fal, query="", host="https://rest.alpha.fal.ai")["upload_url"]


def test_a_long_upload_comes_in_parts(fal):
    """§6.2: parts of a number and an etag, told of in JSON; then put together."""
    announced = initiate(fal, "initiate-multipart")
    base, _, query = announced["upload_url"].partition("?")
    query = f"?{query}" if query else ""
    # fal takes parts of 10 MiB; a last one may be short, and is the only one here when fal is asked.
    pieces = [CONTENT] if fal.interval > 0.1 else [CONTENT, CONTENT[::-1], b"end"]
    parts = []
    for number, piece in enumerate(pieces, 1):
        answer = fal.direct(f"{base}/{number}{query}", "PUT", piece)
        assert 200 <= answer.status < 300 and answer.get("content-type").startswith("application/json")
        assert answer.json["partNumber"] == number and answer.json["etag"]
        parts.append({"partNumber": number, "etag": answer.json["etag"]})
    done = fal.direct(f"{base}/complete{query}", "POST", json.dumps({"parts": parts}).encode(), [JSON])
    assert 200 <= done.status < 300
    assert fal.direct(announced["file_url"]).body == b"".join(pieces)


def claims(token):
    head, body, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] and signature
    return json.loads(base64.urlsafe_b64decode(body + "=="))


@pytest.mark.parametrize("host", [REST, "https://rest.alpha.fal.ai"])
def test_a_token_is_a_json_string(fal, host):
    """§7."""
    answer = fal.post(f"{host}/tokens/", {"allowed_apps": ["flux-differential-diffusion"], "token_expiration": 120})
    assert 200 <= answer.status < 300 and answer.get("content-type").startswith("application/json")
    assert isinstance(answer.json, str) and claims(answer.json)


def test_a_realtime_token_is_a_member(fal):
    """§7."""
    apps = ["fal-ai/flux-differential-diffusion/realtime"]
    answer = fal.post(f"{REST}/tokens/realtime", {"allowed_apps": apps, "duration": 120})
    assert 200 <= answer.status < 300 and claims(answer.json["token"])


@pytest.mark.sandbox_only
def test_a_token_lives_as_long_as_it_was_asked_for(fal):
    """§7."""
    answer = fal.post(f"{REST}/tokens/realtime", {
        "allowed_apps": ["fal-ai/flux-differential-diffusion/realtime"], "duration": 60})
    told = claims(answer.json["token"])
    assert told["exp"] - told["iat"] == 60
