"""The threat model in config/SECURITY.md names no threat without a test, and no test that does not exist."""

import functools
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = (TESTS.parent / "config" / "SECURITY.md").read_text("utf-8")
REFERENCE = re.compile(r"`([\w+]+\.(?:py|swift))::(\w+)`")
NAMED = sorted(set(REFERENCE.findall(DOCUMENT)))


@functools.cache
def source(name):
    files = list(TESTS.rglob(name))
    assert len(files) == 1, f"{name} is not one file: {files}"
    return files[0].read_text("utf-8")


@pytest.mark.parametrize("file,test", NAMED, ids=["::".join(names) for names in NAMED])
def test_every_test_that_is_named_exists(file, test):
    if file.endswith(".py"):
        assert test.startswith("test_") and re.search(rf"^def {test}\(", source(file), re.M)
    else:
        # The function of a Swift test stands behind its attribute, which may have arguments of several lines.
        before, found, _ = source(file).partition(f"  func {test}(")
        assert found and re.search(r"@Test\b(?:(?!\bfunc\b)[\s\S])*\Z", before)


def test_no_threat_is_without_a_test():
    rows = [line.strip("|").split("|") for line in DOCUMENT.splitlines() if line.startswith("|")]
    rows = [row for row in rows if row[0].strip() != "threat" and not row[0].startswith("---")]
    assert len(rows) >= 40
    for row in rows:
        assert len(row) == 3 and row[1].strip(), row
        assert REFERENCE.findall(row[2]) and not REFERENCE.sub("", row[2]).strip(), row


def test_it_stays_a_page_that_is_read():
    assert len(DOCUMENT.splitlines()) <= 150
