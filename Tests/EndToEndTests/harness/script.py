"""Fixed answers of fal, and what is said about every error of the proxy itself."""

import queue

MODEL = "fal-ai/flux-differential-diffusion"
QUEUE = "https://queue.fal.run"
RUN = "https://fal.run"
RID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
SUBMIT = f"{QUEUE}/{MODEL}"
STATUS = f"{QUEUE}/{MODEL}/requests/{RID}/status"


class Answering:
    """Plays every connection of an Upstream: each request is kept in `requests` and answered with `data`, in order when
    there are several (the last one again and again)."""

    def __init__(self, *data):
        self.data = list(data)
        self.requests = queue.Queue()

    def __call__(self, connection):
        while True:
            self.requests.put(connection.read_request())
            connection.send(self.data.pop(0) if len(self.data) > 1 else self.data[0])

    def next_request(self, seconds=10):
        return self.requests.get(timeout=seconds)


def assert_proxy_error(answer, status, name):
    """The form of protocol.md §10.3, which every official client can read."""
    assert answer.status == status, (answer.status, answer.body)
    assert answer.status != 422
    assert answer.all("content-type") == ["application/json"]
    body = answer.json
    assert set(body) == {"detail", "message", "error_type"}
    assert body["error_type"] == f"proxy_{name}", body
    assert body["detail"] == body["message"] and body["detail"].endswith(".") and len(body["detail"]) > 15
    assert b"nginx" not in answer.head.raw.lower() + answer.body.lower()
    assert len(answer.all("x-request-id")) == 1 and answer.get("x-request-id")
    assert len(answer.all("date")) == 1
    assert answer.all("content-length") == [str(len(answer.body))]
