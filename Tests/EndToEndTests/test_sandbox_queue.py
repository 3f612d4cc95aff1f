"""The queue of the embedded fal: runners, positions, priorities, deadlines and cancels, as a client of the proxy sees them."""

import contextlib
import json

import pytest

from harness import Proxy, data_uri, png, request

MODEL = "fal-ai/flux-differential-diffusion"
SOURCE = data_uri(png())
INPUT = {"prompt": "a cat", "image_url": SOURCE, "change_map_image_url": SOURCE, "num_inference_steps": 4}


@contextlib.contextmanager
def sandbox(**settings):
    with Proxy("serve", "--sandbox", key=None, **settings) as proxy:
        yield proxy


def call(proxy, target, method="GET", body=None, fields=()):
    content = None if body is None else json.dumps(body).encode()
    return proxy.fetch(request(target, method, body=content, fields=fields), method)


def submit(proxy, *fields, query="", body=INPUT):
    return call(proxy, f"https://queue.fal.run/{MODEL}{query}", "POST", body, fields)


def follow(proxy, rid, method="GET", tail="/status"):
    return call(proxy, f"https://queue.fal.run/{MODEL}/requests/{rid}{tail}", method)


def events(answer):
    assert answer.status == 200 and answer.get("content-type") == "text/event-stream"
    blocks = [block for block in answer.body.decode().split("\n\n") if block and block != ": ping"]
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


def news(answer):
    """What each event of a status stream says that the one before did not."""
    seen = [event.get("queue_position", event["status"]) for event in events(answer)]
    return [value for number, value in enumerate(seen) if number == 0 or seen[number - 1] != value]


def test_positions_fall_as_earlier_jobs_finish_and_low_priority_waits_behind_all():
    with sandbox(sandbox_runners=1, sandbox_speed=4) as proxy:
        first = submit(proxy).json
        low = submit(proxy, ("x-fal-queue-priority", "low")).json
        normal = submit(proxy, ("x-fal-queue-priority", "normal")).json
        assert [first["queue_position"], low["queue_position"], normal["queue_position"]] == [0, 1, 1]
        assert news(follow(proxy, low["request_id"], tail="/status/stream")) == [2, 1, 0, "IN_PROGRESS", "COMPLETED"]
        for job in (first, normal):
            assert follow(proxy, job["request_id"]).json["status"] == "COMPLETED"


def test_as_many_jobs_run_at_once_as_there_are_runners():
    with sandbox(sandbox_runners=3, sandbox_speed=0.5) as proxy:
        jobs = [submit(proxy).json["request_id"] for _ in range(4)]
        seen = events(follow(proxy, jobs[3], tail="/status/stream"))
        assert [event["queue_position"] for event in seen if event["status"] == "IN_QUEUE"][-1] == 0
        assert {follow(proxy, job).json["status"] for job in jobs[:3]} == {"COMPLETED"}


def test_logs_are_whole_in_a_poll_and_news_in_a_stream():
    with sandbox(sandbox_speed=10) as proxy:
        rid = submit(proxy).json["request_id"]
        told = [log["message"] for event in events(follow(proxy, rid, tail="/status/stream?logs=1"))
                for log in event["logs"] or []]
        assert [line for line in told if line.startswith("step")] == [f"step {number}/4" for number in range(1, 5)]
        for _ in range(2):
            assert [log["message"] for log in follow(proxy, rid, tail="/status?logs=1").json["logs"]] == told
        assert follow(proxy, rid).json["logs"] is None


def test_a_start_that_comes_too_late_is_504_in_the_queue_and_for_direct_calls():
    deadline = ("x-fal-request-timeout", "0.2")
    with sandbox(sandbox_runners=1, sandbox_speed=0.1) as proxy, proxy.client() as busy:
        # Whoever holds the runner has begun when the head of its stream is there.
        busy.send(request(f"https://fal.run/{MODEL}/stream", "POST", body=json.dumps(INPUT).encode()))
        assert " 200 " in busy.head().start
        rid = submit(proxy, deadline).json["request_id"]
        answers = [call(proxy, f"https://fal.run/{MODEL}{tail}", "POST", INPUT, [deadline]) for tail in ("", "/stream")]
        assert events(follow(proxy, rid, tail="/status/stream"))[-1]["error_type"] == "request_timeout"
        for answer in answers + [follow(proxy, rid, tail="")]:
            assert answer.status == 504 and answer.get("x-fal-request-timeout-type") == "user"
            assert answer.get("x-fal-error-type") == answer.error_type == "request_timeout"


def test_a_direct_run_whose_client_has_gone_gives_its_runner_back():
    with sandbox(sandbox_runners=1, sandbox_speed=0.1) as proxy:
        body = json.dumps(INPUT).encode()
        with proxy.client() as first, proxy.client() as second:
            first.send(request(f"https://fal.run/{MODEL}/stream", "POST", body=body))
            assert " 200 " in first.head().start
            second.send(request(f"https://fal.run/{MODEL}/stream", "POST", body=body))
            first.close()
            assert " 200 " in second.head().start


@pytest.mark.parametrize("query,status", [("?fal_max_queue_length=1", 429), ("?fal_max_queue_length=2", 200),
                                          ("?fal_max_queue_length=x", 400)])
def test_a_queue_longer_than_the_caller_allows_is_429(query, status):
    with sandbox(sandbox_runners=1, sandbox_speed=0.1) as proxy:
        for _ in range(2):
            submit(proxy)
        assert submit(proxy, query=query).status == status


def test_a_result_before_its_time_is_400_and_a_job_can_be_cancelled_until_it_has_ended():
    with sandbox(sandbox_runners=1, sandbox_speed=0.5) as proxy:
        running, queued = (submit(proxy).json["request_id"] for _ in range(2))
        early = follow(proxy, queued, tail="")
        assert (early.status, early.json) == (400, {"detail": "Request is still in progress"})
        assert follow(proxy, queued, "PUT", "/cancel").json == {"status": "CANCELLATION_REQUESTED"}
        with proxy.client() as client:
            client.send(request(f"https://queue.fal.run/{MODEL}/requests/{running}/status/stream"))
            assert client.head().start
            while b'"IN_PROGRESS"' not in client.reader.until(b"\n\n"):
                pass
        assert follow(proxy, running, "PUT", "/cancel").status == 202
        for rid in (running, queued):
            assert follow(proxy, rid).json["error_type"] == "client_cancelled"
            assert follow(proxy, rid, tail="").status == 499
            assert follow(proxy, rid, "PUT", "/cancel").json == {"status": "ALREADY_COMPLETED"}
