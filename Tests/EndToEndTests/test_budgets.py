"""Budgets: what a request is expected to cost is set aside before it leaves, and corrected by what fal bills."""

import base64
import csv
import concurrent.futures
import io
import json
import os
import re
import signal
import struct
import subprocess
import threading

import pytest

from harness import json_answer, request, wait_until
from harness.process import BINARY
from harness.script import MODEL, QUEUE, RUN, SUBMIT, Answering, assert_proxy_error

DIRECT = f"{RUN}/{MODEL}"
RID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
RESULT = f"{SUBMIT}/requests/{RID}"
TOKENS = {"auth_tokens": "token-of-anna-00001,token-of-bert-00002"}
ANNA, BERT = (("authorization", f"Bearer {token}") for token in TOKENS["auth_tokens"].split(","))
QUEUED = json_answer({"request_id": RID, "status": "IN_QUEUE"}, fields=[("x-fal-request-id", RID)])


def billed(units, status=200):
    return json_answer({"images": []}, status=status, fields=[("x-fal-billable-units", units)])


def ask(relay, target=DIRECT, body=b"{}", who=(), method="POST"):
    return relay.fetch(request(target, method, fields=list(who), body=None if method == "GET" else body), method)


def assert_exhausted(answer, setting="budget.user"):
    assert_proxy_error(answer, 402, "budget_exhausted")
    assert setting in answer.json["message"], answer.json


@pytest.fixture
def budgeted(upstream, proxy):
    """budgeted(answers…, setting=value…): fal with these answers, and a relay that counts in memory."""
    def start(*answers, **settings):
        fal = Answering(*answers)
        return fal, proxy(upstream(fal), **{"ledger": "memory", **settings})

    return start


def test_of_three_hundred_at_once_against_a_budget_for_ten_exactly_ten_reach_fal(budgeted, tmp_path):
    # Two megapixels each, as nobody sees how large the picture is.
    fal, relay = budgeted(QUEUED, budget_user="1.00", ledger=f"sqlite:{tmp_path}/ledger.db")
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: ask(relay, SUBMIT), range(300)))
    assert sorted({answer.status for answer in answers}) == [200, 402]
    assert sum(answer.status == 200 for answer in answers) == 10
    assert fal.requests.qsize() == 10
    assert_exhausted(next(answer for answer in answers if answer.status == 402))


def test_what_fal_bills_takes_the_place_of_the_estimate(budgeted):
    _, relay = budgeted(billed("1"), billed("1"), billed("0.5"), billed("1"), budget_user="0.25")
    # 0.05, 0.05 and 0.025, each of which set 0.10 aside.
    assert [ask(relay).status for _ in range(4)] == [200, 200, 200, 200]
    # 0.175 is spent.
    assert_exhausted(ask(relay))


@pytest.mark.parametrize("answer", [
    billed("0", status=422), json_answer({"detail": "no"}, status=403), json_answer({"detail": "no"}, status=500),
    json_answer({"detail": "no"}, status=429), json_answer({"detail": "no"}, status=503)])
def test_what_fal_refuses_or_fails_at_costs_nothing(budgeted, answer):
    _, relay = budgeted(*[answer] * 5, billed("2"), billed("2"), budget_user="0.10")
    assert {ask(relay).status for _ in range(5)} == {int(answer.split()[1])}
    assert ask(relay).status == 200
    assert_exhausted(ask(relay))


def test_what_fal_may_have_run_stays_charged(upstream, proxy):
    def serve(connection):
        connection.read_request()
        connection.close()

    relay = proxy(upstream(serve), ledger="memory", budget_user="0.10")
    assert ask(relay).error_type == "proxy_upstream_ambiguous"
    assert_exhausted(ask(relay))


def test_what_never_left_costs_nothing(proxy):
    relay = proxy(None, ledger="memory", budget_user="0.10", origin_overrides="fal.run=http://127.0.0.1:1")
    for _ in range(3):
        assert ask(relay).error_type == "proxy_upstream_connect"


def test_a_job_is_settled_when_its_result_passes_by(budgeted):
    _, relay = budgeted(QUEUED, billed("1"), QUEUED, budget_user="0.16")
    assert ask(relay, SUBMIT).status == 200
    assert_exhausted(ask(relay, SUBMIT))
    assert ask(relay, RESULT, method="GET").status == 200
    # 0.05 is spent; the answer is the same again, which changes nothing.
    assert ask(relay, SUBMIT).status == 200
    assert_exhausted(ask(relay, SUBMIT))


def test_a_job_with_a_sealed_id_is_settled_too(budgeted):
    _, relay = budgeted(QUEUED, billed("1"), QUEUED, budget_user="0.16", **TOKENS)
    sealed = ask(relay, SUBMIT, who=[ANNA]).json["request_id"]
    assert sealed != RID
    assert_exhausted(ask(relay, SUBMIT, who=[ANNA]))
    assert ask(relay, f"{SUBMIT}/requests/{sealed}", method="GET", who=[ANNA]).status == 200
    assert ask(relay, SUBMIT, who=[ANNA]).status == 200


def test_a_job_that_nobody_fetches_is_settled_by_asking(upstream, proxy):
    """With the key, and no more of the result than its head."""
    closed = threading.Event()

    def serve(connection):
        seen = connection.read_request()
        if seen.method == "POST":
            return connection.send(QUEUED)
        assert seen.get("authorization").startswith("Key ")
        if seen.target.endswith("/status"):
            return connection.send(json_answer({"status": "COMPLETED"}))
        assert seen.target == RESULT.removeprefix(QUEUE)
        # A result that is far from whole.
        connection.send(b"HTTP/1.1 200 OK\r\nx-fal-billable-units: 1\r\ncontent-length: 90000000\r\n\r\n{")
        connection.wait_closed()
        closed.set()

    relay = proxy(upstream(serve), ledger="memory", budget_user="0.16", settle_after="10s")
    assert ask(relay, SUBMIT).status == 200
    assert_exhausted(ask(relay, SUBMIT))
    assert closed.wait(30)
    wait_until(lambda: ask(relay, SUBMIT).status == 200)


def test_each_caller_has_a_budget_and_all_together_have_one(budgeted):
    _, relay = budgeted(billed("2"), budget_user="0.20", budget_total="0.30", **TOKENS)
    assert [ask(relay, who=[ANNA]).status for _ in range(3)] == [200, 200, 402]
    assert ask(relay, who=[BERT]).status == 200
    answer = ask(relay, who=[BERT])
    assert_exhausted(answer, "budget.total")
    assert "budget.user" not in answer.json["message"]


def test_a_refusal_says_when_there_is_room_again(budgeted):
    _, relay = budgeted(billed("2"), budget_user="0.10/day, 50/month")
    assert ask(relay).status == 200
    answer = ask(relay)
    assert_exhausted(answer)
    assert re.search(r"for each day, it begins anew at \d{4}-\d\d-\d\dT00:00:00Z", answer.json["message"])
    assert 1 <= int(answer.get("retry-after")) <= 86400
    _, relay = budgeted(billed("2"), budget_user="0.05")
    answer = ask(relay)
    assert_exhausted(answer)
    assert "for ever" in answer.json["message"] and answer.get("retry-after") is None


def png(width, height):
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    return "data:image/png;base64," + base64.b64encode(head).decode()


def test_the_estimate_is_read_from_the_input(budgeted):
    _, relay = budgeted(billed("1"), budget_user="0.20")
    # 5 × 0.05 is too much, 4 × 0.05 is not.
    body = ('{"num_images": 5, "image_url": "%s"}' % png(800, 600)).encode()
    assert_exhausted(ask(relay, body=body))
    assert_exhausted(ask(relay, body=body.replace(b'"num_images": 5', b'"num_images": 1, "num_images": 5')))
    assert_exhausted(ask(relay, body=('{"image_url": "%s"}' % png(5000, 1000)).encode()))
    assert ask(relay, body=body.replace(b"5", b"4", 1)).status == 200


def test_what_was_looked_at_reaches_fal_as_it_was(budgeted):
    fal, relay = budgeted(billed("1"), budget_user="9")
    body = ('{"image_url": "%s", "n": [1.0, 2]}' % (png(800, 600) + "A" * 300_000)).encode()
    assert ask(relay, body=body).status == 200
    assert fal.next_request().body == body


def test_an_endpoint_without_a_price_is_refused_allowed_or_counted_at_an_amount(budgeted):
    other = f"{RUN}/fal-ai/other"
    endpoints = {"allowed_endpoints": "fal-ai/**"}
    _, relay = budgeted(billed("2"), budget_user="0.10", **endpoints)
    assert_proxy_error(ask(relay, other), 403, "price_unknown")
    _, relay = budgeted(billed("900"), budget_user="0.10", prices_unknown="allow", **endpoints)
    assert {ask(relay, other).status for _ in range(5)} == {200}
    _, relay = budgeted(billed("900"), budget_user="0.10", prices_unknown="0.04", **endpoints)
    assert [ask(relay, other).status for _ in range(3)] == [200, 200, 402]


def test_prices_of_the_settings_win_over_those_of_the_file_and_those_that_are_known(upstream, proxy, tmp_path):
    entry = "prices:\n  - endpoint: {}\n    unit_price: {}\n    estimate: 1\n"
    file = tmp_path / "prices.yaml"
    file.write_text(entry.format("fal-ai/**", "0.5"))
    settings = {"ledger": "memory", "budget_user": "1.00", "allowed_endpoints": "fal-ai/**", "prices_file": file}
    own = tmp_path / "settings.yaml"
    own.write_text(entry.format(MODEL, "1"))
    relay = proxy(upstream(), "--config", str(own), **settings)
    assert [ask(relay).status for _ in range(2)] == [200, 402]
    relay = proxy(upstream(), **settings)
    assert [ask(relay).status for _ in range(3)] == [200, 200, 402]


def test_a_token_counts_what_was_set_for_good(budgeted):
    token = "https://rest.fal.ai/tokens/"
    body = b'{"allowed_apps":["flux-differential-diffusion"],"token_expiration":60}'
    _, relay = budgeted(
        json_answer({"detail": "no"}, status=403), json_answer("a-token"), budget_user="0.10", tokens_enabled="true",
        tokens_charge="0.06")
    # One that fal refuses counts nothing.
    assert [ask(relay, token, body, [("content-type", "application/json")]).status for _ in range(3)] == [403, 200, 402]


def test_polls_and_results_go_on_when_all_is_spent(budgeted):
    _, relay = budgeted(QUEUED, json_answer({"status": "IN_PROGRESS"}, status=202), budget_user="0.10")
    assert ask(relay, SUBMIT).status == 200
    assert_exhausted(ask(relay, SUBMIT))
    assert ask(relay, f"{RESULT}/status", method="GET").status == 202


def test_a_file_outlasts_the_process_however_that_ends(upstream, proxy, tmp_path):
    settings = {"ledger": f"sqlite:{tmp_path}/ledger.db", "budget_user": "0.30"}
    fal = upstream(Answering(QUEUED))
    relay = proxy(fal, **settings)
    assert ask(relay, SUBMIT).status == 200
    relay.process.send_signal(signal.SIGKILL)
    relay.wait()
    relay = proxy(fal, **settings)
    assert ask(relay, SUBMIT).status == 200
    relay.process.terminate()
    assert relay.wait() == 0
    relay = proxy(fal, **settings)
    assert [ask(relay, SUBMIT).status for _ in range(2)] == [200, 402]
    # Two at once would both believe that there is something left.
    second = proxy(fal, wait=False, **settings)
    assert second.wait() != 0
    assert "another process has the ledger" in second.stderr


def test_a_place_that_cannot_be_written_is_a_fault_at_the_start(proxy):
    relay = proxy(None, wait=False, ledger="sqlite:/nowhere/at/all/ledger.db", budget_user="1")
    assert relay.wait() != 0
    assert "/nowhere/at/all/ledger.db cannot be written" in relay.stderr and "make its directory" in relay.stderr


def test_a_budget_in_memory_is_warned_of(budgeted, proxy):
    _, relay = budgeted(billed("1"), budget_user="1")
    assert "warning: ledger: what is spent is forgotten when the process ends" in relay.stderr
    assert "warning: ledger" not in proxy(None, ledger="memory").stderr


def run(proxy, *arguments, **settings):
    relay = proxy(None, *arguments, wait=False, key=None, **settings)
    return relay.wait(), relay.stdout, relay.stderr


def test_usage_is_read_while_the_proxy_runs(upstream, proxy, tmp_path):
    tokens = tmp_path / "tokens"
    line = subprocess.run([str(BINARY), "token", "anna", "--group", "team"], capture_output=True, text=True, check=True)
    found = re.search(r"anna:team:\S+", line.stdout + line.stderr).group()
    token = re.search(r"^(?!anna)\S{20,}$", line.stdout + line.stderr, re.M).group()
    tokens.write_text(found + "\n")
    own = tmp_path / "settings.yaml"
    own.write_text("groups:\n  - name: team\n    budget: 1.00/day\n")
    settings = {"ledger": f"sqlite:{tmp_path}/ledger.db", "auth_tokens_file": tokens}
    relay = proxy(upstream(Answering(billed("1"), billed("3"), billed("0", status=422))), "--config", str(own), **settings)
    assert [ask(relay, who=[("authorization", f"Bearer {token}")]).status for _ in range(3)] == [200, 200, 422]

    def usage(*arguments):
        status, output, errors = run(proxy, "usage", "--config", str(own), *arguments, **settings)
        assert status == 0, errors
        return output

    wait_until(lambda: json.loads(usage("--format", "json")) == [{"user": "anna", "count": 3, "cost": 0.2}])
    assert json.loads(usage("--by", "group", "--format", "json")) == [{"group": "team", "count": 3, "cost": 0.2}]
    assert list(csv.reader(io.StringIO(usage("--by", "endpoint", "--format", "csv")))) == [
        ["endpoint", "count", "cost"], [MODEL, "3", "0.20"]]
    assert re.search(r"^\d{4}-\d\d-\d\d +3 +0\.20$", usage("--by", "day", "--since", "1d"), re.M)
    assert json.loads(usage("--since", "2100-01-01", "--format", "json")) == []
    assert run(proxy, "usage", "--since", "never", "--config", str(own), **settings)[0] == 64
    status, output, _ = run(proxy, "ledger", "check", "--config", str(own), **settings)
    assert (status, output) == (0, "the sums and the entries of the ledger agree\n")


def test_a_ledger_that_is_not_there_or_in_memory_is_said(proxy, tmp_path):
    status, _, errors = run(proxy, "usage", ledger=f"sqlite:{tmp_path}/none.db")
    assert status == 1 and "there is no ledger at" in errors
    status, _, errors = run(proxy, "ledger", "check", ledger="memory")
    assert status == 1 and "a ledger in memory can be seen by nobody but its process" in errors


def test_callers_are_told_what_is_left_of_their_own_where_that_is_set(budgeted):
    quota = request(None, "GET", "/api/fal/proxy/quota", fields=[ANNA])
    settings = {"budget_user": "1.00/day, 5", "budget_total": "0.20", **TOKENS}
    _, relay = budgeted(billed("1"), **settings)
    assert ask(relay, who=[ANNA]).get("fal-proxy-budget-remaining") is None
    assert relay.fetch(quota).json["budgets"] == []
    _, relay = budgeted(billed("1"), budget_headers="remaining", **settings)
    # With what was set aside for the request itself.
    assert ask(relay, who=[ANNA]).get("fal-proxy-budget-remaining") == "0.90"
    assert ask(relay, who=[BERT]).get("fal-proxy-budget-remaining") == "0.90"
    day, ever = relay.fetch(quota).json["budgets"]
    assert 1 <= day.pop("resets") <= 86400
    assert day == {"name": "user", "period": "day", "limit": 1.0, "spent": 0.05, "remaining": 0.95}
    assert ever == {"name": "user", "period": "ever", "limit": 5.0, "spent": 0.05, "remaining": 4.95, "resets": None}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_with_a_full_disk_nothing_that_costs_is_let_through_and_polls_go_on(upstream, proxy, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        fal = upstream(Answering(QUEUED))
        relay = proxy(fal, ledger=f"sqlite:{disk}/ledger.db", budget_user="100000")
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        with relay.client() as client:
            for _ in range(3000):
                answer = client.send(request(SUBMIT, "POST", body=b"{}")).response("POST")
                if answer.status != 200:
                    break
        assert_proxy_error(answer, 503, "ledger_unavailable")
        assert answer.get("retry-after") == "1"
        wait_until(lambda: "cannot be written (database or disk is full): nothing that costs" in relay.stderr)
        assert ask(relay, RESULT, method="GET").status == 200
    finally:
        relay.kill()
        subprocess.run(["umount", "-l", disk], check=False)
