"""Pictures are painted beside one another, for those who still want them, and hold up nobody else."""

import base64
import json
import os
import threading
import time

import pytest

from harness import Proxy, data_uri, png, request, wait_until

MODEL = "fal-ai/flux-differential-diffusion"
SMALL = data_uri(png(64, 48))
LARGE = data_uri(png(4096, 4096))


def sandbox(**settings):
    return Proxy("serve", "--sandbox", key=None, sandbox_speed=100, **settings)


def call(proxy, target, method="GET", body=None):
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    return proxy.fetch(request(f"https://{target}", method, body=content), method)


def body(image, **members):
    return {"prompt": "a garden", "image_url": image, "change_map_image_url": SMALL, "seed": 7} | members


def submit(proxy, image, **members):
    return call(proxy, f"queue.fal.run/{MODEL}", "POST", body(image, **members)).json["request_id"]


def follow(proxy, rid, tail="", method="GET"):
    return call(proxy, f"queue.fal.run/{MODEL}/requests/{rid}{tail}", method)


def status(proxy, rid):
    return follow(proxy, rid, "/status").json["status"]


def await_status(proxy, rid, wanted, seconds=60):
    wait_until(lambda: status(proxy, rid) == wanted, seconds, f"the status {wanted}")


def timed(body):
    start = time.monotonic()
    body()
    return time.monotonic() - start


def test_jobs_that_are_cancelled_hold_up_nobody():
    with sandbox(sandbox_runners=2) as proxy:
        whole = timed(lambda: await_status(proxy, submit(proxy, LARGE, num_images=4), "COMPLETED"))
        for _ in range(6):
            rid = submit(proxy, LARGE, num_images=4)
            await_status(proxy, rid, "IN_PROGRESS")
            assert follow(proxy, rid, "/cancel", "PUT").status == 202
        # What is left of them is less than one of them takes.
        assert timed(lambda: await_status(proxy, submit(proxy, SMALL), "COMPLETED")) < whole


def test_runs_whose_clients_have_gone_hold_up_nobody_and_take_no_memory():
    with sandbox(sandbox_runners=2) as proxy:
        content = json.dumps(body(LARGE, num_images=4)).encode()
        for _ in range(20):
            with proxy.client() as client:
                client.send(request(f"https://fal.run/{MODEL}/stream", "POST", body=content))
                assert " 200 " in client.head().start
        await_status(proxy, submit(proxy, SMALL), "COMPLETED", 10)
        if "SANITIZED" not in os.environ:
            assert proxy.status_kib("VmHWM") < 1000 * 1024


@pytest.mark.skipif(os.cpu_count() < 2, reason="one processor paints one picture at a time")
def test_a_small_picture_is_not_behind_a_large_one():
    with sandbox(sandbox_runners=4) as proxy:
        large = submit(proxy, LARGE, num_images=4)
        await_status(proxy, large, "IN_PROGRESS")
        await_status(proxy, submit(proxy, SMALL), "COMPLETED")
        assert status(proxy, large) == "IN_PROGRESS"


def test_previews_come_while_the_pictures_are_painted():
    with sandbox() as proxy, proxy.client() as client:
        client.send(request(f"https://fal.run/{MODEL}/stream", "POST", body=json.dumps(body(LARGE, num_images=4)).encode()))
        client.head()
        moments = []
        while len(moments) < 4:
            event = client.reader.until(b"\n\n")
            if b"data: {" in event:
                moments.append(time.monotonic())
                url = "data:image/png" if len(moments) < 4 else "/files/"
                assert event.count(url.encode()) == 4
        # The output takes longer than the previews, which are small.
        assert moments[3] - moments[2] > 10 * (moments[2] - moments[0])


def test_long_answers_and_long_inputs_hold_up_no_poll():
    """Results that are pictures in themselves, and submits of 20 MiB: a poll comes between, as often as not at once."""
    with sandbox(sandbox_runners=4, limits_memory="1GiB") as proxy:
        rid = submit(proxy, data_uri(png(2048, 2048)), num_images=4, sync_mode=True)
        await_status(proxy, rid, "COMPLETED")
        polled = submit(proxy, SMALL)
        long = json.dumps(body("data:image/png;base64," + base64.b64encode(bytes(15 << 20)).decode())).encode()
        problems = []

        def fetch():
            answer = follow(proxy, rid)
            if answer.status != 200 or answer.body.count(b"data:image/png;base64,") != 4:
                problems.append(answer.status)

        def send():
            answer = call(proxy, f"queue.fal.run/{MODEL}", "POST", long)
            if answer.status != 200:
                problems.append(answer.status)

        threads = [threading.Thread(target=fetch) for _ in range(2)] + [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        waits = [timed(lambda: status(proxy, polled))]
        while any(thread.is_alive() for thread in threads):
            waits.append(timed(lambda: status(proxy, polled)))
        assert not problems
        # The test itself takes a processor.
        if "SANITIZED" not in os.environ:
            assert sorted(waits)[len(waits) // 2] < 0.1
