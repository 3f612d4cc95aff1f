"""Direct calls (protocol.md §4)."""

import base64

import pytest

from fals import INPUT, RUN


@pytest.fixture(scope="module")
def ran(fal):
    """A direct call that asks for two images in the answer."""
    return fal.post(RUN, {**INPUT, "sync_mode": True, "num_images": 2})


def test_a_direct_call_is_answered_with_the_output(ran):
    """§4."""
    assert ran.status == 200 and ran.get("content-type").startswith("application/json")
    assert len(ran.json["images"]) == len(ran.json["has_nsfw_concepts"]) == 2 and "status" not in ran.json


def test_it_has_an_id(ran):
    """§3.3, §4."""
    assert ran.get("x-fal-request-id")


def test_it_says_what_it_is_billed(ran):
    """§11."""
    assert float(ran.get("x-fal-billable-units")) >= 2


def test_sync_mode_brings_the_images_as_data_uris(ran):
    """§4."""
    for image in ran.json["images"]:
        kind, _, data = image["url"].partition(";base64,")
        assert kind.startswith("data:image/") and len(base64.b64decode(data, validate=True)) > 100


@pytest.mark.sandbox_only
def test_images_are_billed_by_begun_megapixels(ran):
    """§11: for this model the unit is the megapixel, each image rounded up."""
    images = ran.json["images"]
    assert float(ran.get("x-fal-billable-units")) == sum(-(-i["width"] * i["height"] // 1_000_000) for i in images)


@pytest.mark.sandbox_only
def test_a_direct_call_that_does_not_start_in_time_is_504_and_says_whose_limit_it_was(fal):
    """§3.2, §5.4, `X-Fal-Request-Timeout`."""
    jobs = [fal.submit() for _ in range(6)]
    while fal.poll(jobs[1]).json["status"] == "IN_QUEUE":
        pass
    late = fal.post(RUN, INPUT, [("x-fal-request-timeout", "0.2")])
    for job in jobs:
        fal.watch(job)
    assert late.status == 504 and late.get("x-fal-request-timeout-type") == "user"
