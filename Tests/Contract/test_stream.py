"""Streams (protocol.md §3.6, §4): of a status, and of a model."""

import json

import pytest

from fals import INPUT, RUN
from test_queue import STATUSES

EVENTS = [("accept", "application/json, text/event-stream"), ("content-type", "application/json")]


@pytest.fixture(scope="module")
def followed(fal):
    """A job followed from its beginning: the job and the stream."""
    job = fal.submit()
    stream = fal.call(f"{job.status_url}/stream?logs=1", fields=EVENTS)
    return fal.watch(job), stream


def test_a_status_stream_is_one_of_events(followed):
    """§3.6."""
    assert followed[1].status == 200 and followed[1].get("content-type").startswith("text/event-stream")


def test_its_events_are_the_statuses_of_polls(followed):
    """§3.6."""
    job, stream = followed
    for event in stream.events:
        assert event["status"] in STATUSES and event["request_id"] == job.id
        assert event["response_url"] and event["status_url"] and event["cancel_url"]
        assert type(event.get("queue_position", 0)) is int
        assert event["status"] == "IN_QUEUE" or "logs" in event
    assert set(stream.events[-1]) == set(job.polls[-1].json)


def test_it_ends_with_completed(followed):
    """§3.6: and the server closes, without a marker of the end."""
    statuses = [event["status"] for event in followed[1].events]
    assert statuses[-1] == "COMPLETED" and statuses.count("COMPLETED") == 1
    assert b"[DONE]" not in followed[1].body


def test_logs_of_events_are_those_since_the_last(followed):
    """§3.6: put together they are the logs of a poll."""
    job, stream = followed
    gathered = [line for event in stream.events for line in event.get("logs") or []]
    assert gathered == job.polls[-1].json["logs"]


def test_a_stream_of_a_finished_job_is_one_event(fal, finished):
    """§3.6."""
    stream = fal.call(f"{finished.status_url}/stream", fields=EVENTS)
    assert [event["status"] for event in stream.events] == ["COMPLETED"]
    assert stream.events[0].get("logs") is None


def test_a_stream_of_a_job_that_nobody_knows_is_404(fal, finished):
    """§3.6: what is no 2xx is an error to clients."""
    url = finished.status_url.replace(finished.id, "00000000-0000-7000-8000-000000000000")
    assert fal.call(f"{url}/stream", fields=EVENTS).status == 404


@pytest.mark.sandbox_only
def test_a_models_stream_ends_with_its_output(fal):
    """§4. Whether a model has a stream is its own affair; the sandbox's has."""
    stream = fal.call(f"{RUN}/stream", "POST", json.dumps(INPUT).encode(), EVENTS)
    assert stream.status == 200 and stream.get("content-type").startswith("text/event-stream")
    assert stream.events[-1]["seed"] == INPUT["seed"] and len(stream.events[-1]["images"]) == 1
