"""The proxy as a real Chromium sees it: preflights, CORS, events as they come, images. Against the embedded sandbox."""

import http.client
import http.server
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "EndToEndTests"))

from harness import Proxy  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = (pathlib.Path(__file__).parent / "page.html").read_bytes()

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


class Site:
    """The page's own server; it takes the page's report, and passes /api/fal/proxy on like a development server."""

    def __init__(self):
        site = self
        self.reports = queue.Queue()
        self.gateway = None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body, fields=()):
                self.send_response(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def serve(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path.startswith("/api/fal/proxy"):
                    return self.pass_on(body)
                if self.path == "/report":
                    site.reports.put(json.loads(body))
                    return self.answer(204, b"")
                return self.answer(200, PAGE, [("content-type", "text/html; charset=utf-8")])

            def pass_on(self, body):
                upstream = http.client.HTTPConnection(*site.gateway)
                fields = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                upstream.request(self.command, self.path, body or None, fields)
                answer = upstream.getresponse()
                kept = [(name, value) for name, value in answer.getheaders()
                        if name.lower() not in ("transfer-encoding", "content-length", "connection", "date")]
                self.answer(answer.status, answer.read(), kept)

            do_GET = do_POST = do_PUT = serve

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site():
    one = Site()
    yield one
    one.server.shutdown()


def visit(site, proxy_url, host="127.0.0.1"):
    """Opens the page and waits for what it reports."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
             f"--user-data-dir={profile}", "--remote-debugging-port=0",
             f"http://{host}:{site.port}/?proxy={proxy_url}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        try:
            return site.reports.get(timeout=60)
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def assert_whole_job(report):
    assert "failed" not in report, report
    assert report["requestID"] and report["units"] == "1"
    assert report["statuses"] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert report["width"] == 512
    assert report["cookie"] == ""
    assert report["cancel"] == 400
    assert (report["refused"], report["refusal"]) == (403, "proxy_endpoint_not_allowed")


def test_a_page_of_an_allowed_origin_does_the_whole_job(site):
    with Proxy("serve", "--sandbox", key=None, allowed_origins=f"http://127.0.0.1:{site.port}") as proxy:
        report = visit(site, f"http://127.0.0.1:{proxy.address[1]}/api/fal/proxy")
        assert_whole_job(report)
        assert report["type"].startswith("text/event-stream")
        # The events came over the life of the job, not all at its end.
        assert report["spread"] > 800


def test_a_page_behind_a_gateway_that_changes_host_is_the_same_origin(site):
    with Proxy("serve", "--sandbox", key=None) as proxy:
        site.gateway = proxy.address
        assert_whole_job(visit(site, "/api/fal/proxy"))


def test_a_page_of_a_foreign_origin_gets_nothing_and_nothing_is_spent(site):
    with Proxy("serve", "--sandbox", key=None, allowed_origins=f"http://127.0.0.1:{site.port}") as proxy:
        report = visit(site, f"http://127.0.0.1:{proxy.address[1]}/api/fal/proxy", host="localhost")
        assert "Failed to fetch" in report["failed"]
        lines = proxy.access_log()
        assert {line["status"] for line in lines} == {403}
        assert all("operation" not in line for line in lines)
