"""Waiting for something that another process does and does not announce."""

import time


def wait_until(predicate, seconds=10.0, what="the condition"):
    """Calls `predicate` until it returns something true, which is returned; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.005)
