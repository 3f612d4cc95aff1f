"""The Studio as files: where it is served, in which form, and under which policy."""

import gzip
import json
import pathlib
import re
import subprocess
import sys

import pytest

from harness import CANARY, Proxy

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES_OF_FAL = "https://fal.media https://*.fal.media https://storage.googleapis.com"


def get(proxy, path="/", *fields, method="GET"):
    lines = "".join(f"{field}\r\n" for field in fields)
    return proxy.fetch(f"{method} {path} HTTP/1.1\r\nhost: localhost:{proxy.address[1]}\r\n{lines}\r\n".encode(), method)


@pytest.fixture(scope="module")
def sandbox():
    with Proxy("serve", "--sandbox", key=None) as proxy:
        yield proxy


def test_the_page_stands_at_the_root_and_its_start_says_so(sandbox):
    assert f"the Studio is at http://127.0.0.1:{sandbox.address[1]}/" in sandbox.stderr
    answer = get(sandbox)
    assert answer.status == 200 and answer.get("content-type") == "text/html; charset=utf-8"
    assert get(sandbox, "/studio/").body == answer.body
    for path in re.findall(r'(?:href|src)="(/studio/[^"]+)"', answer.body.decode()):
        file = get(sandbox, path)
        assert file.status == 200 and file.get("x-content-type-options") == "nosniff", path


def test_no_code_stands_in_the_page_and_the_policy_knows_none(sandbox):
    page = get(sandbox)
    text = page.body.decode()
    assert not re.search(r"<style|style=|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    policy = page.get("content-security-policy")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "https:" not in policy
    assert page.get("referrer-policy") == "no-referrer"
    # A worker is held to the policy of its own file.
    assert get(sandbox, "/studio/canvas/worker.js").get("content-security-policy") == policy


def test_a_file_is_compressed_for_those_who_take_it_and_sent_once(sandbox):
    plain, packed = get(sandbox, "/studio/main.js"), get(sandbox, "/studio/main.js", "accept-encoding: gzip, br")
    assert plain.get("content-encoding") is None and packed.get("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert plain.get("vary") == packed.get("vary") == "accept-encoding" and plain.get("etag") != packed.get("etag")
    for coding, answer in (("identity", plain), ("gzip", packed)):
        assert not answer.get("etag").startswith("W/")
        again = get(sandbox, "/studio/main.js", f"accept-encoding: {coding}", f"if-none-match: {answer.get('etag')}")
        assert again.status == 304 and again.get("etag") == answer.get("etag")
    assert get(sandbox, "/studio/main.js", method="HEAD").body == b""
    assert get(sandbox, "/studio/main.js", "content-length: 0", method="POST").status == 405
    assert get(sandbox, "/studio/other.js").status == 404


def test_the_page_is_told_of_its_proxy():
    with Proxy("serve", "--sandbox", key=None, path="/fal", auth_tokens="token-of-the-app-0001", sandbox_map="white_changes") as proxy:
        facts = json.loads(get(proxy, "/studio/config.json").body)
    models = facts.pop("models")
    assert facts == {"path": "/fal", "mode": "sandbox", "auth": "tokens", "map": "white_changes"}
    files = [json.loads(file.read_text("utf-8")) for file in sorted((ROOT / "config/models").glob("*.json"))]
    assert models == files
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints=files[1]["endpoint"]) as proxy:
        assert json.loads(get(proxy, "/studio/config.json").body)["models"] == files[1:]


def test_the_samples_are_pictures_of_the_page_alone(sandbox):
    for name in ("tree", "tree-map", "landscape"):
        answer = get(sandbox, f"/studio/sample-{name}.png")
        assert answer.get("content-type") == "image/png" and answer.body.startswith(b"\x89PNG") and len(answer.body) < 2_000_000


def test_beside_the_real_fal_it_is_there_on_demand_and_may_show_fals_files():
    with Proxy(key=CANARY) as proxy:
        assert json.loads(get(proxy).body)["message"].startswith("This is fal-proxy")
        assert get(proxy, "/studio/config.json").status == 404
    with Proxy(key=CANARY, studio="true") as proxy:
        policy = dict(part.split(" ", 1) for part in get(proxy).get("content-security-policy").split("; "))
        assert policy["img-src"] == f"'self' blob: data: {FILES_OF_FAL}" and policy["connect-src"] == f"'self' {FILES_OF_FAL}"
        assert policy["script-src"] == policy["style-src"] == policy["worker-src"] == "'self'"
        facts = json.loads(get(proxy, "/studio/config.json").body)
        assert (facts["mode"], facts["auth"], facts["map"]) == ("fal", "none", None)
        # Its files are no calls of the proxy.
        assert "studio" not in proxy.stdout


@pytest.mark.parametrize("path", ["/", "/studio/main.js"])
def test_a_path_in_its_place_is_a_fault(path):
    with Proxy(key=CANARY, studio="true", path=path, wait=False) as proxy:
        assert proxy.wait() == 78
        assert "studio: path stands where the page does" in proxy.stderr
    with Proxy("serve", "--sandbox", key=None, path=path) as proxy:
        assert "no Studio: path stands where the page would" in proxy.stderr
        assert "the Studio is at" not in proxy.stderr


def test_who_may_open_a_page_that_spends_is_warned_of():
    words = "studio: whoever opens the page"
    with Proxy(key=CANARY, studio="true", host="0.0.0.0") as proxy:
        assert words in proxy.stderr
    with Proxy(key=CANARY, studio="true") as proxy:
        assert words not in proxy.stderr
    with Proxy(key=CANARY, studio="true", host="0.0.0.0", auth_tokens="token-of-the-app-0001") as proxy:
        assert words not in proxy.stderr


def test_a_page_whose_name_is_bound_to_this_machine_gets_nothing(sandbox):
    answer = sandbox.fetch(f"GET / HTTP/1.1\r\nhost: evil.example:{sandbox.address[1]}\r\n\r\n".encode())
    assert answer.status == 421


def test_what_is_carried_is_what_stands_in_the_sources():
    subprocess.run([sys.executable, str(ROOT / "Sources/StudioAssets/pack"), "--check"], check=True)
