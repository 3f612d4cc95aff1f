"""What the contract is asked of: the sandbox, behind the proxy as clients meet it, or fal itself. Both are a `Fal`."""

import contextlib
import http.client
import json
import re
import time
from urllib.parse import urlsplit

from harness import Proxy, request

MODEL = "fal-ai/flux-differential-diffusion"
QUEUE = f"https://queue.fal.run/{MODEL}"
RUN = f"https://fal.run/{MODEL}"
REST = "https://rest.fal.ai"
#: The documented example (protocol.md §9.3), with few steps; its seed is more than a double holds.
INPUT = {
    "prompt": "Tree of life under the sea",
    "image_url": "https://fal.media/files/koala/h6a7KK2Ie_inuGbdartoX.jpeg",
    "change_map_image_url": "https://fal.media/files/zebra/Wh4IYAiAAcVbuZ8M9ZMSn.jpeg",
    "num_inference_steps": 4, "seed": 9007199254740993,
}
JSON = ("content-type", "application/json")


class Answer:
    """A response that was read whole."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = [(name.lower(), value) for name, value in fields]
        self.body = body

    def get(self, name):
        return next((value for key, value in self.fields if key == name), None)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self):
        """The `data` of each event. An event has nothing else (protocol.md §3.6)."""
        text = self.body.decode()
        assert text == "" or text.endswith("\n\n")
        blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
        assert all(re.fullmatch(r"data: .*", block) for block in blocks), text[:500]
        return [json.loads(block.removeprefix("data: ")) for block in blocks]


class Job:
    """A submission and what became of it."""

    def __init__(self, submitted):
        self.submitted = submitted
        self.id = submitted.json["request_id"]
        self.url = submitted.json["response_url"].removesuffix("/response")
        self.status_url = submitted.json["status_url"]
        self.cancel_url = submitted.json["cancel_url"]
        self.polls = []
        self.result = None


class Fal:
    """The calls of an official client."""

    def call(self, url, method="GET", body=None, fields=()):
        """A call with the key."""
        raise NotImplementedError

    def direct(self, url, method="GET", body=None, fields=()):
        """A call past the proxy and without the key, as of an upload."""
        raise NotImplementedError

    def post(self, url, value, fields=()):
        return self.call(url, "POST", json.dumps(value).encode(), [JSON, *fields])

    def submit(self, value=INPUT, query="", fields=()):
        answer = self.post(QUEUE + query, value, fields or [("x-fal-queue-priority", "normal")])
        assert 200 <= answer.status < 300, (answer.status, answer.body)
        return Job(answer)

    def poll(self, job, logs="1"):
        return self.call(f"{job.status_url}?logs={logs}")

    def watch(self, job, seconds=300):
        """Polls to the end, every new answer kept, and fetches the result."""
        deadline = time.monotonic() + seconds
        while not job.polls or job.polls[-1].json["status"] != "COMPLETED":
            assert time.monotonic() < deadline, "the job does not end"
            answer = self.poll(job)
            if not job.polls or answer.body != job.polls[-1].body:
                job.polls.append(answer)
            # A poll of an official client: there is nothing to wait for.
            time.sleep(self.interval)
        job.result = self.call(job.url)
        return job


class Sandbox(Fal):
    interval = 0.02

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.proxy = self.stack.enter_context(Proxy("serve", "--sandbox", key=None, tokens_enabled="true"))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def call(self, url, method="GET", body=None, fields=()):
        return self.answer(request(url, method, fields=fields, body=body, host=self.host), method)

    def direct(self, url, method="GET", body=None, fields=()):
        parts = urlsplit(url)
        assert parts.netloc == self.host, url
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.answer(request(None, method, path=path, fields=fields, body=body, host=self.host), method)

    @property
    def host(self):
        return "{}:{}".format(*self.proxy.address)

    def answer(self, data, method):
        answer = self.proxy.fetch(data, method)
        return Answer(answer.status, answer.head.fields, answer.body)


class Live(Fal):
    interval = 0.5

    def __init__(self, key):
        self.key = key

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def call(self, url, method="GET", body=None, fields=()):
        return self.direct(url, method, body, [("authorization", f"Key {self.key}"), *fields])

    def direct(self, url, method="GET", body=None, fields=()):
        parts = urlsplit(url)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=300)
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, dict(fields))
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
