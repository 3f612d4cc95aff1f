"""The well-behaved client, in a process of its own: polls at a steady pace, a fifth of them on new connections.

Each answer is timed from before the request (and the connection, where it is new) to its last byte.
"""

import json
import select
import sys
import time

from faults.leaks import Leaks
from faults.report import figures
from harness import Client, request
from harness.flow import STATUS


def poll(client):
    answer = client.send(request(STATUS, fields=[("accept", "application/json")])).response()
    Leaks().feed(answer.head.raw + answer.body)
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.body[:80]!r}")


def main(host, port, rate):
    """Polls until its standard input ends or says so."""
    took = []
    errors = []
    kept = {}
    began = started = time.monotonic()
    number = 0
    while not select.select([sys.stdin], [], [], max(0.0, began + number / rate - time.monotonic()))[0]:
        number += 1
        if time.monotonic() - started > 600:
            break
        # What was missed while an answer was awaited is not made up for in a burst.
        began = max(began, time.monotonic() - number / rate - 0.01)
        before = time.perf_counter()
        try:
            if number % 5 == 0:
                with Client((host, port), timeout=5) as client:
                    poll(client)
            else:
                slot = number % 4
                if slot not in kept:
                    kept[slot] = Client((host, port), timeout=5)
                poll(kept[slot])
        except (OSError, EOFError, AssertionError) as error:
            kept.pop(number % 4, None)
            way = "new" if number % 5 == 0 else "kept"
            errors.append(f"{way}, after {time.monotonic() - started:.1f} s: {error!r}")
        took.append((time.perf_counter() - before) * 1e3)
    sys.stdin.readline()
    p50, p99, largest = figures(took)
    print(json.dumps({"count": len(took), "p50": p50, "p99": p99, "max": largest, "errors": errors[:5],
                      "error_count": len(errors), "leaked": sorted(Leaks.found)}), flush=True)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
