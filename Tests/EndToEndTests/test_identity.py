"""Who calls: tokens without names, tokens of a file, and what becomes of the file when it changes."""

import hashlib
import os
import re
import subprocess
import threading
import time

import pytest

from harness import request, wait_until
from harness.process import BINARY, ROOT
from harness.script import SUBMIT, assert_proxy_error

TOKENS = {name: f"token-of-{name}-0123456789" for name in ("alice", "bob", "carol")}


def digest(name):
    return hashlib.sha256(TOKENS[name].encode()).hexdigest()


def line(name, group=""):
    return f"{name}:{group}:{digest(name)}\n"


def bearer(name, scheme="Bearer"):
    return ("authorization", f"{scheme} {TOKENS[name]}")


def call(relay, *fields):
    return relay.fetch(request(SUBMIT, "POST", fields=list(fields), body=b"{}"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tokens"
    path.write_text("# who may call\r\n\r\n" + line("alice"))
    return path


def said(relay, text, count=1):
    wait_until(lambda: relay.stderr.count(text) >= count, 10, text)


def assert_no_secret(relay):
    written = relay.stdout + relay.stderr
    for name, token in TOKENS.items():
        assert token not in written and digest(name) not in written


def test_with_todays_variable_alone_a_call_without_a_token_is_401(upstream, proxy):
    fal = upstream()
    relay = proxy(fal, auth_tokens=TOKENS["alice"])
    answer = call(relay)
    assert_proxy_error(answer, 401, "unauthorized")
    assert answer.get("www-authenticate") == "Bearer" and fal.accepted == 0
    assert call(relay, bearer("alice")).status == 200


@pytest.mark.parametrize("scheme", ["Bearer", "Key"])
def test_a_token_of_the_file_is_taken_in_and_never_reaches_fal(upstream, proxy, file, scheme):
    fal = upstream()
    relay = proxy(fal, auth_tokens_file=file, auth_tokens=TOKENS["bob"], event_loops=1)
    for name in ("alice", "bob"):
        assert call(relay, bearer(name, scheme)).status == 200
        seen = fal.next_request()
        assert TOKENS[name].encode() not in seen.head.raw and len(seen.all("authorization")) == 1
    assert call(relay, bearer("carol", scheme)).status == 401
    callers = [entry.get("caller") for entry in relay.access_log(3)]
    assert callers[0] == "alice" and re.fullmatch("[0-9a-f]{16}", callers[1]) and callers[2] is None
    assert_no_secret(relay)


def test_without_tokens_no_line_names_a_caller(upstream, proxy):
    relay = proxy(upstream())
    assert call(relay, bearer("alice")).status == 200
    assert "caller" not in relay.access_log()[0]


def in_place(path, text):
    path.write_text(text)


def renamed(path, text):
    other = path.with_name("other")
    other.write_text(text)
    other.rename(path)


def link_swapped(path, text):
    """As Kubernetes does: the file is behind two links, and the inner one is replaced."""
    number = len(list(path.parent.glob("data-*")))
    folder = path.parent / f"data-{number}"
    folder.mkdir()
    (folder / "tokens").write_text(text)
    temporary = path.parent / "..data_tmp"
    temporary.symlink_to(folder.name)
    temporary.rename(path.parent / "..data")
    if not path.is_symlink():
        path.unlink()
        path.symlink_to("..data/tokens")


@pytest.mark.parametrize("change", [in_place, renamed, link_swapped])
def test_a_change_of_the_file_is_in_force_without_a_restart(upstream, proxy, file, change):
    if change is link_swapped:
        link_swapped(file, line("alice"))
    relay = proxy(upstream(), auth_tokens_file=file)
    with relay.client() as client:
        def status(name):
            return client.send(request(SUBMIT, "POST", body=b"{}", fields=[bearer(name)])).response().status
        assert (status("alice"), status("bob")) == (200, 401)
        change(file, line("bob") + line("carol"))
        said(relay, "tokens in force: 2")
        assert (status("alice"), status("bob"), status("carol")) == (401, 200, 200)
        change(file, line("alice"))
        said(relay, "tokens in force: 1")
        assert (status("alice"), status("bob")) == (200, 401)
    assert_no_secret(relay)


def test_a_broken_or_vanished_file_keeps_the_old_list_and_says_why_once(upstream, proxy, file):
    relay = proxy(upstream(), auth_tokens_file=file)
    stays = "the tokens of before stay in force"
    file.write_text(line("bob") + TOKENS["carol"] + "\n")
    said(relay, stays)
    assert f"warning: auth.tokens_file: {file}:2: expected name:group:hash" in relay.stderr
    assert call(relay, bearer("alice")).status == 200 and call(relay, bearer("bob")).status == 401
    file.unlink()
    said(relay, stays, 2)
    assert f"auth.tokens_file: cannot read {file}: No such file or directory" in relay.stderr
    assert call(relay, bearer("alice")).status == 200
    file.write_text(line("alice") + line("bob"))
    said(relay, "tokens in force: 2")
    assert call(relay, bearer("bob")).status == 200
    assert relay.stderr.count(stays) == 2
    assert_no_secret(relay)


@pytest.mark.parametrize("change", [in_place, renamed])
def test_a_change_of_a_file_that_is_never_left_alone_is_in_force_within_two_seconds(upstream, proxy, file, change):
    relay = proxy(upstream(), auth_tokens_file=file, event_loops=1)
    text, isOver = [line("alice")], threading.Event()

    def write():
        while not isOver.wait(0.02):
            change(file, text[0] + f"# {time.monotonic()}\n")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for name, other in (("bob", "alice"), ("alice", "bob")):
            text[0] = line(name)
            changed = time.monotonic()
            wait_until(lambda: call(relay, bearer(name)).status == 200, 10, f"{name} is taken in")
            assert time.monotonic() - changed < 2.5 and call(relay, bearer(other)).status == 401
    finally:
        isOver.set()
        writer.join()
    assert_no_secret(relay)


def test_touching_the_file_is_no_change(upstream, proxy, file):
    relay = proxy(upstream(), auth_tokens_file=file)
    os.utime(file, (1, 1))
    file.write_text(file.read_text() + line("bob"))
    said(relay, "tokens in force")
    assert relay.stderr.count("tokens in force") == 1


def faults(relay):
    assert relay.wait() == 78, relay.stderr
    assert_no_secret(relay)
    return [text.strip() for text in relay.stderr.splitlines()[1:]]


def test_a_file_that_is_broken_at_the_start_is_a_fault_with_its_lines(proxy, file, tmp_path):
    file.write_text(f"{TOKENS['alice']}\n" + line("bob") + line("bob"))
    for command in ("serve", "check"):
        first, second = faults(proxy(None, command, wait=False, auth_tokens_file=file))
        assert first.startswith(f"{file}:1: expected name:group:hash") and second.startswith(f"{file}:3: the name stands")
    (fault,) = faults(proxy(None, wait=False, auth_tokens_file=tmp_path / "none"))
    assert fault.startswith("FAL_PROXY_AUTH_TOKENS_FILE: auth.tokens_file: cannot read ") and "No such file" in fault
    (fault,) = faults(proxy(None, wait=False, auth_tokens_file=""))
    assert fault == "FAL_PROXY_AUTH_TOKENS_FILE: auth.tokens_file: expected the path of a file, or none"


@pytest.mark.parametrize("settings,key,cure", [
    ({"auth_mode": "tokens"}, "auth.mode", "set auth.tokens (FAL_PROXY_AUTH_TOKENS) or auth.tokens_file"),
    ({"auth_mode": "tokens", "auth_tokens": "[]"}, "auth.mode", "set auth.tokens"),
    ({"auth_mode": "none", "auth_tokens": TOKENS["alice"]}, "auth.tokens", "set auth.mode to tokens"),
    ({"auth_mode": "none", "auth_tokens_file": "/x"}, "auth.tokens_file", "set auth.mode to tokens"),
    ({"auth_mode": "forward"}, "auth.mode", "expected auto, none, tokens or jwt")])
def test_a_mode_without_its_settings_or_with_anothers_is_a_fault(proxy, settings, key, cure):
    (fault,) = faults(proxy(None, "check", wait=False, **settings))
    assert fault.startswith(f"FAL_PROXY_{key.upper().replace('.', '_')}: {key}: ") and cure in fault


@pytest.mark.parametrize("host,settings,count", [
    ("127.0.0.1", {}, 0), ("::1", {}, 0), ("0.0.0.0", {}, 1), ("0.0.0.0", {"auth_mode": "none"}, 1),
    ("0.0.0.0", {"auth_tokens": "[]"}, 1), ("0.0.0.0", {"auth_tokens": TOKENS["alice"]}, 0)])
def test_nobody_being_asked_is_warned_of_where_others_can_reach_it(proxy, host, settings, count):
    relay = proxy(None, "check", wait=False, host=host, **settings)
    assert relay.wait() == 0
    assert relay.stderr.count("warning: no end-user authentication is set (auth.tokens, auth.tokens_file, auth.jwt)") == count


def mint(*arguments):
    return subprocess.run([str(BINARY), "token", *arguments], capture_output=True, text=True, timeout=20)


def test_a_minted_token_is_taken_in_by_its_line(upstream, proxy, file):
    made = mint("dave", "--group", "paid")
    token, entry = made.stdout.splitlines()
    assert made.returncode == 0 and re.fullmatch(r"fpx_[A-Za-z0-9_-]{43}", token)
    assert entry == f"dave:paid:{hashlib.sha256(token.encode()).hexdigest()}" and token not in made.stderr
    assert mint("dave").stdout.splitlines()[0] != token
    file.write_text(mint("erin").stdout.splitlines()[1] + "\n" + (second := mint("frank").stdout.splitlines())[1])
    relay = proxy(upstream(), auth_tokens_file=file)
    assert call(relay, ("authorization", f"Bearer {second[0]}")).status == 200
    assert relay.access_log()[0]["caller"] == "frank"


@pytest.mark.parametrize("arguments", [("",), ("a b",), ("a:b",), ("x" * 65,), ("a", "--group", "g:h"), ()])
def test_a_name_that_no_line_may_have_is_refused(arguments):
    made = mint(*arguments)
    assert made.returncode == 64 and made.stdout == ""


def test_a_health_check_does_not_hang_on_the_file(upstream, proxy, file):
    relay = proxy(upstream(), auth_tokens_file=file)
    file.unlink()
    environment = {"PATH": os.environ["PATH"], "FAL_PROXY_AUTH_TOKENS_FILE": str(file), "FAL_PROXY_PORT": str(relay.address[1])}
    checked = subprocess.run([str(BINARY), "healthcheck"], env=environment, capture_output=True, text=True, timeout=20)
    assert checked.returncode == 0, checked.stderr


# --- Where a token is looked for --------------------------------------------------------------------------------------

APP = "https://app.example"
SOURCES = "authorization,header:x-app-token,cookie:session"


def cookie(name):
    return ("cookie", f"a=b; session={TOKENS[name]}; c=d")


@pytest.fixture
def sourced(upstream, proxy, file):
    fal = upstream()
    relay = proxy(fal, auth_tokens_file=file, auth_sources=SOURCES, allowed_origins=APP, get_runs="true")
    return fal, relay


@pytest.mark.parametrize("fields", [
    [("x-app-token", TOKENS["alice"])], [bearer("alice", "Key")], [bearer("alice"), ("x-app-token", "wrong")],
    [cookie("alice"), ("sec-fetch-site", "same-origin")], [cookie("alice"), ("origin", APP)],
    [cookie("alice"), ("origin", "http://proxy.test")],
    [cookie("alice"), ("origin", "http://proxy.test"), ("sec-fetch-site", "same-origin")]])
def test_a_token_counts_from_every_source_and_reaches_fal_from_none(sourced, fields):
    fal, relay = sourced
    assert call(relay, *fields).status == 200
    seen = fal.next_request().head.raw
    assert TOKENS["alice"].encode() not in seen and b"session" not in seen and b"x-app-token" not in seen
    assert relay.access_log()[0]["caller"] == "alice"
    assert_no_secret(relay)


@pytest.mark.parametrize("fields", [
    [], [("x-app-token", "wrong"), cookie("alice"), ("origin", APP)], [("authorization", "Basic eDp5"), ("x-app-token", TOKENS["alice"])],
    [("x-app-token", TOKENS["alice"]), ("x-app-token", TOKENS["alice"])],
    [cookie("alice"), cookie("alice"), ("origin", APP)]])
def test_the_first_source_that_holds_one_decides(sourced, fields):
    fal, relay = sourced
    answer = call(relay, *fields)
    assert_proxy_error(answer, 401, "unauthorized")
    assert answer.get("www-authenticate") == "Bearer" and fal.accepted == 0
    assert_no_secret(relay)


@pytest.mark.parametrize("fields", [
    [], [("sec-fetch-site", "cross-site")], [("sec-fetch-site", "same-site")], [("sec-fetch-site", "none")],
    [("referer", f"{APP}/")]])
def test_a_cookie_of_a_page_that_does_not_say_where_it_is_from_is_401_and_says_so(sourced, fields):
    fal, relay = sourced
    answer = call(relay, cookie("alice"), *fields)
    assert_proxy_error(answer, 401, "unauthorized")
    assert "cookie" in answer.json["detail"] and "allowed_origins" in answer.json["detail"] and fal.accepted == 0


def test_a_cookie_does_not_count_for_pages_that_only_a_star_lets_in(upstream, proxy, file):
    relay = proxy(upstream(), auth_tokens_file=file, auth_sources=SOURCES, allowed_origins="*")
    assert call(relay, cookie("alice"), ("origin", APP)).status == 401
    assert call(relay, bearer("alice"), ("origin", APP)).status == 200


@pytest.mark.parametrize("settings,key,cure", [
    ({"auth_sources": "cookie:a"}, "auth.sources", "set auth.tokens, auth.tokens_file or auth.jwt"),
    ({"auth_tokens": TOKENS["alice"], "auth_sources": "[]"}, "auth.sources", "at least one source"),
    ({"auth_tokens": TOKENS["alice"], "auth_sources": "header:host"}, "auth.sources", "entry 1 names a header field"),
    ({"auth_tokens": TOKENS["alice"], "auth_sources": "header:x-key", "forward_fields": "X-Key"}, "forward_fields", "never reach fal"),
    ({"auth_tokens": TOKENS["alice"], "auth_sources": "header:x-key", "fields": "x-key=force: a"}, "fields", "never reach fal")])
def test_sources_that_could_not_work_or_would_tell_fal_are_faults(proxy, settings, key, cure):
    (fault,) = faults(proxy(None, "check", wait=False, **settings))
    assert fault.startswith(f"FAL_PROXY_{key.upper().replace('.', '_')}: {key}: ") and cure in fault


# --- Groups -----------------------------------------------------------------------------------------------------------

FREE = "https://queue.fal.run/fal-ai/free"
PAID = "https://queue.fal.run/fal-ai/paid"


@pytest.fixture
def grouped(upstream, proxy, file, tmp_path):
    def start(groups, lines=line("alice") + line("bob", "paid") + line("carol", "gone"), **settings):
        file.write_text(lines)
        path = tmp_path / "settings.yaml"
        path.write_text("allowed_endpoints: ['fal-ai/**']\ntokens:\n  enabled: true\ngroups:\n" + groups)
        fal = upstream()
        return fal, proxy(fal, "--config", str(path), **{"auth_tokens_file": file, **settings})
    return start


BOTH = "  - name: default\n    endpoints: [fal-ai/free]\n  - name: paid\n"


def submit(relay, target, *fields, body=b"{}"):
    return relay.fetch(request(target, "POST", fields=[("content-type", "application/json"), *fields], body=body))


def test_a_group_narrows_what_its_callers_may_call(grouped):
    _, relay = grouped(BOTH, auth_tokens="token-without-a-name")
    unnamed = ("authorization", "Bearer token-without-a-name")
    for who, paid in [(bearer("alice"), 403), (bearer("bob"), 200), (unnamed, 403)]:
        assert submit(relay, FREE, who).status == 200
        answer = submit(relay, PAID, who)
        assert answer.status == paid
        if paid == 403:
            assert_proxy_error(answer, 403, "endpoint_not_allowed")
            assert "group" in answer.json["detail"]
    assert_proxy_error(submit(relay, "https://queue.fal.run/other/app", bearer("bob")), 403, "endpoint_not_allowed")


def test_a_group_narrows_the_tokens_its_callers_may_mint(grouped):
    _, relay = grouped(BOTH)
    body = b'{"allowed_apps":["paid"]}'
    assert_proxy_error(submit(relay, "https://rest.fal.ai/tokens/", bearer("alice"), body=body), 403, "endpoint_not_allowed")
    assert submit(relay, "https://rest.fal.ai/tokens/", bearer("bob"), body=body).status == 200


def test_a_group_that_is_not_listed_is_403_and_the_line_decides_alone(grouped):
    fal, relay = grouped(BOTH)
    answer = submit(relay, FREE, bearer("carol"), ("x-group", "paid"))
    assert_proxy_error(answer, 403, "group_unknown")
    assert "groups" in answer.json["detail"] and fal.accepted == 0


def test_who_has_no_group_is_held_to_what_holds_for_all_where_none_is_called_default(grouped):
    _, relay = grouped("  - name: paid\n    endpoints: [fal-ai/paid]\n")
    assert submit(relay, PAID, bearer("alice")).status == 200 and submit(relay, FREE, bearer("alice")).status == 200
    assert submit(relay, PAID, bearer("bob")).status == 200 and submit(relay, FREE, bearer("bob")).status == 403


def test_the_group_of_a_line_that_changes_is_in_force_without_a_restart(grouped, file):
    _, relay = grouped(BOTH)
    assert submit(relay, PAID, bearer("alice")).status == 403
    file.write_text(line("alice", "paid"))
    said(relay, "tokens in force: 1")
    assert submit(relay, PAID, bearer("alice")).status == 200


@pytest.mark.parametrize("groups,settings,key,cure", [
    ("  - name: paid\n  - name: paid\n", {}, "groups[2].name", "list each group once"),
    ("  - name: paid\n", {"auth_tokens_file": "none"}, "groups[1].name", "auth.tokens_file"),
    ("  - name: paid\n    endpoints: [other/app]\n", {}, "groups[1].endpoints", "not covered by allowed_endpoints"),
    ("  - name: paid\n    endpoints: [flux]\n", {}, "groups[1].endpoints", "entry 1 ")])
def test_a_group_that_could_not_work_is_a_fault(grouped, groups, settings, key, cure):
    _, relay = grouped(groups, wait=False, **settings)
    (fault,) = faults(relay)
    assert f": {key}: " in fault and cure in fault and "settings.yaml:" in fault


def test_a_group_has_limits_of_its_own_and_the_rest_from_all(grouped):
    groups = "  - name: default\n  - name: paid\n    rates:\n      submits: 3/1h\n"
    _, relay = grouped(groups, rates_submits="1/1h")
    for who, count in [("alice", 1), ("bob", 3)]:
        for _ in range(count):
            assert submit(relay, FREE, bearer(who)).status == 200
        refused = submit(relay, FREE, bearer(who))
        assert_proxy_error(refused, 429, "rate_limited")
        assert f"q={count};w=3600" in refused.get("ratelimit-policy"), refused.get("ratelimit-policy")


def test_tags_tell_fal_whom_a_submit_counts_for_and_nothing_else_does(grouped):
    fal, relay = grouped("  - name: paid\n", tags="true")
    mine = ("x-fal-tags", "user=somebody-else")
    told = []
    for who in ["alice", "bob", "alice"]:
        assert submit(relay, FREE, bearer(who), mine).status == 200
        told.append(fal.next_request().get("x-fal-tags"))
    assert told[0] == told[2] and told[0] != told[1]
    assert re.fullmatch("user=[0-9a-f]{32}", told[0]) and re.fullmatch("user=[0-9a-f]{32},group=paid", told[1])
    assert submit(relay, "https://rest.fal.ai/storage/upload/initiate", bearer("alice"), mine).status == 200
    assert fal.next_request().get("x-fal-tags") is None


def test_without_tags_nobody_is_told_of(grouped):
    fal, relay = grouped("  - name: paid\n")
    assert submit(relay, FREE, bearer("bob"), ("x-fal-tags", "user=me")).status == 200
    assert fal.next_request().get("x-fal-tags") is None


def test_tags_and_an_entry_of_fields_are_a_fault(proxy):
    relay = proxy(None, "check", wait=False, tags="true", fields="x-fal-tags=pass")
    assert any("tags" in line and "leave one of them out" in line for line in faults(relay))


def test_the_ten_lines_of_the_readme_are_a_configuration_without_a_fault_or_warning(proxy, file, tmp_path):
    """What the README shows is what works, its two files being where it says."""
    (lines,) = re.findall("```yaml\n(host: .*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert len(lines.splitlines()) == 10
    secret = tmp_path / "seal"
    secret.write_text("ab" * 32 + "\n")
    secret.chmod(0o600)
    settings = tmp_path / "fal-proxy.yaml"
    settings.write_text(lines.replace("/run/secrets/seal", str(secret)).replace("/run/secrets/tokens", str(file)))
    relay = proxy(None, "check", "--config", str(settings), wait=False)
    assert relay.wait() == 0 and "warning" not in relay.stderr, relay.stderr
    assert "  submits: 30/1m" in relay.stdout and str(file) in relay.stdout


@pytest.mark.parametrize("lines,text", [
    ("# nobody yet\n", "holds no token"), (line("bob", "gone"), "the group of bob is not listed")])
def test_tokens_that_cannot_work_are_warned_of(proxy, file, lines, text):
    file.write_text(lines)
    relay = proxy(None, "check", wait=False, auth_tokens_file=file)
    assert relay.wait() == 0 and text in relay.stderr, relay.stderr


@pytest.mark.parametrize("settings", [
    {"forward_fields": "x-cip"}, {"fields": "x-cip=pass", "forward_fields": "x-cip"},
    {"auth_sources": "header:x-cip", "auth_tokens": TOKENS["alice"]}])
def test_the_field_that_tells_of_the_client_is_for_that_alone(proxy, settings):
    relay = proxy(None, "check", wait=False, trusted_proxies="127.0.0.1", client_address="header:x-cip", **settings)
    assert any("client_address" in text for text in faults(relay))
