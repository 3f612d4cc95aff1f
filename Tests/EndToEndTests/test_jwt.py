"""Who calls, by the JSON Web Tokens of a log-in: keys that rotate, vanish, lie and answer slowly, and what faults say."""

import json
import re
import subprocess
import threading
import time

import pytest

from harness import json_answer, request, wait_until
from harness.issuer import KeyServer, Pair, claims, secret_token
from harness.process import BINARY, ROOT
from harness.script import SUBMIT, assert_proxy_error
from harness.upstream import respond

ISSUER = "https://issuer.example/"
SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("issuer")
    return [Pair(folder, kid) for kid in ("one", "two")]


@pytest.fixture
def pair(pairs):
    return pairs[0]


@pytest.fixture
def keys(tmp_path, pair):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [pair.jwk]}))
    return path


def flow(value):
    return json.dumps(value)


def settings(tmp_path, *entries, more=""):
    """A file with these entries of auth.jwt."""
    lines = ["auth:", "  mode: jwt", "  jwt:"]
    for entry in entries:
        entry = {"issuer": ISSUER, "audience": "app", **entry}
        for index, (name, value) in enumerate((n, v) for n, v in entry.items() if v is not None):
            lead = "    - " if index == 0 else "      "
            if isinstance(value, dict):
                lines.append(f"{lead}{name}:")
                lines += [f"          {claim}: {flow(values)}" for claim, values in value.items()]
            else:
                lines.append(f"{lead}{name}: {flow(value)}")
    path = tmp_path / "fal-proxy.yaml"
    path.write_text("\n".join(lines) + "\n" + more)
    return str(path)


def call(relay, token, target=SUBMIT, **options):
    return relay.fetch(request(target, "POST", fields=[("authorization", f"Bearer {token}")], body=b"{}"), **options)


def said(relay, text):
    wait_until(lambda: text in relay.stderr, 15, text)


@pytest.fixture
def issuer(upstream, authority):
    """A server of a key set, over https."""
    server = KeyServer()
    server.upstream = upstream(server, tls=authority.context("IP:127.0.0.1"))
    server.url = server.upstream.url
    return server


@pytest.fixture
def trusting(proxy, authority):
    """Starts proxies that trust the authority of the tests."""
    trust = {"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""}
    return lambda *arguments, **options: proxy(*arguments, binary_environment=trust, **options)


def test_a_token_of_the_issuer_is_taken_and_each_other_is_told_why_not(upstream, proxy, tmp_path, pairs, keys):
    fal = upstream()
    groups = "groups:\n  - name: pro\n    endpoints: ['@default']\n"
    relay = proxy(fal, config=settings(
        tmp_path, {"keys": str(keys), "group_claim": "app.plan", "require": {"email_verified": True, "role": ["a", "b"]}},
        more=groups))
    good = dict(email_verified=True, role="b", app={"plan": "pro"})
    one, two = pairs
    assert call(relay, one.token(claims(ISSUER, **good))).status == 200
    assert fal.next_request().get("authorization").startswith("Key ")
    assert "alice" in relay.access_log()[0].values()
    now = int(time.time())
    for status, name, token in [
        (401, "unauthorized", two.token(claims(ISSUER, **good), kid="one")),
        (401, "unauthorized", one.token(claims(ISSUER, **{**good, "aud": "other"}))),
        (401, "unauthorized", one.token(claims(ISSUER, **{**good, "exp": now - 60}))),
        (401, "unauthorized", one.token(claims(ISSUER, **{**good, "exp": now + 200_000}))),
        (401, "unauthorized", one.token(claims("https://evil.example/", **good))),
        (401, "unauthorized", one.token(claims(ISSUER, **good), alg="none")),
        (401, "unauthorized", secret_token(one.pem.encode(), claims(ISSUER, **good), kid="one")),
        (401, "unauthorized", one.token(claims(ISSUER, **{**good, "sub": None}))),
        (401, "unauthorized", "nonsense"),
        (403, "token_not_allowed", one.token(claims(ISSUER, **{**good, "role": "c"}))),
        (403, "token_not_allowed", one.token(claims(ISSUER, **{**good, "email_verified": None}))),
        (403, "group_unknown", one.token(claims(ISSUER, **{**good, "app": {"plan": "free"}}))),
    ]:
        answer = call(relay, token)
        assert_proxy_error(answer, status, name)
        if status == 401:
            assert answer.get("www-authenticate") == 'Bearer error="invalid_token"'
        assert token not in relay.stdout + relay.stderr
    answer = relay.fetch(request(SUBMIT, "POST", body=b"{}"))
    assert_proxy_error(answer, 401, "unauthorized")
    assert answer.get("www-authenticate") == "Bearer"


def test_users_are_told_apart_and_own_their_jobs(upstream, proxy, tmp_path, pair, keys):
    def serve(connection):
        while True:
            connection.read_request()
            connection.send(json_answer({"request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b", "status": "IN_QUEUE"}))

    relay = proxy(upstream(serve), config=settings(tmp_path, {"keys": str(keys)}))
    alice, again, bob = (pair.token(claims(ISSUER, sub=name, jti=jti)) for name, jti in [("alice", 1), ("alice", 2), ("bob", 3)])
    job = call(relay, alice).json["request_id"]
    assert job != "764cabcf-b745-4b3e-ae38-1200304cf45b"
    status = f"{SUBMIT}/requests/{job}/status"

    def poll(token):
        return relay.fetch(request(status, fields=[("authorization", f"Bearer {token}")])).status
    assert (poll(alice), poll(again), poll(bob)) == (200, 200, 404)


@pytest.mark.parametrize("way", ["url", "discover"])
def test_keys_are_asked_for_over_https_and_again_for_a_key_that_is_unknown(
        way, upstream, trusting, tmp_path, pairs, issuer):
    one, two = pairs
    name = issuer.url if way == "discover" else ISSUER
    issuer.documents["/.well-known/openid-configuration"] = {"issuer": name, "jwks_uri": issuer.url + "/keys"}
    issuer.documents["/keys"] = {"keys": [one.jwk]}
    entry = {"issuer": name, "keys": "discover" if way == "discover" else issuer.url + "/keys"}
    relay = trusting(upstream(), config=settings(tmp_path, entry))
    assert call(relay, one.token(claims(name))).status == 200
    assert issuer.asked.count("/keys") == 1
    # The key is another from now on: its first token brings it, and the one before counts no more, remembered or not.
    issuer.documents["/keys"] = {"keys": [two.jwk]}
    assert call(relay, two.token(claims(name))).status == 200
    assert_proxy_error(call(relay, one.token(claims(name))), 401, "unauthorized")
    # A stranger's tokens cannot make the proxy hammer the source.
    for number in range(20):
        assert_proxy_error(call(relay, one.token(claims(name), kid=f"made-up-{number}")), 401, "unauthorized")
    assert issuer.asked.count("/keys") == 2


def test_a_call_waits_for_keys_that_come_slowly(upstream, trusting, tmp_path, pair, issuer):
    issuer.documents["/keys"] = {"keys": [pair.jwk]}
    issuer.gate.clear()
    relay = trusting(upstream(), config=settings(tmp_path, {"keys": issuer.url + "/keys"}))
    answers = []
    quota = request(None, path="/api/fal/proxy/quota", fields=[("authorization", f"Bearer {pair.token(claims(ISSUER))}")])
    calls = [threading.Thread(target=lambda: answers.append(call(relay, pair.token(claims(ISSUER))).status))
             for _ in range(3)]
    calls.append(threading.Thread(target=lambda: answers.append(relay.fetch(quota).status)))
    for one in calls:
        one.start()
    wait_until(lambda: issuer.asked, 10, "a question")
    assert answers == []
    issuer.gate.set()
    for one in calls:
        one.join(10)
    assert answers == [200] * 4 and issuer.asked == ["/keys"]


def test_keys_are_kept_while_the_source_is_down_and_no_longer_than_stale(upstream, trusting, tmp_path, pair, issuer):
    issuer.documents["/keys"] = {"keys": [pair.jwk]}
    relay = trusting(upstream(), config=settings(
        tmp_path, {"keys": issuer.url + "/keys", "refresh": "1s", "stale": "3s"}))
    token = pair.token(claims(ISSUER))
    assert call(relay, token).status == 200
    issuer.documents["/keys"] = 500
    said(relay, "cannot get keys: 127.0.0.1 answered 500; the keys of before stay in force")
    assert call(relay, token).status == 200
    said(relay, "no keys for longer than stale")
    answer = call(relay, token)
    assert_proxy_error(answer, 503, "auth_unavailable")
    assert answer.get("retry-after") == "10"
    issuer.documents["/keys"] = {"keys": [pair.jwk]}
    said(relay, "auth.jwt[1]: keys can be had again")
    assert call(relay, token).status == 200


@pytest.mark.parametrize("document, reason", [
    (302, "answered 302; write the URL that it leads to, as redirects are not followed"),
    (404, "answered 404"), ({"keys": []}, "holds no key"), ({}, "is no JWK set"),
    (respond(body=b"<html>"), "is neither a JWK set nor public keys in PEM"),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", "the answer is too large"),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", "ended before"), (b"nonsense\r\n\r\n", "not valid HTTP/1.1"),
    ({"keys": [{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw"}]}, "is a secret, which belongs in a file"),
])
def test_a_source_that_lies_is_told_of_and_its_tokens_are_503(document, reason, upstream, trusting, tmp_path, pair, issuer):
    issuer.documents["/keys"] = document
    relay = trusting(upstream(), config=settings(tmp_path, {"keys": issuer.url + "/keys"}))
    said(relay, "auth.jwt[1]: cannot get keys: ")
    assert reason in relay.stderr, relay.stderr
    assert_proxy_error(call(relay, pair.token(claims(ISSUER))), 503, "auth_unavailable")
    assert "/elsewhere" not in issuer.asked


def test_a_source_whose_certificate_nobody_vouches_for_is_not_believed(upstream, proxy, tmp_path, pair, issuer):
    issuer.documents["/keys"] = {"keys": [pair.jwk]}
    relay = proxy(upstream(), config=settings(tmp_path, {"keys": issuer.url + "/keys"}))
    said(relay, "auth.jwt[1]: cannot get keys: ")
    assert_proxy_error(call(relay, pair.token(claims(ISSUER))), 503, "auth_unavailable")
    assert issuer.asked == []


def test_the_document_of_another_issuer_is_not_believed(upstream, trusting, tmp_path, pair, issuer):
    issuer.documents["/.well-known/openid-configuration"] = {"issuer": issuer.url + "/", "jwks_uri": issuer.url + "/keys"}
    relay = trusting(upstream(), config=settings(tmp_path, {"issuer": issuer.url, "keys": "discover"}))
    said(relay, "is another issuer's; write issuer as that has it")
    assert issuer.asked == ["/.well-known/openid-configuration"]


def test_a_file_of_keys_that_changes_is_read_again_and_a_broken_one_is_not_taken(upstream, proxy, tmp_path, pairs):
    one, two = pairs
    file = tmp_path / "keys.pem"
    file.write_text(one.pem)
    relay = proxy(upstream(), config=settings(tmp_path, {"keys": str(file)}))
    assert call(relay, one.token(claims(ISSUER))).status == 200
    file.write_text("broken")
    said(relay, "is neither a JWK set nor public keys in PEM; the keys of before stay in force")
    assert call(relay, one.token(claims(ISSUER))).status == 200
    file.write_text(two.pem)
    said(relay, "auth.jwt[1]: other keys are in force")
    assert call(relay, two.token(claims(ISSUER))).status == 200
    assert call(relay, one.token(claims(ISSUER))).status == 401


#: What a token of each service of config/identity.md says, its header, its user, and what a foreign one says instead.
SHAPES = {
    "Clerk": (
        dict(iss="https://clerk.app.example.com", aud=None, sub="user_2abc", azp="https://app.example.com", sid="sess_1", nbf=0,
             v=2, fva=[0, -1], sts="active", plan="pro"), {"cat": "cl_B7d4PD111AAA"}, dict(azp="https://evil.example")),
    "Auth0": (
        dict(iss="https://tenant.eu.auth0.com/", aud=["https://api.example.com", "https://tenant.eu.auth0.com/userinfo"],
             sub="auth0|64f0", azp="client", scope="openid profile", **{"https://app.example.com/plan": "pro"}),
        {"typ": "at+jwt"}, dict(aud=["https://tenant.eu.auth0.com/userinfo"])),
    "Firebase": (
        dict(iss="https://securetoken.google.com/my-project", aud="my-project", sub="uid28", user_id="uid28", auth_time=1,
             email="a@b.example", email_verified=True, firebase={"identities": {}, "sign_in_provider": "password"}), {},
        dict(email_verified=False)),
    "Supabase": (
        dict(iss="https://abcdefghijklmnop.supabase.co/auth/v1", aud="authenticated", role="authenticated", aal="aal1",
             sub="0d6e7f1c-0000-4000-8000-000000000000", app_metadata={"provider": "email", "plan": "pro"},
             user_metadata={}, is_anonymous=False), {}, dict(role="anon")),
    "A server of your own": (
        dict(iss="https://app.example.com", aud="fal-proxy", sub="alice"), {"kid": None}, dict(aud="other")),
}
EXAMPLES = dict(re.findall(r"^## ([^\n]+)\n.*?^```yaml\n(.*?)^```$", (ROOT / "config" / "identity.md").read_text(), re.M | re.S))


def test_every_example_is_one_of_the_shapes():
    assert set(EXAMPLES) == set(SHAPES)


@pytest.mark.parametrize("service", SHAPES)
def test_the_example_takes_a_token_of_the_shape_of(service, upstream, proxy, tmp_path, pair, keys):
    shape, header, foreign = SHAPES[service]
    example = EXAMPLES[service]
    path = tmp_path / "example.yaml"
    path.write_text(example)
    if service != "A server of your own":
        checked = subprocess.run([BINARY, "check", "--config", path], env={"FAL_KEY": "id:secret"}, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
    # The service is not at hand: its keys are in a file.
    path.write_text(re.sub(r"( keys:) .*", rf"\1 {keys}", example))
    relay = proxy(upstream(), config=str(path))
    assert call(relay, pair.token(claims(None, **shape), **header)).status == 200
    assert shape["sub"] in relay.access_log()[0].values()
    assert call(relay, pair.token(claims(None, **{**shape, **foreign}), **header)).status in (401, 403)


def test_a_token_of_supabase_under_its_older_secret(upstream, proxy, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    path = tmp_path / "example.yaml"
    path.write_text(re.sub(r" keys: .*", f" secret_file: {secret}", EXAMPLES["Supabase"]))
    relay = proxy(upstream(), config=str(path))
    shape = SHAPES["Supabase"][0]
    assert call(relay, secret_token(SECRET.encode(), claims(None, **shape))).status == 200
    assert call(relay, secret_token(b"another", claims(None, **shape))).status == 401
    assert SECRET not in relay.stdout + relay.stderr


@pytest.mark.parametrize("entries, fault", [
    ([{}], "auth.jwt[1].keys: write keys or secret_file, and not both"),
    ([{"keys": "discover", "secret_file": "x"}], "auth.jwt[1].keys: write keys or secret_file, and not both"),
    ([{"keys": "discover", "issuer": "me"}], "auth.jwt[1].keys: discover needs an issuer that is an https URL"),
    ([{"keys": "http://keys.example/x"}], "auth.jwt[1].keys: this is no https URL"),
    ([{"keys": "/no/such"}], "auth.jwt[1].keys: cannot read /no/such: No such file or directory"),
    ([{"keys": "discover", "audience": "none"}], "auth.jwt[1].audience: none takes tokens that were made for anybody"),
    ([{"keys": "discover"}] * 2, "auth.jwt[2].issuer: an earlier entry is for the same issuer"),
    ([{"keys": "discover", "algorithms": ["none"]}], "auth.jwt[1].algorithms: entry 1 is none of RS256, "),
    ([{"keys": "discover", "algorithms": ["HS256"]}], "auth.jwt[1].algorithms: HS256 goes with secret_file alone"),
    ([{"keys": "KEYS", "algorithms": ["ES256"]}], "auth.jwt[1].algorithms: no key of the file verifies any of these"),
    ([{"keys": "PRIVATE"}], "is a private one, which only the issuer may have"),
    ([{"secret_file": "KEYS", "algorithms": ["RS256"]}], "auth.jwt[1].algorithms: RS256 goes with keys alone"),
    ([{"secret_file": "/dev/null"}], "auth.jwt[1].secret_file: /dev/null holds a secret of fewer than 32 bytes"),
    ([{"keys": "discover", "group_claim": "plan"}], "auth.jwt[1].group_claim: groups lists none that it could name"),
    ([{"keys": "discover", "require": {"a..b": "x"}}], "auth.jwt[1].require: an empty name stands beside a dot"),
    ([], "auth.mode: jwt needs the issuers of the tokens"),
])
def test_a_slip_is_a_fault(entries, fault, tmp_path, pair, keys):
    places = {"KEYS": str(keys), "PRIVATE": str(pair.path)}
    entries = [{name: places.get(value, value) if isinstance(value, str) else value for name, value in entry.items()}
               for entry in entries]
    path = settings(tmp_path, *entries) if entries else None
    if path is None:
        path = str(tmp_path / "empty.yaml")
        with open(path, "w") as file:
            file.write("auth:\n  mode: jwt\n")
    run = subprocess.run([BINARY, "check", "--config", path], env={"FAL_KEY": "id:secret"}, capture_output=True, text=True)
    assert run.returncode == 78 and fault in run.stderr, run.stderr


def test_tokens_of_both_kinds_are_a_fault_and_auto_means_jwt(upstream, proxy, tmp_path, pair, keys):
    path = settings(tmp_path, {"keys": str(keys)})
    with open(path) as file:
        text = file.read().replace("  mode: jwt\n", "")
    with open(path, "w") as file:
        file.write(text)
    run = subprocess.run(
        [BINARY, "check", "--config", path], capture_output=True, text=True,
        env={"FAL_KEY": "id:secret", "FAL_PROXY_AUTH_TOKENS": "0123456789abcdef"})
    assert run.returncode == 78 and "auth.tokens: callers show tokens of auth.jwt, or these, and not both" in run.stderr
    for mode in ("none", "tokens"):
        run = subprocess.run(
            [BINARY, "check", "--config", path], capture_output=True, text=True,
            env={"FAL_KEY": "id:secret", "FAL_PROXY_AUTH_MODE": mode})
        assert run.returncode == 78 and f"auth.jwt: these tokens are not asked for, as auth.mode is {mode}" in run.stderr
    relay = proxy(upstream(), config=path)
    assert call(relay, "nonsense").status == 401
    assert call(relay, pair.token(claims(ISSUER))).status == 200


def test_what_check_prints_is_taken_again(tmp_path, keys):
    path = tmp_path / "first.yaml"
    path.write_text(EXAMPLES["Supabase"].replace("groups:", f"    - issuer: me\n      audience: a\n      keys: {keys}\ngroups:"))

    def check(file):
        return subprocess.run([BINARY, "check", "--config", file], env={"FAL_KEY": "id:secret"}, capture_output=True, text=True)
    first = check(path)
    assert first.returncode == 0, first.stderr
    again = tmp_path / "again.yaml"
    again.write_text(first.stdout)
    second = check(again)
    assert second.returncode == 0, second.stderr

    def values(text):
        return [line.partition("  #")[0] for line in text.splitlines()]
    assert values(second.stdout) == values(first.stdout) and "role: [authenticated]" in first.stdout
