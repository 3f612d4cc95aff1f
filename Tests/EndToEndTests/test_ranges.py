"""Parts of a result, and results that have not changed: fal's promises of them can be taken up through the proxy."""

import re

import pytest

from harness import request, respond
from harness.script import STATUS

RESULT = STATUS.removesuffix("/status")
FILE = bytes(range(256)) * 400
ETAG = '"v1"'


def serve(connection):
    """Serves FILE as RFC 9110 has it: whole, in part, not again, or a range it does not have."""
    while True:
        seen = connection.read_request()
        status, fields, body = answer_to(seen)
        connection.send(respond(status, [("etag", ETAG), ("accept-ranges", "bytes"), *fields], body))


def answer_to(seen):
    if seen.get("if-none-match") == ETAG:
        return 304, [("content-length", str(len(FILE)))], b""
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", seen.get("range", ""))
    if not wanted or seen.get("if-range", ETAG) != ETAG:
        return 200, [("content-type", "image/png")], FILE
    start, end = int(wanted[1]), int(wanted[2] or len(FILE) - 1)
    if start >= len(FILE):
        return 416, [("content-range", f"bytes */{len(FILE)}")], b""
    fields = [("content-type", "image/png"), ("content-range", f"bytes {start}-{end}/{len(FILE)}")]
    return 206, fields, FILE[start:end + 1]


def test_a_download_that_broke_off_is_resumed_where_it_ended(upstream, proxy):
    relay = proxy(upstream(serve))
    with relay.client() as client:
        head = client.send(request(RESULT)).head()
        assert head.get("accept-ranges") == "bytes" and head.get("content-length") == str(len(FILE))
        begun = client.reader.exactly(70_000)
    fields = [("range", f"bytes={len(begun)}-"), ("if-range", head.get("etag"))]
    answer = relay.fetch(request(RESULT, fields=fields))
    assert (answer.status, begun + answer.body) == (206, FILE)
    assert answer.all("content-range") == [f"bytes {len(begun)}-{len(FILE) - 1}/{len(FILE)}"]


@pytest.mark.parametrize("fields,status,length,content_range", [
    ([("range", "bytes=0-9")], 206, 10, f"bytes 0-9/{len(FILE)}"),
    ([("range", "bytes=0-9"), ("if-range", '"v0"')], 200, len(FILE), None),
    ([("range", "bytes=999999-")], 416, 0, f"bytes */{len(FILE)}"),
    ([("if-none-match", ETAG)], 304, 0, None), ([("if-none-match", '"v0"')], 200, len(FILE), None)])
def test_a_part_or_what_has_not_changed_is_answered_as_fal_answers_it(
        upstream, proxy, fields, status, length, content_range):
    with proxy(upstream(serve)).client() as client:
        for _ in range(2):
            answer = client.send(request(RESULT, fields=fields)).response()
            assert (answer.status, answer.body) == (status, FILE[:length])
            assert (answer.get("content-range"), answer.all("etag")) == (content_range, [ETAG])
            assert answer.get("content-length") == str(len(FILE) if status == 304 else length)
            assert answer.all("cache-control") == ["private, no-store"]
