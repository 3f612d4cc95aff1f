"""The threat model in config/SECURITY.md names no threat without a test, and no test that does not exist."""

import functools
import os
import pathlib
import re
import subprocess
import sys

import pytest

from harness import CANARY
from harness.process import BINARY

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


#: The binary as a user without privileges, and what another process of that user can read of it.
PRYING = """
import os, subprocess, sys
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
binary, key = sys.argv[1:]
environment = {"FAL_KEY": key, "PORT": "0", "SWIFT_BACKTRACE": "enable=no"}
proxy = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
other = subprocess.Popen(["sleep", "60"])
try:
    while b"listening" not in proxy.stderr.readline():
        assert proxy.poll() is None
    for pid in (other.pid, proxy.pid):
        for name in ("environ", "mem", "maps", "auxv"):
            try:
                open(f"/proc/{pid}/{name}", "rb").close()
                print("other" if pid == other.pid else "proxy", name)
            except PermissionError:
                pass
finally:
    proxy.kill()
    other.kill()
"""


def test_a_process_of_the_same_user_cannot_look_into_it():
    """As root, privileges are dropped first: root may look into everything."""
    if os.getuid() == 0:
        readable = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", str(BINARY)], check=False)
        if readable.returncode:
            pytest.skip("the binary is where only root can run it")
    prying = subprocess.run(
        [sys.executable, "-c", PRYING, str(BINARY), CANARY], check=True, capture_output=True, text=True, cwd="/")
    read = prying.stdout.splitlines()
    assert "other mem" in read and "other environ" in read, "nothing of any process can be read here"
    assert not [line for line in read if line.startswith("proxy")]
