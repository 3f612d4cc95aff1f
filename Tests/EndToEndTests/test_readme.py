"""What the README tells a newcomer to type works as it stands there, in a plain `sh`."""

import re
import subprocess

import pytest

from harness import Proxy
from harness.process import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "config").glob("*.md"))]
#: The input of fal's own page about the model.
EXAMPLES = ("https://fal.media/files/koala/h6a7KK2Ie_inuGbdartoX.jpeg",
            "https://fal.media/files/zebra/Wh4IYAiAAcVbuZ8M9ZMSn.jpeg")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def test_the_curl_snippet_submits_follows_and_prints_a_result_in_sh():
    snippet, = (block for block in blocks(README, "sh") if "curl -sN" in block)
    assert all(url in snippet for url in EXAMPLES)
    with Proxy("serve", "--sandbox", key=None) as sandbox:
        here = snippet.replace("localhost:8080", f"127.0.0.1:{sandbox.address[1]}")
        ran = subprocess.run(["sh", "-euc", here], capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    assert '"status":"COMPLETED"' in ran.stdout and '"images":[{"url":' in ran.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_read_by_sh(page):
    for block in blocks(page.read_text("utf-8"), "sh"):
        read = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, timeout=10)
        assert read.returncode == 0, (block, read.stderr)
        assert "@:" not in block and "[[" not in block, block


def test_the_readme_stays_readable_in_one_sitting():
    assert len(README.splitlines()) < 200
