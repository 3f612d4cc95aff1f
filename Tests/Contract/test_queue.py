"""The queue (protocol.md §3.1–§3.5, §3.7): submit, status, result."""

import pytest

from fals import INPUT, QUEUE

STATUSES = {"IN_QUEUE", "IN_PROGRESS", "COMPLETED"}
LEVELS = {"STDERR", "STDOUT", "ERROR", "INFO", "WARN", "DEBUG"}


def assert_status(answer):
    """What the strict decoders of the official clients ask of a status (§2.4, §3.5)."""
    status = answer.json
    assert status["status"] in STATUSES
    assert status["request_id"] and status["response_url"] and status["status_url"] and status["cancel_url"]
    assert answer.status == (200 if status["status"] == "COMPLETED" else 202)
    if status["status"] == "IN_QUEUE":
        assert type(status["queue_position"]) is int and status["queue_position"] >= 0
    else:
        assert "queue_position" not in status and "logs" in status


def test_a_submission_is_answered_200_with_an_id_and_its_urls(finished):
    """§3.4, §2.4 (Python follows the URLs as they are)."""
    submitted = finished.submitted
    assert submitted.status == 200 and submitted.get("content-type").startswith("application/json")
    assert submitted.json["status"] == "IN_QUEUE" and type(submitted.json["queue_position"]) is int
    assert finished.id in submitted.json["response_url"]
    assert submitted.json["status_url"].endswith(f"/requests/{finished.id}/status")
    assert submitted.json["cancel_url"].endswith(f"/requests/{finished.id}/cancel")


def test_the_urls_name_the_app_and_not_the_path_within_it(finished):
    """§2.2: clients build them so."""
    assert finished.status_url == f"{QUEUE}/requests/{finished.id}/status"


def test_a_status_is_202_until_it_is_completed_and_then_200(finished):
    """§3.5."""
    for answer in finished.polls:
        assert_status(answer)
    assert finished.polls[-1].status == 200


def test_the_statuses_come_in_their_order(finished):
    """§3.5."""
    order = ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    seen = [order.index(answer.json["status"]) for answer in finished.polls]
    assert seen == sorted(seen)


def test_logs_are_null_unless_asked_for(fal, finished):
    """§3.5: `0` and `false` are off, as Python and JS write them; so is nothing."""
    for url in ("?logs=0", "?logs=false", ""):
        assert fal.call(finished.status_url + url).json.get("logs") is None
    for url in ("?logs=1", "?logs=true"):
        assert isinstance(fal.call(finished.status_url + url).json["logs"], list)


def test_logs_of_polls_are_cumulative(finished):
    """§3.5."""
    gathered = []
    for answer in finished.polls:
        logs = answer.json["logs"] or []
        assert logs[:len(gathered)] == gathered
        gathered = logs


def test_a_log_line_has_what_clients_read(finished):
    """§3.5, §2.4."""
    logs = finished.polls[-1].json["logs"]
    for line in logs:
        assert isinstance(line["message"], str) and isinstance(line["timestamp"], str)
        assert line["level"] in LEVELS and "source" in line


def test_a_completed_job_says_how_long_it_took_and_of_no_error(finished):
    """§3.5."""
    status = finished.polls[-1].json
    assert status["metrics"]["inference_time"] > 0 and "error" not in status


def test_a_result_is_the_bare_output(finished):
    """§3.7, §9.2."""
    assert finished.result.status == 200 and finished.result.get("x-fal-request-id") == finished.id
    output = finished.result.json
    assert set(output) >= {"images", "timings", "seed", "has_nsfw_concepts", "prompt"} and "status" not in output
    assert output["prompt"] == INPUT["prompt"]
    assert all(isinstance(flag, bool) for flag in output["has_nsfw_concepts"])
    assert len(output["has_nsfw_concepts"]) == len(output["images"]) == 1
    for image in output["images"]:
        assert isinstance(image["url"], str) and type(image["width"]) is int and type(image["height"]) is int
    assert all(isinstance(seconds, (int, float)) for seconds in output["timings"].values())


def test_a_seed_beyond_the_integers_of_javascript_comes_back_as_it_went(finished):
    """§9.2."""
    assert finished.result.json["seed"] == INPUT["seed"]


def test_the_images_of_a_result_can_be_loaded_without_a_key(fal, finished):
    """§1, §6.5."""
    image = fal.direct(finished.result.json["images"][0]["url"])
    assert image.status == 200 and image.get("content-type").startswith("image/")


def test_a_result_says_what_it_is_billed(finished):
    """§3.3, §11: a decimal number in a string."""
    assert float(finished.result.get("x-fal-billable-units")) >= 1


def test_a_job_that_failed_is_completed_with_an_error(refused):
    """§3.5: there is no status FAILED."""
    status = refused.polls[-1].json
    assert status["status"] == "COMPLETED" and refused.polls[-1].status == 200
    assert isinstance(status["error"], str) and isinstance(status["error_type"], str)


def test_the_result_of_a_failed_job_is_the_models_own_answer(refused):
    """§3.7."""
    assert refused.result.status == 422 and isinstance(refused.result.json["detail"], list)


@pytest.mark.sandbox_only
def test_a_queue_longer_than_the_caller_bears_is_429(fal):
    """§3.1, `fal_max_queue_length`."""
    jobs = [fal.submit() for _ in range(6)]
    answer = fal.post(f"{QUEUE}?fal_max_queue_length=0", INPUT)
    assert answer.status == 429
    assert fal.post(f"{QUEUE}?fal_max_queue_length=1000", INPUT).status == 200
    for job in jobs:
        fal.watch(job)


@pytest.mark.sandbox_only
def test_positions_count_the_requests_ahead_and_fall(fal):
    """§3.5."""
    jobs = [fal.submit() for _ in range(6)]
    first = [job.submitted.json["queue_position"] for job in jobs]
    last = fal.watch(jobs[-1])
    positions = [answer.json["queue_position"] for answer in last.polls if answer.json["status"] == "IN_QUEUE"]
    assert first[-1] >= 3 and first == sorted(first)
    assert positions == sorted(positions, reverse=True) and len(set(positions)) >= 3


@pytest.mark.sandbox_only
def test_a_job_of_low_priority_waits_behind_all_normal_ones(fal):
    """§3.2, `X-Fal-Queue-Priority`."""
    ahead = [fal.submit() for _ in range(4)]
    low = fal.submit(fields=[("x-fal-queue-priority", "low")])
    normal = [fal.submit() for _ in range(2)]
    position = fal.poll(low).json.get("queue_position", 0)
    while fal.poll(low).json["status"] == "IN_QUEUE":
        pass
    begun = [fal.poll(job).json["status"] != "IN_QUEUE" for job in normal]
    for job in [*ahead, low, *normal]:
        fal.watch(job)
    assert position > low.submitted.json["queue_position"] and all(begun)
