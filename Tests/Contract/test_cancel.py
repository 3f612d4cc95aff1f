"""Cancelling (protocol.md §3.8). A cancel is a PUT without a content, whatever its content type says (§2.2)."""

import pytest

from fals import INPUT, JSON, QUEUE


def cancel(fal, url):
    return fal.call(url, "PUT", fields=[JSON])


@pytest.fixture(scope="module")
def cancelled(fal):
    """A job that was cancelled at once: the job and the answer."""
    job = fal.submit()
    answer = cancel(fal, job.cancel_url)
    return fal.watch(job), answer


def test_a_cancel_is_accepted(cancelled):
    assert cancelled[1].status == 202 and cancelled[1].json == {"status": "CANCELLATION_REQUESTED"}


def test_a_cancelled_job_comes_to_an_end(cancelled):
    """§3.5: under one of the three statuses there are."""
    assert cancelled[0].polls[-1].json["status"] == "COMPLETED" and cancelled[0].polls[-1].status == 200


def test_a_finished_job_cannot_be_cancelled(fal, finished):
    answer = cancel(fal, finished.cancel_url)
    assert answer.status == 400 and answer.json == {"status": "ALREADY_COMPLETED"}


def test_an_unknown_job_cannot_be_cancelled(fal):
    answer = cancel(fal, f"{QUEUE}/requests/00000000-0000-7000-8000-000000000000/cancel")
    assert answer.status == 404 and answer.json == {"status": "NOT_FOUND"}


@pytest.mark.sandbox_only
def test_a_running_job_can_be_cancelled(fal):
    job = fal.submit({**INPUT, "num_inference_steps": 50})
    while fal.poll(job).json["status"] == "IN_QUEUE":
        pass
    assert cancel(fal, job.cancel_url).status == 202
    assert fal.watch(job).polls[-1].json["status"] == "COMPLETED"
