"""Starting, watching and stopping the built binary."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from .canary import CANARY, assert_no_canary
from .client import Client
from .waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("FAL_PROXY_BINARY", ROOT / ".build" / "debug" / "fal-proxy"))

#: Tests ask faster than people; `auto` brings the default back.
UNLIMITED = [f"FAL_PROXY_RATES_{name}" for name in ("SUBMITS", "JOBS", "POLLS", "STREAMS", "UPLOADS")]


class Proxy:
    """A running fal-proxy with environment `env` (names of FAL_PROXY_ settings may be given without the prefix, in
    lower case); nothing is limited unless they say so. Everything it writes is kept, and searched for the key when it is stopped. `launcher` is a command that
    becomes the binary named behind it."""

    def __init__(self, *arguments, key=CANARY, binary_environment=None, preexec=None, wait=True, launcher=(),
                 **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FAL_")}
        environment.pop("PORT", None)
        environment.update({"PORT": "0", "SWIFT_BACKTRACE": "enable=no"})
        if key is not None:
            environment["FAL_KEY"] = key
        if not {"check", "settings"} & set(arguments):
            environment.update(dict.fromkeys(UNLIMITED, "off"))
        for name, value in settings.items():
            environment["FAL_PROXY_" + name.upper()] = str(value)
        environment.update(binary_environment or {})
        self.output = tempfile.TemporaryFile()
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*launcher, str(BINARY), *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=self.output,
            stderr=self.errors, preexec_fn=preexec)
        self.address = None
        if wait:
            self.await_listening()

    def await_listening(self):
        def listening():
            if self.process.poll() is not None:
                raise AssertionError(f"exited with {self.process.returncode}: {self.stderr}")
            return re.search(r"listening on http://(\S+):(\d+)(/\S*)", self.stderr)
        match = wait_until(listening, 20, "the listening line")
        host = match.group(1).strip("[]")
        self.address = (host, int(match.group(2)))
        self.path = match.group(3)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.assert_clean()

    @property
    def pid(self):
        return self.process.pid

    @staticmethod
    def text(file):
        return os.pread(file.fileno(), 1 << 26, 0).decode("utf-8", "replace")

    @property
    def stdout(self):
        return self.text(self.output)

    @property
    def stderr(self):
        return self.text(self.errors)

    def client(self, **options):
        return Client(self.address, **options)

    def fetch(self, data, method="GET", **options):
        """One request on a connection of its own."""
        with self.client(**options) as client:
            return client.send(data).response(method)

    def access_log(self, count=1, seconds=10):
        """The access-log lines as objects, once there are at least `count`."""
        def lines():
            # The last line may still be on its way.
            found = [json.loads(line) for line in self.stdout.rpartition("\n")[0].splitlines()]
            return found if len(found) >= count else None
        return wait_until(lines, seconds, f"{count} access-log lines")

    def status_kib(self, name):
        """A figure in KiB from /proc/<pid>/status, such as VmRSS or RssAnon."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.M).group(1))

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def send_signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=40):
        return self.process.wait(seconds)

    def stop(self, number=signal.SIGTERM, seconds=40):
        """Signals and waits; the exit code."""
        self.send_signal(number)
        return self.wait(seconds)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def assert_clean(self):
        """Nothing the process ever wrote holds a part of the key, and it did not crash."""
        written = self.stdout + self.stderr
        assert_no_canary(written.encode(), "what the process wrote")
        for sign in ("Fatal error", "Sanitizer", "Illegal instruction"):
            assert sign not in written, written[-4000:]
        assert self.process.returncode in (0, -9, 78, 64, 1, 143, 130), (self.process.returncode, written[-2000:])
