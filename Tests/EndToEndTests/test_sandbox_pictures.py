"""The pictures of the embedded fal: what was sent is read, what the map keeps is kept, what cannot be read is said."""

import base64
import json
import os
import struct
import time
import zlib

import pytest

from harness import Proxy, data_uri, png, request

MODEL = "fal-ai/flux-differential-diffusion"
GENERAL = "fal-ai/flux-general/differential-diffusion"
IMAGE = "https://fal.media/files/koala/h6a7KK2Ie_inuGbdartoX.jpeg"
MAP = "https://fal.media/files/zebra/Wh4IYAiAAcVbuZ8M9ZMSn.jpeg"
OUTSIDE = "the sandbox loads no outside URL: use a sample, an upload or a data URI"


@pytest.fixture(scope="module")
def sandbox():
    with Proxy("serve", "--sandbox", key=None, allowed_endpoints=f"{MODEL},{GENERAL}", sandbox_speed=100) as proxy:
        yield proxy


def call(proxy, target, method="GET", body=None):
    content = None if body is None else json.dumps(body).encode()
    return proxy.fetch(request(target, method, body=content), method)


def run(proxy, model=MODEL, **members):
    body = {"prompt": "a garden", "image_url": IMAGE, "change_map_image_url": MAP, "seed": 7, "sync_mode": True}
    return call(proxy, f"https://fal.run/{model}", "POST", body | members)


def content(image):
    kind, _, digits = image["url"].partition(";base64,")
    assert kind == f"data:{image['content_type']}"
    return base64.b64decode(digits)


def chunks(file):
    """The chunks of a PNG, by type."""
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    found, offset = {}, 8
    while offset < len(file):
        length, kind = struct.unpack_from(">I4s", file, offset)
        found[kind] = found.get(kind, b"") + file[offset + 8:offset + 8 + length]
        offset += length + 12
    return found


def pixels(file):
    """The RGB rows of a PNG whose rows have the filters Sub and Up."""
    parts = chunks(file)
    width, height, depth, colour = struct.unpack_from(">IIBB", parts[b"IHDR"])
    assert (depth, colour) == (8, 2)
    data, rows, above = zlib.decompress(parts[b"IDAT"]), [], bytes(width * 3)
    for y in range(height):
        start = y * (width * 3 + 1)
        kind, row = data[start], bytearray(data[start + 1:start + 1 + width * 3])
        for index in range(len(row)):
            other = above[index] if kind == 2 else row[index - 3] if index > 2 else 0
            row[index] = (row[index] + other) & 255
        assert kind in (1, 2)
        rows.append(above := bytes(row))
    return rows


def halves(width=64, height=48):
    """A map whose left half is white and whose right half is black."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    row = b"\0" + b"\xff" * (width // 2) + b"\0" * (width // 2)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b""))


def issue(answer):
    assert answer.status == 422, answer.body
    (found,) = answer.json["detail"]
    return found


def test_what_the_map_keeps_is_kept_pixel_for_pixel_and_the_rest_is_repainted(sandbox):
    source = data_uri(png(64, 48, grey=90))
    answer = run(sandbox, image_url=source, change_map_image_url=data_uri(halves()), strength=1)
    assert answer.status == 200
    (image,) = answer.json["images"]
    assert (image["width"], image["height"]) == (64, 48)
    for row in pixels(content(image)):
        assert row[:96] == bytes([90]) * 96
        assert row[96:] != bytes([90]) * 96


def test_the_same_call_gives_the_same_bytes_and_each_picture_is_another(sandbox):
    first, second = (run(sandbox, num_images=2).json["images"] for _ in range(2))
    assert first == second and first[0] != first[1]
    assert run(sandbox, prompt="a sea", num_images=2).json["images"] != first


def test_a_wholly_kept_picture_says_in_a_text_what_made_it(sandbox):
    source = png(64, 48, grey=90)
    (image,) = run(sandbox, image_url=data_uri(source), change_map_image_url=data_uri(png(4, 4, grey=255))).json["images"]
    assert pixels(content(image)) == [bytes([90]) * 192] * 48
    assert b"sandbox of fal-proxy" in chunks(content(image))[b"tEXt"]


def test_the_log_says_how_the_map_was_taken(sandbox):
    body = {"prompt": "x", "image_url": data_uri(png(64, 48)), "change_map_image_url": data_uri(png(16, 16))}
    rid = call(sandbox, f"https://queue.fal.run/{MODEL}", "POST", body).json["request_id"]
    stream = call(sandbox, f"https://queue.fal.run/{MODEL}/requests/{rid}/status/stream?logs=1").body.decode()
    assert "change map: black changes, white is kept (sandbox.map)" in stream
    assert "change map: scaled from 16 \\u00d7 16 to 64 \\u00d7 48 pixels" in stream or "16 × 16 to 64 × 48" in stream


def test_settings_turn_the_map_and_bound_the_size():
    with Proxy("serve", "--sandbox", key=None, sandbox_speed=100, sandbox_map="white_changes",
               sandbox_image_side=32) as proxy:
        source = data_uri(png(64, 48, grey=90))
        (image,) = run(proxy, image_url=source, change_map_image_url=data_uri(halves()), strength=1).json["images"]
        assert (image["width"], image["height"]) == (32, 24)
        for row in pixels(content(image)):
            assert row[48:] == bytes([90]) * 48
            assert row[:48] != bytes([90]) * 48


def test_the_checker_blackens_what_a_prompt_calls_nsfw(sandbox):
    answer = run(sandbox, prompt="a [nsfw] garden", image_url=data_uri(png(64, 48, grey=90)))
    assert answer.json["has_nsfw_concepts"] == [True]
    assert pixels(content(answer.json["images"][0])) == [bytes(192)] * 48
    answer = run(sandbox, prompt="a [nsfw] garden", enable_safety_checker=False)
    assert answer.json["has_nsfw_concepts"] == [False]


def test_the_general_model_answers_in_the_format_and_size_asked_for(sandbox):
    (image,) = run(sandbox, GENERAL, output_format="png", image_size="square").json["images"]
    assert (image["width"], image["height"], image["content_type"]) == (512, 512, "image/png")
    (image,) = run(sandbox, GENERAL, output_format="jpeg").json["images"]
    assert content(image).startswith(b"\xff\xd8" if image["content_type"] == "image/jpeg" else b"\x89PNG")


def test_a_jpeg_is_read_where_it_can_be_and_else_told_of(sandbox):
    (image,) = run(sandbox, GENERAL, output_format="jpeg", image_size={"width": 64, "height": 48}).json["images"]
    if image["content_type"] == "image/jpeg":
        (again,) = run(sandbox, image_url=image["url"]).json["images"]
        assert (again["width"], again["height"]) == (64, 48)
    else:
        found = issue(run(sandbox, image_url=data_uri(b"\xff\xd8\xff\xe0" + bytes(100), "image/jpeg")))
        assert "libturbojpeg0-dev" in found["msg"]


@pytest.mark.parametrize("url, kind, words", [
    ("https://a.test/x.png", "file_download_error", OUTSIDE),
    ("data:image/png,x", "image_load_error", "not a base64 data URI"),
    (data_uri(b"RIFF....WEBPVP8 ", "image/webp"), "unsupported_image_format", "WebP: send PNG or JPEG"),
    (data_uri(b"hello"), "unsupported_image_format", "no known format: send PNG or JPEG"),
    (data_uri(png(8, 8)[:-20]), "image_load_error", "it ends early"),
])
@pytest.mark.parametrize("field", ["image_url", "change_map_image_url"])
def test_a_picture_that_cannot_be_used_is_fals_422_with_the_cure(sandbox, field, url, kind, words):
    found = issue(run(sandbox, **{field: url}))
    assert (found["loc"], found["type"]) == (["body", field], kind) and words in found["msg"]


def bomb(width, height, size):
    """A PNG that says so much of itself and holds `size` bytes of nothing."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    packed, block = zlib.compressobj(9), bytes(1 << 20)
    data = b"".join(packed.compress(block) for _ in range(size >> 20)) + packed.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", data) + chunk(b"IEND", b""))


@pytest.mark.parametrize("width, height, size, status", [
    (60_000, 60_000, 1 << 20, 422), (16_384, 16_384, 1 << 20, 422), (8, 8, 1 << 28, 422), (6_000, 4_000, 1 << 20, 422),
])
def test_bombs_are_answered_soon_and_in_little_memory(width, height, size, status):
    with Proxy("serve", "--sandbox", key=None, sandbox_speed=100) as proxy:
        body = bomb(width, height, size)
        start = time.monotonic()
        answer = run(proxy, image_url=data_uri(body), change_map_image_url=data_uri(png(4, 4)))
        assert answer.status == status, answer.body
        # AddressSanitizer takes its own time and memory.
        if "SANITIZED" not in os.environ:
            assert time.monotonic() - start < 2
            assert proxy.status_kib("VmHWM") < 300 * 1024


def test_a_jpeg_of_very_many_scans_is_refused_soon(sandbox):
    (image,) = run(sandbox, GENERAL, output_format="jpeg", image_size={"width": 4000, "height": 3000}).json["images"]
    if image["content_type"] != "image/jpeg":
        pytest.skip("this build has no JPEG")
    file = content(image)
    start = file.index(b"\xff\xda")
    scan = file[start:start + 2 + int.from_bytes(file[start + 2:start + 4])]
    start = time.monotonic()
    found = issue(run(sandbox, image_url=data_uri(file[:-2] + scan * 480 + file[-2:], "image/jpeg")))
    assert found["type"] == "image_load_error" and "481 scans" in found["msg"] and "save it anew" in found["msg"]
    if "SANITIZED" not in os.environ:
        assert time.monotonic() - start < 2


def test_pictures_do_not_hold_up_the_proxy(sandbox):
    """A status is answered while a large picture is painted."""
    body = {"prompt": "x", "image_url": data_uri(png(4096, 3000)), "change_map_image_url": MAP, "num_images": 4}
    rid = call(sandbox, f"https://queue.fal.run/{MODEL}", "POST", body).json["request_id"]
    statuses = []
    while not statuses or statuses[-1] != "COMPLETED":
        start = time.monotonic()
        statuses.append(call(sandbox, f"https://queue.fal.run/{MODEL}/requests/{rid}/status").json["status"])
        assert time.monotonic() - start < 1.5
    assert statuses.count("IN_PROGRESS") > 3
