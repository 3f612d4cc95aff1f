"""The short form of Tests/Faults: slow crowds, the worst moment to close, too few descriptors, raced addresses, a drain with
streams, and what is counted of callers through all of that."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Faults"))

from faults import counted, descriptors, races, slow, streams, upstreams  # noqa: E402

#: The 99th percentile a debug build keeps on a busy machine (the long form holds a release build to 50 ms); a sanitizer
#: makes every access ten times as dear.
LIMIT_MS = 1500 if "SANITIZED" in os.environ else 250


def assert_kept(row):
    if row.kept is None:
        pytest.skip(row.saw)
    assert row.kept, f"{row.fault}: saw {row.saw}; promised {row.promised}"


@pytest.mark.parametrize("kind", ["heads", "content", "readers"])
def test_a_well_behaved_client_gets_its_answers_amid_200_slow_ones(kind):
    assert_kept(slow.check(
        kind, 200, 1 if kind == "readers" else 2.5, limit_ms=LIMIT_MS, timeout=1, every=0.1, alone_seconds=0.2))


def test_connections_that_close_at_the_worst_moment_cost_no_answer_and_run_nothing_twice():
    assert_kept(upstreams.worst_moment(400))


def test_clients_beyond_the_descriptors_wait_and_the_proxy_recovers():
    assert_kept(descriptors.exhausted(quiet=1))


@pytest.mark.skipif(not races.possible(), reason="needs root and unshare, for a hosts file of its own")
@pytest.mark.parametrize("limit", [1024, 64])
def test_no_descriptor_is_left_of_addresses_that_are_raced(tmp_path, limit):
    assert_kept(races.race(tmp_path, limit, clients=30, turns=5))


def test_every_one_of_20_streams_ends_whole_after_sigterm():
    assert_kept(streams.drained(20, events=10, every=0.1))


@pytest.mark.parametrize("check", [
    lambda: counted.crowd(200, users=10), lambda: counted.vanishing(4), lambda: counted.drained(4), counted.jumping,
    lambda: counted.full_disk(300)], ids=["crowd", "vanishing", "drained", "jumping", "full disk"])
def test_what_is_counted_of_callers_is_right_whatever_happens(check):
    assert_kept(check())
