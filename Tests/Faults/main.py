"""Runs the cases one after another and prints the table."""

import argparse
import pathlib
import resource
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from faults import counted, descriptors, mixed, names, network, races, slow, streams, upstreams  # noqa: E402
from faults.leaks import Leaks  # noqa: E402
from faults.report import HEADING, Row  # noqa: E402

CASES = {
    "slow": slow.run,
    "upstream": upstreams.run,
    "dns": names.run,
    "races": races.run,
    "descriptors": descriptors.run,
    "counted": counted.run,
    "drain": streams.run_drained,
    "restart": streams.run_killed,
    "mixed": mixed.run,
}


def main():
    parser = argparse.ArgumentParser(prog="Tests/Faults/run", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all without")
    parser.add_argument("--minutes", type=float, default=10, help="of mixed traffic (10)")
    parser.add_argument("--connections", type=int, default=2000, help="slow clients of each kind (2000)")
    parser.add_argument("--idle", type=int, default=10_000, help="idle connections (10000)")
    parser.add_argument("--streams", type=int, default=200, help="event streams at SIGTERM (200)")
    options = parser.parse_args()
    network.enter()
    # Every process that was started ends with the context that started it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(unknown)}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < options.idle + 1000:
        parser.error(f"{most} open files are too few for --idle {options.idle}")
    print(HEADING, flush=True)
    rows = []
    for name in options.cases or CASES:
        began = time.monotonic()
        try:
            for row in CASES[name](options):
                rows.append(row)
                print(row, flush=True)
        except AssertionError as error:
            # The harness asserts too: that the process did not crash and wrote no part of the key.
            rows.append(Row(name, str(error)[:500], "the case runs to its end, nothing written holds the key", False))
            print(rows[-1], flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(Row("the key", f"{len(Leaks.found)} parts found in {Leaks.searched >> 20} MiB received, none in what the "
              "processes wrote", "no part of it anywhere", not Leaks.found))
    return 1 if Leaks.found or any(row.kept is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
