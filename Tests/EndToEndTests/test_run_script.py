"""Tests/run says at its end what failed and how each step went, and nothing of what went well."""

import os
import shutil
import subprocess

import pytest

from harness.process import ROOT

NOISE = "for line in $(seq 2000); do echo \"✔ Test number$line() passed after 0.001 seconds.\"; done\n"
PASSED = NOISE + "echo '✔ Test run with 2000 tests in 90 suites passed after 3.2 seconds.'\n"
ISSUE = "✘ Test foo() recorded an issue at FooTests.swift:12:5: Expectation failed: 1 == 2"


def run(tmp_path, swift_test):
    """`Tests/run unit` in a folder of its own, with a `swift` whose tests say what `swift_test` says."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, script in (("swift", f'[ "$1" = test ] || exit 0\n{swift_test}'),
                         ("dpkg-query", "echo install ok installed"), ("chromium", "exit 0"),
                         ("nginx", "exit 0"), ("haproxy", "exit 0"), ("varnishd", "exit 0"), ("node", "exit 0")):
        (tools / name).write_text("#!/bin/sh\n" + script)
        (tools / name).chmod(0o755)
    (tmp_path / "Tests").mkdir()
    script = shutil.copy(ROOT / "Tests" / "run", tmp_path / "Tests" / "run")
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    return subprocess.run([script, "unit"], env=environment, capture_output=True, text=True, timeout=60)


def test_what_went_well_is_a_line_a_step(tmp_path):
    ran = run(tmp_path, PASSED)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0 and len(lines) < 12, ran.stdout
    assert lines[-1].startswith("passed  unit tests") and "2000 tests in 90 suites passed" in lines[-1]


@pytest.mark.parametrize("reason", [
    ISSUE, "error: Exited with unexpected signal code 4", "Foo.swift:1:2: error: cannot find 'x' in scope",
    "something nobody thought of"])
def test_a_failure_is_shown_at_the_end_with_its_reason(tmp_path, reason):
    ran = run(tmp_path, NOISE + f"echo \"{reason}\"; exit 1")
    assert ran.returncode == 1 and reason in ran.stdout
    assert len(ran.stdout.splitlines()) < 60
    assert ran.stdout.splitlines()[-1].startswith("FAILED  unit tests")
