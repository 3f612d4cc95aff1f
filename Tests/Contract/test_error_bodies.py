"""Errors (protocol.md §5)."""

import pytest

from fals import INPUT, JSON, QUEUE, RUN

#: What is wrong with an input, where it is said to be, of which type and with which limit (§5.2, §9.1).
WRONG = [
    ({"strength": 0}, ["body", "strength"], "greater_than_equal", {"ge": 0.01}),
    ({"strength": 1.5}, ["body", "strength"], "less_than_equal", {"le": 1}),
    ({"num_inference_steps": 0}, ["body", "num_inference_steps"], "greater_than_equal", {"ge": 1}),
    ({"num_inference_steps": 51}, ["body", "num_inference_steps"], "less_than_equal", {"le": 50}),
    ({"prompt": None}, ["body", "prompt"], "string_type", None),
    ({"prompt": ...}, ["body", "prompt"], "missing", None),
    ({"image_url": ...}, ["body", "image_url"], "missing", None),
    ({"change_map_image_url": ...}, ["body", "change_map_image_url"], "missing", None),
]


def assert_issue(answer, place, kind, context):
    """§5.1: `loc`, `msg` and `type` are there, `ctx`, `input` and `url` may be."""
    assert answer.status == 422 and answer.get("content-type").startswith("application/json")
    [issue] = answer.json["detail"]
    assert issue["loc"] == place and issue["type"] == kind and issue["msg"]
    assert set(issue) <= {"loc", "msg", "type", "url", "ctx", "input"}
    assert context is None or issue["ctx"] == context
    assert "url" not in issue or issue["url"].endswith(f"#{kind}")


@pytest.mark.parametrize("change,place,kind,context", WRONG)
def test_what_is_wrong_with_an_input_is_told_with_its_place(fal, change, place, kind, context):
    value = {name: member for name, member in {**INPUT, **change}.items() if member is not ...}
    answer = fal.post(RUN, value)
    assert_issue(answer, place, kind, context)
    # §11: a refused input costs nothing.
    assert float(answer.get("x-fal-billable-units") or 0) == 0
    assert answer.get("x-fal-retryable") in (None, "true", "false")


def test_everything_that_is_wrong_is_told_at_once(fal):
    """§5.1."""
    answer = fal.post(RUN, {"strength": 7, "num_inference_steps": 99})
    assert answer.status == 422 and len(answer.json["detail"]) == 5


@pytest.mark.parametrize("value", [[], "a prompt", 7, None])
def test_an_input_is_an_object(fal, value):
    """§5.1."""
    answer = fal.post(RUN, value)
    assert answer.status == 422 and len(answer.json["detail"]) == 1 and answer.json["detail"][0]["loc"] == ["body"]


def test_the_queue_replays_the_error_of_a_direct_call(fal, refused):
    """§3.7."""
    answer = fal.post(RUN, {"prompt": "a", "strength": 7})
    assert answer.status == refused.result.status and answer.json == refused.result.json


@pytest.mark.live_only
def test_a_request_error_is_named_in_content_and_field(fal):
    """§5.1, §3.2: a malformed `X-Fal-Request-Timeout` is a bad request. The proxy drops one."""
    answer = fal.post(QUEUE, INPUT, [("x-fal-request-timeout", "soon")])
    assert answer.status == 400 and answer.json["error_type"] == "bad_request"
    assert isinstance(answer.json["detail"], str) and answer.get("x-fal-error-type") == "bad_request"


@pytest.mark.sandbox_only
def test_a_job_that_does_not_start_in_time_is_504_and_says_whose_limit_it_was(fal):
    """§3.2, §5.4: a client must not repeat it."""
    jobs = [fal.submit() for _ in range(6)]
    late = fal.watch(fal.submit(fields=[("x-fal-request-timeout", "0.2")]))
    for job in jobs:
        fal.watch(job)
    assert late.polls[-1].json["status"] == "COMPLETED" and late.polls[-1].json["error_type"] == "request_timeout"
    assert late.result.status == 504 and late.result.get("x-fal-request-timeout-type") == "user"
    assert late.result.json["error_type"] == late.result.get("x-fal-error-type") == "request_timeout"


@pytest.mark.parametrize("field", [
    ("x-fal-runner-hint", "a"), ("x-fal-no-retry", "1"), ("x-fal-store-io", "0"), ("x-app-fal-disable-fallback", "true"),
    ("x-fal-object-lifecycle-preference", '{"expiration_duration_seconds":3600}'), ("x-fal-request-timeout", "60"),
    ("x-fal-retry-config", "no json"), ("x-fal-tags", "bad,a=b,fal.x=y")])
@pytest.mark.sandbox_only
def test_fields_that_a_client_may_send_do_no_harm(fal, field):
    """§3.2, §13."""
    job = fal.submit(fields=[field])
    assert fal.call(job.cancel_url, "PUT", fields=[JSON]).status == 202
