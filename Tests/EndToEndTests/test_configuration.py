"""Settings from the defaults, the file and the environment; all faults at once, before anything listens."""

import os
import re
import resource
import shutil
import socket
import subprocess

import pytest

from harness import CANARY, request, wait_until
from harness.process import BINARY, ROOT
from harness.script import MODEL, STATUS

DEFAULTS = ROOT / "config" / "fal-proxy.yaml"


def fault_lines(relay):
    """The lines after the heading of the faults."""
    lines = relay.stderr.splitlines()
    assert lines and lines[0] == "fal-proxy: the configuration has faults:", relay.stderr
    assert all(line.startswith("  ") for line in lines[1:]), relay.stderr
    return [line.strip() for line in lines[1:]]


def settings_of(text):
    """The dotted names in a file that `check` printed, with their values and the comments behind them."""
    settings, group, name = {}, "", ""
    for line in text.splitlines():
        text, _, source = line.rpartition("  # ") if "  # " in line else (line, "", "")
        indent, key, value = re.fullmatch(r"( *)(?:# )?([^ :]+):(?: (.*))?", text).groups()
        if not source and value is None:
            group = key + "."
        elif not source:
            # An entry of a map, which stands below its key.
            entries = settings[name][0].strip("{}")
            settings[name] = ("{" + ", ".join(filter(None, [entries, f"{key}: {value}"])) + "}", settings[name][1])
        else:
            name = group + key if indent else key
            settings[name] = (value or "{}", source)
    return settings


@pytest.fixture
def refused(proxy):
    """Starts a proxy that must refuse its configuration: refused(…) returns its faults."""
    def start(*arguments, **options):
        relay = proxy(None, *arguments, wait=False, **options)
        assert relay.wait() == 78, relay.stderr
        assert "listening" not in relay.stderr and relay.stdout == ""
        return fault_lines(relay)
    return start


@pytest.fixture
def checked(proxy):
    """Runs `check`, which must accept: checked(…) returns the settings in force."""
    def start(*arguments, **options):
        relay = proxy(None, "check", *arguments, wait=False, **options)
        assert relay.wait() == 0, relay.stderr
        return {name: value for name, (value, _) in settings_of(relay.stdout).items()}
    return start


@pytest.fixture
def yaml(tmp_path):
    def write(text):
        path = tmp_path / "settings.yaml"
        path.write_text(text)
        return str(path)
    return write


# --- All faults together ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", [(), ("serve",), ("check",)])
def test_all_faults_of_file_environment_and_key_are_reported_together_with_78(refused, yaml, command):
    path = yaml("port: many\n"
                "nonsense: 1\n"
                "timeouts:\n"
                "  head: 10 seconds\n"
                "  heat: 1s\n"
                "\ttab: 1\n"
                "limits:\n"
                "  body: 1TB\n")
    faults = refused(
        *command, "--config", path, key=None, drain_timeout="soon", allowed_endpoint="a/b", tokens_enabled="yes",
        limits_fields="5", log_format="xml", allowed_endpoints="a/{b", allowed_urls="https://fal.run/**",
        allowed_origins="https://app.example/")
    for source, what in [
        (f"{path}:1", "port"), (f"{path}:2", "nonsense"), (f"{path}:4", "timeouts.head"),
        (f"{path}:5", "timeouts.heat"),
        (f"{path}:6", "tab"), (f"{path}:8", "limits.body"), ("FAL_PROXY_DRAIN_TIMEOUT", "duration"),
        ("FAL_PROXY_ALLOWED_ENDPOINT", "FAL_PROXY_ALLOWED_ENDPOINTS"), ("FAL_PROXY_TOKENS_ENABLED", "true or false"),
        ("FAL_PROXY_LIMITS_FIELDS", "10…1000"), ("FAL_PROXY_LOG_FORMAT", "json or text"), ("FAL_KEY", "no fal key"),
        ("FAL_PROXY_ALLOWED_ENDPOINTS", "'{'"), ("FAL_PROXY_ALLOWED_URLS", "scheme"),
        ("FAL_PROXY_ALLOWED_ORIGINS", "origin"),
    ]:
        found = [fault for fault in faults if fault.startswith(f"{source}: ") and what in fault]
        assert len(found) == 1, (source, what, faults)
    assert len(faults) == 15


@pytest.mark.parametrize("name,value", [
    ("allowed_urls", "queue.fal.run,https://fal.run/**"), ("allowed_endpoints", "one,a//b"),
    ("allowed_origins", "app.example,https://other.example/"), ("auth_tokens", "short,small"),
    ("origin_overrides", "fal.run=ftp://x,queue.fal.run=http://10.0.0.1")])
def test_every_wrong_entry_of_a_list_is_reported(refused, name, value):
    assert len(refused("check", **{name: value})) == 2


@pytest.mark.parametrize("name,value", [
    ("host", "example.com"), ("host", "300.1.1.1"), ("host", "[::1]"), ("port", "65536"), ("port", "-1"),
    ("port", "80a"),
    ("path", "api"), ("path", "/healthz"), ("path", "/a b"), ("path", "/a?b"), ("event_loops", "65"),
    ("access_log", "TRUE"), ("access_log", "1"), ("cors_max_age", "25h"), ("drain_delay", "6m"),
    ("limits_body", "11GiB"),
    ("limits_body", "1.5MiB"), ("limits_body", "1 MiB"), ("limits_head", "100"), ("limits_head", "65KiB"),
    ("limits_connections", "0"), ("timeouts_head", "10"), ("timeouts_head", "5ms"), ("timeouts_head", "-1s"),
    ("timeouts_head", "1d"), ("upstream_connect", "1e3s"), ("allowed_urls", "evil.example/**"),
    ("allowed_urls", "*.fal.run/**"), ("allowed_urls", "fal.run"), ("allowed_endpoints", "flux"),
    ("allowed_endpoints", "/fal-ai/flux"), ("allowed_endpoints", "fal-ai/flux/"), ("allowed_endpoints", "@defaults"),
    ("allowed_origins", "https://app.example/"), ("allowed_origins", "https://*"), ("allowed_origins", "https://*.com"),
    ("allowed_origins", "https://a.*.example.com"), ("allowed_origins", "app.example"), ("allowed_origins", "null"),
    ("auth_tokens", "too-short"), ("auth_tokens", "a token with some spaces"), ("origin_overrides", "queue.fal.run"),
    ("allowed_endpoints", "fal-ai/(a|b)"), ("allowed_endpoints", "fal-ai/\xe9")])
def test_a_value_that_does_not_fit_is_one_fault_that_names_the_variable(refused, name, value):
    (fault,) = refused("check", **{name: value})
    assert fault.startswith(f"FAL_PROXY_{name.upper()}: ")


@pytest.mark.parametrize("text,what", [
    ("a: &x 1\n", "anchor"), ("port: *x\n", "alias"), ("port: !!int 1\n", "tag"), ("port: {a: 1}\n", "flow"),
    ("port: |\n  8080\n", "port: expected an integer"), ("port: |9\n  8080\n", "indentation number"),
    ("[limits]\nbody = 1\n", "TOML"), ("<<: x\n", "merge key"), ("port: 1\nport: 2\n", ""), ("port 8080\n", ""), ("allowed_urls: x\n", "list"),
    ("limits: 5\n", "limits"), ("limits:\n  body:\n    deep: 1\n", "limits.body"), ("- a\n", ""),
    ("host: \"x\n", "quote"),
    ("limits.body: 1MiB\n", "nested"), ("---\n---\n", "document")])
def test_a_file_that_is_no_settings_is_refused_with_its_line(refused, yaml, text, what):
    path = yaml(text)
    faults = refused("check", "--config", path)
    assert all(re.match(re.escape(path) + r":\d+: ", fault) for fault in faults)
    assert any(what in fault for fault in faults)


def test_a_file_that_is_not_there_is_a_fault(refused, tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        (fault,) = refused("check", "--config", str(path))
        assert fault.startswith(f"{path}: cannot read the file")


# --- Where values come from ------------------------------------------------------------------------------------------

def test_the_file_of_the_repository_is_accepted_and_sets_what_it_sets_to_the_default(checked):
    assert checked("--config", str(DEFAULTS)) == checked(binary_environment={"PORT": ""}) | {"port": "0"}


def test_the_file_of_the_repository_is_one_page_and_names_only_settings(checked):
    text = DEFAULTS.read_text()
    assert len(text.splitlines()) <= 66
    settings = checked()
    group = ""
    for indent, key, value in re.findall(r"^( *)([a-z_]+):(.*)$", text, re.M):
        group = group if indent else key + "."
        assert value == "" or (group + key if indent else key) in settings, key
    variables = {"FAL_PROXY_" + key.upper().replace(".", "_") for key in settings}
    assert set(re.findall(r"FAL_PROXY_[A-Z_]+", text)) <= variables


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(checked, yaml):
    path = yaml("drain_timeout: 7s\ntimeouts:\n  head: 3s\nallowed_endpoints:\n  - fal-ai/from-file\n  - '@default'\n")
    plain = checked()
    assert (plain["drain_timeout"], plain["timeouts.head"], plain["timeouts.idle"]) == ("25s", "10s", "75s")
    seen = checked("--config", path, timeouts_head="4s")
    assert (seen["drain_timeout"], seen["timeouts.head"], seen["timeouts.idle"]) == ("7s", "4s", "75s")
    assert seen["allowed_endpoints"] == f"[fal-ai/from-file, {MODEL}]"
    assert checked("--config", path, allowed_endpoints="fal-ai/x")["allowed_endpoints"] == "[fal-ai/x]"


def test_the_file_can_be_named_by_the_environment(checked, yaml):
    assert checked(config=yaml("drain_timeout: 8s\n"))["drain_timeout"] == "8s"


def test_every_setting_has_a_variable(checked, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.write_text("ab" * 32 + "\n")
    tokens = tmp_path / "tokens"
    tokens.write_text("")
    prices = tmp_path / "prices.yaml"
    prices.write_text("prices: []\n")
    values = {
        "host": "127.0.0.2", "path": "/p", "studio": "true", "event_loops": "1", "log_format": "text", "access_log": "errors",
        "allowed_urls": "fal.run/a/b", "allowed_endpoints": "a/b", "allowed_hosts": "a.example",
        "trusted_proxies": "10.0.0.0/8, 192.0.2.7", "client_address": "header:x-real-ip",
        "allowed_origins": "https://a.example",
        "cors.allow_credentials": "true", "cors.max_age": "1h", "tokens.enabled": "true", "limits.head": "2KiB",
        "limits.fields": "20", "limits.request_target": "1KiB", "limits.body": "5MiB", "limits.response_head": "3KiB",
        "limits.connections": "9", "limits.connections_per_address": "8",
        "limits.collected": "4KiB", "limits.body_rate": "1KiB", "limits.memory": "32MiB", "timeouts.body_rate": "12s",
        "tokens.max": "90s", "limits.log_buffer": "128KiB",
        "rates.submits": "5/2m", "rates.burst": "3", "rates.jobs": "4", "rates.polls": "20/1s", "rates.streams": "5",
        "rates.uploads": "6/10m", "rates.bytes": "1GiB/1h", "rates_total.submits": "50/2m", "rates_total.burst": "30",
        "rates_total.jobs": "40", "rates_total.polls": "200/1s", "rates_total.streams": "50",
        "rates_total.uploads": "60/10m", "rates_total.bytes": "10GiB/1h", "rates_identities": "1000", "jobs_expire": "5m",
        "timeouts.head": "1s", "timeouts.idle": "2s",
        "timeouts.body": "3s", "timeouts.linger": "4s", "upstream.connect": "6s", "upstream.tls": "7s",
        "upstream.first_byte": "8s", "upstream.first_byte_run": "9s", "upstream.body": "11s", "upstream.idle": "12s",
        "upstream.idle_connections": "13", "upstream.dns_ttl": "14s", "drain_delay": "15s", "drain_timeout": "16s",
        "port": "8099", "auth.tokens": "token-of-the-app-0001,token-of-the-app-0002",
        "auth.mode": "tokens", "auth.sources": "header:x-app-token, cookie:session", "auth.tokens_file": str(tokens),
        "forward_fields": "x-fal-request-source", "get_runs": "true", "uploads.content_types": "image/png, text/plain",
        "fields": "x-fal-user-agent=force: app=web,x-fal-no-retry=drop", "webhooks.allow": "hooks.example.com/**",
        "sandbox.runners": "3", "sandbox.speed": "2.5",
        "sandbox.map": "white_changes", "sandbox.image_side": "100", "tags": "true", "ownership": "off", "secret_file": str(secrets),
        "prices_file": str(prices), "prices_unknown": "0.02", "estimate_default": "4",
        "budget.user": "1.00/day, 20.00/month", "budget.total": "100.00", "budget.timezone": "+01:00",
        "budget.headers": "remaining", "tokens.charge": "0.25", "ledger": "memory", "ledger_keep": "30d",
        "settle_after": "5m",
        "origin_overrides": "fal.run=http://127.0.0.1:9,queue.fal.run=https://x.example:8443",
    }
    seen = checked(**{key.replace(".", "_"): value for key, value in values.items()})
    # Lists of maps stand in the file alone.
    assert set(seen) == set(values) | {"groups", "prices", "auth.jwt"}
    for key, value in values.items():
        if key == "auth.tokens":
            assert "2" in seen[key] and "token-of" not in seen[key]
        elif key == "origin_overrides":
            assert seen[key] == "{fal.run: http://127.0.0.1:9, queue.fal.run: https://x.example:8443}"
        elif key == "fields":
            assert seen[key] == '{x-fal-no-retry: drop, x-fal-user-agent: "force: app=web"}'
        else:
            assert seen[key].strip('[]"') == value, key


def test_what_budgets_need_is_a_fault_where_it_is_missing(refused):
    faults = refused(budget_user="1.00/day", tokens_enabled="true")
    assert len(faults) == 1 and "tokens.charge: tokens are enabled and a budget is set" in faults[0]
    faults = refused(budget_timezone="Nowhere/At_All")
    assert len(faults) == 1 and "budget.timezone: /usr/share/zoneinfo/Nowhere/At_All cannot be read" in faults[0]
    assert "install tzdata, or write an offset" in faults[0]


def test_a_price_for_what_is_no_endpoint_is_a_fault(refused, yaml, tmp_path):
    entry = "  - endpoint: fal-ai\n    unit_price: 0.05\n    estimate: 1\n"
    faults = refused("--config", yaml("prices:\n" + entry))
    assert len(faults) == 1 and "prices[1].endpoint: fal-ai has one segment" in faults[0]
    file = tmp_path / "prices.yaml"
    file.write_text("prices:\n" + entry)
    faults = refused(prices_file=str(file))
    assert len(faults) == 1 and "prices[1].endpoint: fal-ai has one segment" in faults[0]


def test_port_is_taken_from_the_platforms_variable_and_ours_wins(checked):
    assert checked(binary_environment={"PORT": "5001"})["port"] == "5001"
    assert checked(binary_environment={"PORT": "5001"}, port="5002")["port"] == "5002"
    assert checked(binary_environment={"PORT": ""})["port"] == "8080"


def test_what_orchestrators_inject_for_a_service_of_this_name_is_no_setting(checked):
    assert checked(binary_environment={
        "PORT": "", "FAL_PROXY_PORT": "tcp://10.0.0.7:80", "FAL_PROXY_SERVICE_HOST": "10.0.0.7",
        "FAL_PROXY_SERVICE_PORT": "80", "FAL_PROXY_PORT_80_TCP_ADDR": "10.0.0.7"})["port"] == "8080"


def test_it_listens_where_the_settings_say_and_on_the_path_they_say(upstream, proxy):
    relay = proxy(upstream(), host="127.0.0.2", path="/fal")
    assert (relay.address[0], relay.path) == ("127.0.0.2", "/fal")
    assert relay.fetch(request(STATUS, path="/fal")).status == 200
    assert relay.fetch(request(STATUS)).status == 404


def test_the_endpoints_of_a_file_hold(upstream, proxy, yaml):
    relay = proxy(upstream(), "--config", yaml("allowed_endpoints: ['fal-ai/x']\n"))
    assert relay.fetch(request("https://fal.run/fal-ai/x", "POST", body=b"{}")).status == 200
    assert relay.fetch(request(f"https://fal.run/{MODEL}", "POST", body=b"{}")).status == 403


def test_start_up_says_one_line_with_the_address_and_one_warning_unless_tokens_are_set(proxy):
    lines = proxy(None).stderr.splitlines()
    assert len([line for line in lines if "listening on http://127.0.0.1:" in line]) == 1
    guarded = proxy(None, auth_tokens="token-of-the-app-0001")
    assert guarded.fetch(request(None, path="/healthz")).status == 200
    assert "warning: no end-user authentication" not in guarded.stderr
    open_one = proxy(None, host="0.0.0.0")
    assert open_one.stop() == 0
    assert open_one.stderr.count("warning: no end-user authentication") == 1


# --- The key ---------------------------------------------------------------------------------------------------------

KEY_ID, SECRET = CANARY.split(":")


@pytest.mark.parametrize("content", [CANARY, f"{CANARY}\n", f"{CANARY}\r\n"])
def test_a_key_in_a_mounted_file_reaches_fal_without_its_newline(upstream, proxy, tmp_path, content):
    path = tmp_path / "key"
    path.write_bytes(content.encode())
    fal = upstream()
    relay = proxy(fal, key=None, binary_environment={"FAL_KEY_FILE": str(path)})
    assert relay.fetch(request(STATUS)).status == 200
    assert fal.next_request().all("authorization") == [f"Key {CANARY}"]


@pytest.mark.parametrize("environment", [
    {"FAL_KEY": CANARY}, {"FAL_KEY_ID": KEY_ID, "FAL_KEY_SECRET": SECRET}, {"FAL_KEY": CANARY, "FAL_KEY_ID": ""}])
def test_a_key_in_the_environment_reaches_fal(upstream, proxy, environment):
    fal = upstream()
    assert proxy(fal, key=None, binary_environment=environment).fetch(request(STATUS)).status == 200
    assert fal.next_request().all("authorization") == [f"Key {CANARY}"]


@pytest.mark.parametrize("environment", [
    {}, {"FAL_KEY": ""}, {"FAL_KEY_ID": KEY_ID}, {"FAL_KEY_SECRET": SECRET}, {"FAL_KEY": f"Key {CANARY}"},
    {"FAL_KEY": f" {CANARY}"}, {"FAL_KEY": f"{CANARY}\n"}, {"FAL_KEY": f"{CANARY}\r\nx: y"},
    {"FAL_KEY": f"{CANARY}\xe9"},
    {"FAL_KEY": "x" * 1025}, {"FAL_KEY": CANARY, "FAL_KEY_FILE": "/dev/null"},
    {"FAL_KEY": CANARY, "FAL_KEY_ID": KEY_ID, "FAL_KEY_SECRET": SECRET}, {"FAL_KEY_FILE": "/dev/null"},
    {"FAL_KEY": f'"{CANARY}"'}, {"FAL_KEY": f"'{CANARY}'"}, {"FAL_KEY": KEY_ID}, {"FAL_KEY": f"{KEY_ID}:"},
    {"FAL_KEY": f":{SECRET}"}, {"FAL_KEY": f"{CANARY}:more"}, {"FAL_KEY": "${FAL_KEY}"}, {"FAL_KEY": "$FAL_KEY"},
    {"FAL_KEY": f"${KEY_ID}:{SECRET}"}, {"FAL_KEY": f"FAL_KEY={CANARY}"}, {"FAL_KEY": f"export FAL_KEY={CANARY}"},
    {"FAL_KEY": "undefined"}, {"FAL_KEY": "undefined:undefined"}, {"FAL_KEY": "null"}, {"FAL_KEY": f"Bearer {CANARY}"},
    {"FAL_KEY": "<key>"}, {"FAL_KEY": "{{ fal_key }}"}, {"FAL_KEY": "%FAL_KEY%"}, {"FAL_KEY": "your-key-id:your-key-secret"},
    {"FAL_KEY": "op://vault/fal"}, {"FAL_KEY_ID": f"'{KEY_ID}'", "FAL_KEY_SECRET": SECRET},
    {"FAL_KEY_ID": CANARY, "FAL_KEY_SECRET": SECRET}, {"FAL_KEY_ID": KEY_ID, "FAL_KEY_SECRET": "undefined"},
    {"FAL_KEY_FILE": "/no/such/file"}, {"FAL_KEY_FILE": CANARY}, {"FAL_KEY_FILE": "/"}, {"FAL_KEY_FILE": "/dev/zero"}])
def test_a_missing_or_malformed_key_is_one_fault_that_does_not_repeat_it(refused, environment):
    (fault,) = refused("check", key=None, binary_environment=environment)
    assert fault.startswith("FAL_KEY")


@pytest.mark.parametrize("content", [
    f"FAL_KEY={CANARY}\n", f'FAL_KEY="{CANARY}"\n', f"export FAL_KEY={CANARY}", f'"{CANARY}"\n', "undefined\n",
    f'{{"key": "{CANARY}"}}', "", "\n", f"{CANARY}\n\n", f"{CANARY} ", f"first\n{CANARY}"])
def test_a_key_file_with_more_or_less_than_a_key_is_a_fault(refused, tmp_path, content):
    path = tmp_path / "key"
    path.write_text(content)
    (fault,) = refused("check", key=None, binary_environment={"FAL_KEY_FILE": str(path)})
    assert fault.startswith("FAL_KEY_FILE: ")


# --- Variables that are set and hold nothing ---------------------------------------------------------------------------

NOTHING = ["", " ", ",", " , ", ",,", "\t", "\n", " ,\t,\n"]


@pytest.mark.parametrize("value", NOTHING)
@pytest.mark.parametrize("name", ["auth_tokens", "allowed_endpoints", "allowed_urls"])
@pytest.mark.parametrize("in_file", [False, True])
def test_a_variable_that_holds_nothing_opens_no_door(refused, yaml, name, value, in_file):
    path = yaml("auth:\n  tokens: [token-of-the-file-0001]\nallowed_endpoints: [a/b]\nallowed_urls: [fal.run/a/b]\n")
    (fault,) = refused(*(["--config", path] if in_file else []), **{name: value})
    key = name.replace("_", ".") if name.startswith("auth") else name
    assert fault == (f"FAL_PROXY_{name.upper()}: {key}: the variable is empty; leave the variable out, or write []")


@pytest.mark.parametrize("value", ["[]", " [] ", "[ ]"])
@pytest.mark.parametrize("name", ["auth.tokens", "allowed_endpoints", "allowed_urls", "allowed_origins", "forward_fields"])
def test_brackets_empty_a_list_on_purpose_in_the_environment_too(checked, yaml, name, value):
    path = yaml("auth:\n  tokens: [token-of-the-file-0001]\nallowed_endpoints: [a/b]\nallowed_urls: [fal.run/a/b]\n"
                "allowed_origins: [https://a.example]\nforward_fields: [x-a]\n")
    assert checked("--config", path)[name] != "[]"
    assert checked("--config", path, **{name.replace(".", "_"): value})[name] == "[]"


@pytest.mark.parametrize("value", NOTHING)
@pytest.mark.parametrize("name", ["allowed_origins", "forward_fields"])
def test_where_empty_is_the_closed_state_an_empty_variable_closes(checked, yaml, name, value):
    path = yaml("allowed_origins: [https://a.example]\nforward_fields: [x-a]\n")
    assert checked("--config", path, **{name: value})[name] == "[]"


@pytest.mark.parametrize("name,value", [
    ("auth_tokens", "[token-of-the-app-0001]"), ("allowed_endpoints", '["fal-ai/x", "fal-ai/y"]'),
    ("allowed_origins", "[https://a.example]"), ("allowed_urls", "[fal.run/**]")])
def test_a_list_in_brackets_in_the_environment_is_a_fault_that_says_how_to_write_it(refused, name, value):
    (fault,) = refused("check", **{name: value})
    assert fault.endswith("write the entries one after another with commas, without brackets ([] for none)")


def test_no_tokens_on_purpose_is_warned_of_like_no_tokens(proxy):
    relay = proxy(auth_tokens="[]", host="0.0.0.0")
    assert relay.stop() == 0
    assert relay.stderr.count("warning: no end-user authentication") == 1


@pytest.mark.parametrize("arguments,environment", [((), {"FAL_PROXY_CONFIG": ""}), (("--config", ""), {})])
def test_a_file_that_is_named_by_nothing_is_a_fault(refused, arguments, environment):
    (fault,) = refused("check", *arguments, binary_environment=environment)
    assert "names no file" in fault


def test_what_check_prints_is_a_file_that_it_accepts_again_with_the_same_values(proxy, yaml, tmp_path):
    path = yaml("limits:\n  body: 5MiB\nallowed_urls:\n  - '@default'\n  - fal.run/a/b\n")
    first = proxy(None, "check", "--config", path, wait=False, allowed_endpoints="a/*,b/**", auth_tokens="token-of-the-app-0001",
                  host="::1", origin_overrides="fal.run=http://127.0.0.1:9,queue.fal.run=https://x.example:8443")
    assert first.wait() == 0, first.stderr
    seen = settings_of(first.stdout)
    assert seen["limits.body"] == ("5MiB", f"{path}:2") and seen["limits.head"] == ("32KiB", "default")
    assert seen["allowed_endpoints"] == ("[a/*, b/**]", "FAL_PROXY_ALLOWED_ENDPOINTS")
    assert seen["auth.tokens"][1] == "FAL_PROXY_AUTH_TOKENS" and "token-of" not in first.stdout
    again = tmp_path / "printed.yaml"
    again.write_text(first.stdout)
    # Without the tokens, which are not shown, it would be open to all.
    lost = proxy(None, "check", "--config", str(again), wait=False)
    assert lost.wait() == 78 and "auth.tokens: expected a list of tokens" in lost.stderr, lost.stderr
    second = proxy(None, "check", "--config", str(again), wait=False, auth_tokens="token-of-the-app-0002")
    assert second.wait() == 0, second.stderr
    values = {name: value for name, (value, _) in settings_of(second.stdout).items()}
    assert values | {"auth.tokens": "", "port": ""} == {
        name: value for name, (value, _) in seen.items()} | {"auth.tokens": "", "port": ""}


@pytest.mark.parametrize("fields", [
    "true", "null,yes,1e3,0x10,12,on,y,0b1,0o7,1.5,2001-12-14,-e"])
def test_what_check_prints_means_the_same_to_another_parser_of_yaml(proxy, fields):
    parser = pytest.importorskip("yaml")
    endpoints = "a/b,fal-ai/flux?,?/x,*/y,123/x,**"
    relay = proxy(None, "check", wait=False, forward_fields=fields, allowed_endpoints=endpoints, host="::1",
                  auth_tokens="token-of-the-app-0001", allowed_origins="https://a-*.example.com:8443,capacitor://localhost")
    assert relay.wait() == 0, relay.stderr
    seen = parser.safe_load(relay.stdout)
    assert seen["forward_fields"] == fields.split(",") and seen["allowed_endpoints"] == endpoints.split(",")
    assert seen["host"] == "::1" and seen["auth"] == {
        "mode": "auto", "tokens": None, "tokens_file": "none", "sources": ["authorization"], "jwt": []}
    assert seen["allowed_origins"] == ["https://a-*.example.com:8443", "capacitor://localhost"]


def test_check_warns_of_all_that_serve_warns_of(proxy):
    few = {"preexec": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)), "drain_timeout": "1s", "host": "0.0.0.0"}
    serving = proxy(None, "serve", **few)
    checking = proxy(None, "check", wait=False, **few)
    assert serving.fetch(request(None, path="/healthz")).status == 200 and checking.wait() == 0

    def warnings(relay):
        return {line for line in relay.stderr.splitlines() if "warning" in line}

    wait_until(lambda: len(warnings(serving)) == 3, 10, "the warnings")
    assert warnings(checking) == warnings(serving)


def test_check_connects_to_each_host_and_sends_nothing(upstream, proxy, authority):
    fal = upstream(tls=authority.context("DNS:localhost"))
    urls = ",".join(f"{host}/**" for host in ("fal.run", "queue.fal.run"))
    trust = {"SSL_CERT_FILE": str(authority.certificate), "SSL_CERT_DIR": ""}

    def check(**overrides):
        relay = proxy(None, "check", "--connect", wait=False, binary_environment=trust, allowed_urls=urls,
                      origin_overrides=",".join(f"{host.replace('_', '.')}={url}" for host, url in overrides.items()))
        return relay.wait(), relay.stderr

    good = f"https://localhost:{fal.port}"
    code, said = check(fal_run=good, queue_fal_run=good)
    assert code == 0 and said.count(f"by way of {good}, 127.0.0.1:{fal.port}: the TLS handshake succeeds") == 2, said
    code, said = check(fal_run=good, queue_fal_run=f"https://127.0.0.1:{fal.port}")
    assert code == 1 and "queue.fal.run: by way of" in said and said.count("cannot be reached") == 1, said
    code, said = check(fal_run=good, queue_fal_run="https://localhost:1")
    assert code == 1 and "cannot be reached: 127.0.0.1:1: connect: Connection refused" in said, said
    assert fal.requests.empty()


def test_check_says_nothing_about_the_key(checked):
    assert not any("key" in name for name in checked())


# --- Origin overrides ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("origin", [
    "http://127.0.0.1:9", "http://127.9.9.9", "http://[::1]:9", "http://localhost:9", "https://10.0.0.1:9",
    "https://fal.example"])
def test_an_override_may_be_https_anywhere_and_plain_http_on_loopback(checked, origin):
    shown = checked(origin_overrides=f"queue.fal.run={origin}")["origin_overrides"]
    assert shown.startswith(f"{{queue.fal.run: {origin}")


@pytest.mark.parametrize("origin", [
    "http://10.0.0.1:9", "http://fal.example", "http://0.0.0.0:9", "http://[::2]:9", "http://127.0.0.1.evil.example",
    "http://localhost.evil.example", "http://128.0.0.1", "http://2130706433", "http://127.1",
    "http://[::ffff:10.0.0.1]",
    "ftp://127.0.0.1", "127.0.0.1:9", "https://a.example/path", "https://u@a.example", "https://a.example:0", ""])
def test_an_override_that_would_send_the_key_in_clear_or_is_no_origin_is_a_fault(refused, origin):
    (fault,) = refused("check", origin_overrides=f"queue.fal.run={origin}")
    assert fault.startswith("FAL_PROXY_ORIGIN_OVERRIDES: ") and "loopback" in fault


def test_an_override_for_a_host_that_is_not_fals_is_a_fault_and_one_for_a_host_nobody_may_call_a_warning(refused, proxy):
    (fault,) = refused("check", origin_overrides="queue.fal.rum=https://a.example")
    assert fault.startswith("FAL_PROXY_ORIGIN_OVERRIDES: origin_overrides: queue.fal.rum is no fal host")
    (fault,) = refused("check", origin_overrides="quee.fal.run=https://a.example")
    assert "quee.fal.run is no host of fal that is known, and no entry of allowed_urls begins with it" in fault
    relay = proxy(None, "check", origin_overrides="falrun.com=https://a.example", wait=False)
    assert relay.wait() == 0 and "warning: origin_overrides names falrun.com" in relay.stderr
    relay = proxy(None, "check", origin_overrides="wma.fal.run=https://a.example", allowed_urls="wma.fal.run/**", wait=False)
    assert relay.wait() == 0 and "warning: origin_overrides" not in relay.stderr


@pytest.mark.parametrize("name,value,cure", [
    ("allowed_endpoints", "'fal-ai/flux/**'", "has quotes around it; leave them out"),
    ("allowed_endpoints", "fal-ai/flux/**;x/y", "has a ';', which no endpoint id has"),
    ("allowed_endpoints", "fal-ai/***", "write '**' for any number of segments"),
    ("auth_tokens", '"token-of-the-app-0001"', "has quotes around it; leave them out")])
def test_what_would_match_nothing_is_a_fault_with_its_cure(refused, name, value, cure):
    (fault,) = refused(**{name: value})
    assert fault.startswith(f"FAL_PROXY_{name.upper()}: ") and cure in fault


@pytest.mark.parametrize("variable,path", [
    ("SSL_CERT_FILE", "/no/such.pem"), ("SSL_CERT_FILE", "/proc/self/status"), ("SSL_CERT_DIR", "/no/such")])
def test_certificates_that_are_none_are_a_fault_and_not_a_fault_of_every_request(refused, variable, path):
    environment = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "", variable: path}
    (fault,) = refused("check", binary_environment=environment)
    assert fault.startswith(f"{variable}: ") and path in fault and "leave the variable out" in fault


def test_no_certificate_to_trust_is_warned_of_where_one_is_needed(proxy):
    nowhere = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}
    warning = "warning: no TLS connection can succeed: "
    relay = proxy(None, "check", wait=False, binary_environment=nowhere)
    assert relay.wait() == 0 and warning in relay.stderr
    relay = proxy(None, "check", "--sandbox", wait=False, binary_environment=nowhere)
    assert relay.wait() == 0 and warning not in relay.stderr


def test_variables_that_are_spelled_almost_as_ours_are_warned_of(proxy):
    for command in ("check", "serve"):
        relay = proxy(None, command, wait=command == "serve", binary_environment={"FALPROXY_PATH": "/x"})
        wait_until(lambda: "warning: FALPROXY_PATH sets nothing: the variable is called FAL_PROXY_PATH" in relay.stderr, 10,
                   "the warning")


# --- The command line ------------------------------------------------------------------------------------------------

def run(*arguments):
    return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=20)


def test_help_names_the_commands_the_key_and_the_variables():
    help_text = run("--help")
    assert help_text.returncode == 0
    for word in ("serve", "check", "FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "FAL_KEY_FILE",
                 "FAL_PROXY_ALLOWED_ENDPOINTS"):
        assert word in help_text.stdout
    assert "--config" in run("serve", "--help").stdout and "--sandbox" in run("serve", "--help").stdout
    assert "--config" in run("check", "--help").stdout


def test_the_version_is_the_one_fal_is_told(upstream, proxy):
    fal = upstream()
    proxy(fal).fetch(request(STATUS))
    assert fal.next_request().get("x-fal-client-proxy") == f"fal-proxy/{run('--version').stdout.split()[0]}"


@pytest.mark.parametrize("arguments", [("--nope",), ("nope",), ("check", "--config"), ("serve", "extra")])
def test_a_wrong_command_line_is_64_and_starts_nothing(arguments):
    result = run(*arguments)
    assert result.returncode == 64
    assert "listening" not in result.stderr and result.stdout == ""


@pytest.mark.parametrize("arguments,hint", [
    (("chek",), "did you mean check?"), (("--port", "8080"), "set FAL_PROXY_PORT, or port in the file"),
    (("serve", "--sandbx"), "did you mean --sandbox?"), (("healtcheck",), "did you mean healthcheck?"),
    (("-p", "8080"), "set FAL_PROXY_PORT, or port in the file"), (("-c", "x.yaml"), "did you mean --config?"),
    (("sandbox",), "did you mean serve --sandbox?"), (("version",), "did you mean --version?")])
def test_a_wrong_word_on_the_command_line_is_answered_with_what_was_meant(arguments, hint):
    result = run(*arguments)
    assert result.returncode == 64 and hint in result.stderr.splitlines()[0]


@pytest.mark.parametrize("command", [(), ("serve",)])
def test_serve_is_the_default_command(proxy, command):
    assert proxy(None, *command).fetch(request(None, path="/healthz")).status == 200


def test_a_port_that_another_program_holds_ends_it_with_a_message(proxy):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        # Many at once: ending in the middle of a start must not tear down what another thread is still setting up.
        for _ in range(6):
            for relay in [proxy(None, port=str(holder.getsockname()[1]), wait=False) for _ in range(8)]:
                assert relay.wait() == 1
                assert "(port, FAL_PROXY_PORT): address in use; stop the program" in relay.stderr
                assert "listening on" not in relay.stderr


def test_an_address_that_this_machine_does_not_have_ends_it_with_the_setting_that_helps(proxy):
    relay = proxy(None, host="192.0.2.1", wait=False)
    assert relay.wait() == 1
    assert "cannot listen on 192.0.2.1:0 (host, FAL_PROXY_HOST): this machine has no such address" in relay.stderr


@pytest.mark.parametrize("loops", [0, 3])
def test_there_is_an_event_loop_for_each_processor_it_may_use_or_as_many_as_are_set(proxy, loops):
    processors = os.sched_getaffinity(0)
    one = {min(processors)}
    relay = proxy(None, preexec=lambda: os.sched_setaffinity(0, one), event_loops=loops)
    # Every loop has a listening socket of its own.
    listening = f":{relay.address[1]:04X} 00000000:0000 0A"
    with open("/proc/net/tcp") as sockets:
        assert sum(listening in line for line in sockets) == (loops or 1)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("path", ["healthz", "readyz"])
def test_health_answers_plain_curl(proxy, path):
    relay = proxy(None)
    url = f"http://{relay.address[0]}:{relay.address[1]}/{path}"
    for options in (("-f",), ("-f", "-I")):
        assert subprocess.run(["curl", "-s", *options, url], capture_output=True, timeout=20).returncode == 0
