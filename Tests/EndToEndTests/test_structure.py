"""What stands in one room stands in no other: found by reading the sources."""

import pathlib
import re

import pytest

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"

#: A word, and the rooms that may say it.
WORDS = {
    "EINTR": {"System"},
    "clock_gettime": {"System"},
    "inet_pton": set(),
    "inet_ntop": set(),
}

#: A pattern within a string literal, and the one room that may have it.
LITERALS = {
    r"queue\.fal|falrun|rest\.(alpha\.)?fal": {"Fal"},
    r"workflows|comfy": {"Fal"},
    r"fal-ai/flux-differential-diffusion": {"Fal"},
}

#: What the rooms at the bottom import, all of it.
BOTTOM = {
    "System": {"Glibc", "CEpoll"},
    "Text": set(),
}


def swift_files():
    files = sorted(SOURCES.rglob("*.swift"))
    assert len(files) > 100
    return files


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_one_room_is_said_in_no_other(word):
    saying = {path.relative_to(SOURCES).parts[0] for path in swift_files() if re.search(rf"\b{word}\b", path.read_text())}
    assert saying == WORDS[word]


@pytest.mark.parametrize("pattern", LITERALS)
def test_a_name_of_fal_is_spelled_in_one_room(pattern):
    literals = re.compile(rf'^(?!\s*//)[^"]*"(?:[^"\n]*"[^"\n]*")*[^"\n]*(?:{pattern})', re.M)
    spelling = {path.relative_to(SOURCES).parts[0] for path in swift_files() if literals.search(path.read_text())}
    assert spelling == LITERALS[pattern]


@pytest.mark.parametrize("room", BOTTOM)
def test_the_rooms_at_the_bottom_rest_on_nothing_of_ours(room):
    texts = [path.read_text() for path in (SOURCES / room).rglob("*.swift")]
    imported = {name for text in texts for name in re.findall(r"^(?:\w+ )*import (\w+)", text, re.M)}
    assert texts and imported == BOTTOM[room]
