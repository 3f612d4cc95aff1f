"""Reads the corpus (README.md beside this file)."""

import dataclasses
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
TARGET = "/fal-ai/flux-differential-diffusion"
_HOST = b"Host: proxy.test\r\n"
_TARGET = b"x-fal-target-url: https://fal.run" + TARGET.encode() + b"\r\n"
_MACROS = {
    "@host": _HOST,
    "@target": _TARGET,
    "@post": b"POST /api/fal/proxy HTTP/1.1\r\n" + _HOST + _TARGET,
    "@get": b"GET /api/fal/proxy HTTP/1.1\r\n" + _HOST + _TARGET,
    "@ok": b"HTTP/1.1 200 OK\r\n",
}
_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


@dataclasses.dataclass
class Entry:
    """One message and what may come of it."""
    name: str
    rule: str
    data: bytes = b""
    outcome: tuple = ()
    seen: tuple = ()
    absent: tuple = ()
    method: str | None = None
    closes: bool = False


@dataclasses.dataclass
class Target:
    """A value of x-fal-target-url that must be refused."""
    name: str
    data: bytes
    statuses: set
    is_direct: bool


@dataclasses.dataclass
class GoodTarget:
    """A value of x-fal-target-url that a client sends, and what it must be taken for."""
    method: str
    operation: str
    endpoint: str
    request_id: str | None
    data: bytes


def unescape(text):
    """The bytes that `text` stands for."""
    out, index = b"", 0
    while index < len(text):
        if text[index] != "\\":
            out += text[index].encode("latin-1")
            index += 1
        elif text[index + 1] == "x":
            out += bytes([int(text[index + 2:index + 4], 16)])
            index += 4
        elif text[index + 1] == "u":
            end = text.index("}", index)
            out += chr(int(text[index + 3:end], 16)).encode()
            index = end + 1
        elif text[index + 1] == "{":
            end, depth = index + 2, 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            count, inner = text[index + 2:end - 1].split(" ", 1)
            out += unescape(inner) * int(count)
            index = end
        else:
            out += _ESCAPES[text[index + 1]]
            index += 2
    return out


def _entry(name, rule, lines, case):
    entry = Entry(name, rule)
    for line in lines:
        mark, text = line[0], line[2:].replace("<>", case)
        if mark == ">":
            entry.data += unescape(text) + b"\r\n"
        elif mark == "|":
            entry.data += unescape(text)
        elif mark == "@":
            entry.data += _MACROS[line]
        elif mark == "=":
            entry.outcome = tuple(text.split())
        elif mark == "~":
            entry.seen += (text.split(" "),)
        elif mark == "!":
            entry.absent += (text,)
        elif mark == "?":
            entry.method = text
        elif mark == "$":
            entry.closes = True
        else:
            raise ValueError(f"{name}: {line}")
    return entry


def _blocks(path):
    text = "\n".join(line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [block.rstrip("\n").split("\n") for block in re.split(r"^\[", text, flags=re.M)[1:]]


def load(kind):
    """All entries of `requests` or `responses`."""
    entries = []
    for path in sorted((HERE / kind).glob("*.txt")):
        for title, *lines in _blocks(path):
            name, rule = re.fullmatch(r"([\w-]+)\] (RFC .+)", title).groups()
            cases = [line for line in lines if line.startswith("- ")]
            body = [line for line in lines if line and not line.startswith("- ")]
            for case in cases or ["- :"]:
                label, text = re.fullmatch(r"- ([\w-]*): ?(.*)", case).groups()
                entries.append(_entry(f"{path.stem}/{name}" + (f"/{label}" if label else ""), rule, body, text))
    assert len({entry.name for entry in entries}) == len(entries)
    return entries


def hostile_targets():
    """All of `targets/hostile.txt`: every value in every place of its block, without repetition."""
    targets = {}
    for title, *lines in _blocks(HERE / "targets" / "hostile.txt"):
        name = re.fullmatch(r"([\w-]+)\] .+", title).group(1)
        places = [line[2:] for line in lines if line[0] == "|"] or ["<>"]
        (statuses,) = [{int(status) for status in line[2:].split(",")} for line in lines if line[0] == "="]
        values = [line[2:] for line in lines if line[0] == "-"]
        assert len(set(values)) == len(values), f"{name} holds a value twice"
        for number, value in enumerate(values):
            for place in places:
                data = unescape(place.replace("<>", value))
                targets.setdefault(data, Target(f"{name}/{number}", data, statuses, "@ direct" in lines))
    return list(targets.values())


def good_targets():
    """All of `targets/good.txt`."""
    targets = []
    for _, *lines in _blocks(HERE / "targets" / "good.txt"):
        for line in lines:
            method, operation, endpoint, request_id, target = unescape(line[2:]).decode().split(" ")
            targets.append(GoodTarget(
                method, operation, endpoint, None if request_id == "-" else request_id, target.encode()))
    return targets
