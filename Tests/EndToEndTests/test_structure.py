"""What stands in one room stands in no other: found by reading the sources."""

import pathlib
import re

import pytest

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"

#: A word, and the one room that may say it.
WORDS = {
    "EINTR": "System",
    "clock_gettime": "System",
}


def swift_files():
    files = sorted(SOURCES.rglob("*.swift"))
    assert len(files) > 100
    return files


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_one_room_is_said_in_no_other(word):
    saying = {path.relative_to(SOURCES).parts[0] for path in swift_files() if re.search(rf"\b{word}\b", path.read_text())}
    assert saying == {WORDS[word]}
