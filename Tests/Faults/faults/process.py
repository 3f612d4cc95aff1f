"""Figures of the proxy's process, and helpers that run in processes of their own."""

import json
import os
import pathlib
import subprocess
import sys
import time

from harness import Proxy

FOLDER = pathlib.Path(__file__).parent
HOSTS = ("queue.fal.run", "fal.run", "rest.fal.ai", "rest.alpha.fal.ai")


def start_proxy(url, **settings):
    """A proxy that reaches every fal host at `url`."""
    settings.setdefault("origin_overrides", ",".join(f"{host}={url}" for host in HOSTS))
    return Proxy(**settings)


def cpu_seconds(pid):
    """Processor time used so far."""
    with open(f"/proc/{pid}/stat") as stat:
        values = stat.read().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def cpu_share(pid, seconds):
    """The share of one core that was used over the next `seconds`."""
    before = cpu_seconds(pid)
    began = time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - began)


class Helper:
    """A module of this folder, run in a process of its own; it ends with its standard input."""

    def __init__(self, module, **options):
        environment = {**os.environ, "PYTHONPATH": f"{FOLDER.parent}:{FOLDER.parents[1] / 'EndToEndTests'}"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"faults.{module}", json.dumps(options)], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def ask(self, question=None):
        """Writes a line, if there is one to write, and reads the answer."""
        if question is not None:
            self.process.stdin.write(question.encode() + b"\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"a helper ended with {self.process.wait()}")
        return json.loads(line)


class Fal(Helper):
    """The fake fal of fal.py."""

    def __init__(self):
        super().__init__("fal")
        self.url = f"http://127.0.0.1:{self.ask()}"

    def counts(self):
        return self.ask("counts")
