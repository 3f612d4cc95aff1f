"""Minutes of mixed traffic at half the speed that can be reached: nothing grows, nothing leaks, nothing goes wrong."""

import time

from harness import request, wait_until
from harness.flow import STATUS

from .process import Fal, Helper, cpu_seconds, start_proxy
from .report import Row, counted
from .upstreams import ask

WORKERS = 64
UPSTREAM_IDLE = 5


def measure(relay, rate, seconds, watch=None):
    """Traffic for so long, from one process; `watch` is called each second."""
    with Helper("traffic", host=relay.address[0], port=relay.address[1], rate=rate, workers=WORKERS, seed=1) as traffic:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(1)
            if watch:
                watch()
        return traffic.ask("enough")


def check(minutes):
    with Fal() as fal, start_proxy(fal.url, upstream_idle=f"{UPSTREAM_IDLE}s", timeouts_idle="10s") as relay:
        top = measure(relay, 0, 8)
        top_rate = sum(top["counts"].values()) / top["seconds"]
        time.sleep(UPSTREAM_IDLE + 3)
        descriptors = relay.open_descriptors()
        samples = []
        cpu = cpu_seconds(relay.pid)
        done = measure(relay, top_rate / 2, minutes * 60, lambda: samples.append(relay.status_kib("VmRSS")))
        cpu = (cpu_seconds(relay.pid) - cpu) / done["seconds"]
        # The last ten seconds against the ten after the first minute, so that one sample decides nothing.
        minute = min(60, len(samples) // 3)
        early = sorted(samples[minute:minute + 10])[5]
        late = sorted(samples[-10:])[5]
        assert ask(relay, request(STATUS))[0] == "200"
        try:
            wait_until(lambda: relay.open_descriptors() <= descriptors, UPSTREAM_IDLE + 15, "the descriptors' return")
        except AssertionError:
            pass
        left = relay.open_descriptors()
        counts = fal.counts()
    rate = sum(done["counts"].values()) / done["seconds"]
    allowed = early * 1.1 if early * 0.1 > 1024 else early + 1024
    kept = (late <= allowed and left <= descriptors and done["error_count"] == 0 and top["error_count"] == 0
            and not done["leaked"] and not top["leaked"] and "without key" not in counts)
    return Row(
        f"{minutes:g} minutes of mixed traffic at half speed ({rate:.0f} of {top_rate:.0f} requests/s)",
        f"{counted(done['counts'])}; {done['error_count']} other errors {done['errors'] or top['errors'] or ''}; RSS "
        f"{early} KiB after the first minute, {late} at the end ({max(samples)} at most); {descriptors} descriptors "
        f"before, {left} after; {cpu * 100:.0f} % of a core; {done['searched'] >> 20} MiB searched for the key",
        "RSS at the end within 10 % (or 1 MiB) of that after the first minute; no descriptor leaked; no error that was "
        "not caused on purpose", kept)


def run(options):
    yield check(options.minutes)
