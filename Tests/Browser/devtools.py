"""Chromium by its DevTools protocol, through a pipe: nothing to install beside the browser."""

import base64
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

KEYS = {"Enter": 13, "Escape": 27, " ": 32, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
        "Tab": 9}
ALT, CONTROL, META, SHIFT = 1, 2, 4, 8
BUTTONS = {"none": 0, "left": 1, "right": 2, "middle": 4}


class Fault(Exception):
    """What the browser or the page's script answered instead of a value."""


class Browser:
    """A headless Chromium with one page; what the page logs as an error or is refused by its policy is in `complaints`."""

    def __init__(self, *arguments):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands, self.write_end = os.pipe()
        self.read_end, answers = os.pipe()

        def hand_over():
            # The browser takes commands from 3 and answers on 4; neither number may be overwritten before it is copied.
            from_page, to_page = os.dup(commands), os.dup(answers)
            os.dup2(from_page, 3)
            os.dup2(to_page, 4)

        self.process = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--no-proxy-server", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", *arguments, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, close_fds=False,
            preexec_fn=hand_over)
        os.close(commands)
        os.close(answers)
        self.last, self.waiting, self.complaints, self.session = 0, {}, [], None
        self.traced, self.trace_ended = [], threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.write_end)
        self.profile.cleanup()

    def _listen(self):
        rest = b""
        while piece := os.read(self.read_end, 1 << 20):
            *messages, rest = (rest + piece).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self.waiting.pop(message["id"]).put(message)
                else:
                    self._note(message["method"], message.get("params", {}))
        os.close(self.read_end)

    def _note(self, method, about):
        if method == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "assert"):
            self.complaints.append(" ".join(str(one.get("value", one.get("description"))) for one in about["args"]))
        elif method == "Tracing.dataCollected":
            self.traced += about["value"]
        elif method == "Tracing.tracingComplete":
            self.trace_ended.set()
        elif method == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.complaints.append(about["entry"]["text"])

    def call(self, method, timeout=60, **parameters):
        """Sends a command of the protocol, and returns what it answers."""
        self.last += 1
        answer = self.waiting[self.last] = queue.Queue()
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        told = answer.get(timeout=timeout)
        if "error" in told:
            raise Fault(f"{method}: {told['error']['message']}")
        return told["result"]

    def run(self, script, timeout=60):
        """The value of an expression of the page, awaited if it is a promise."""
        told = self.call("Runtime.evaluate", timeout, expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise Fault(told["exceptionDetails"].get("exception", {}).get("description", "the script failed"))
        return told["result"].get("value")

    @contextlib.contextmanager
    def trace(self, *categories):
        """Yields a list in which, at its end, are the events of what the browser did meanwhile."""
        self.traced = []
        self.trace_ended.clear()
        self.call("Tracing.start", transferMode="ReportEvents",
                  traceConfig={"includedCategories": list(categories), "excludedCategories": ["*"]})
        yield self.traced
        self.call("Tracing.end")
        assert self.trace_ended.wait(60)

    def open(self, url, ready):
        """Loads a page, and waits for the promise that `ready` names."""
        self.call("Page.navigate", url=url)
        self.run("new Promise((r) => document.readyState === 'complete' ? r() : addEventListener('load', r))")
        return self.run(ready)

    def resize(self, width, height, ratio=1, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=ratio, mobile=mobile)
        self.call("Emulation.setTouchEmulationEnabled", enabled=mobile, maxTouchPoints=5 if mobile else 1)

    def prefer(self, **features):
        """Media features, such as prefers_color_scheme="dark"."""
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=listed)

    def mouse(self, kind, x, y, button="left", modifiers=0, pen=False, force=0.5):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, modifiers=modifiers, clickCount=1,
                  button="none" if kind == "mouseMoved" and button == "none" else button,
                  buttons=0 if kind == "mouseReleased" else BUTTONS[button], pointerType="pen" if pen else "mouse",
                  force=force if pen else 0)

    def drag(self, *points, button="left", modifiers=0, **pen):
        """Presses at the first point, and lets go at the last."""
        self.mouse("mouseMoved", *points[0], button="none", modifiers=modifiers)
        self.mouse("mousePressed", *points[0], button=button, modifiers=modifiers, **pen)
        for point in points[1:]:
            self.mouse("mouseMoved", *point, button=button, modifiers=modifiers, **pen)
        self.mouse("mouseReleased", *points[-1], button=button, modifiers=modifiers, **pen)

    def touch(self, kind, *points):
        self.call("Input.dispatchTouchEvent", type=kind,
                  touchPoints=[{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)])

    def key(self, key, modifiers=0, times=1):
        text = key if len(key) == 1 and not modifiers & (CONTROL | META) else "\r" if key == "Enter" else ""
        code = KEYS.get(key, ord(key[0].upper()))
        for _ in range(times):
            about = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
            self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
