"""config/settings.md, the complete list of settings, is what the program prints."""

import re
import subprocess

import pytest

from harness.process import BINARY, ROOT


def printed(*arguments):
    # Without an environment: the list says the same on every machine.
    result = subprocess.run([str(BINARY), "settings", *arguments], capture_output=True, timeout=20, env={})
    assert result.returncode == 0 and result.stderr == b""
    return result.stdout


def test_the_document_is_what_the_program_prints_byte_by_byte():
    assert (ROOT / "config" / "settings.md").read_bytes() == printed("--markdown")


def test_the_plain_list_has_the_settings_of_the_document_with_their_defaults():
    document = printed("--markdown").decode()
    documented = re.findall(r"^### `(.+)`$", document, re.M)
    # Of the keys of a list of maps, which are indented, no list has a line.
    defaults = re.findall(r"^(?!  ).*Default: `(.+?)`", document, re.M)
    pairs = zip(documented, defaults, strict=True)
    assert printed().decode().splitlines() == [f"{name}: {value}" for name, value in pairs]


def test_every_setting_is_documented_with_its_variable():
    document = printed("--markdown").decode()
    names = [line.split(":")[0] for line in printed().decode().splitlines()]
    assert len(names) > 30 and names == re.findall(r"^### `(.+)`$", document, re.M)
    for name in names:
        # Lists of maps stand in the file alone.
        if name in ("groups", "prices", "auth.jwt"):
            continue
        assert f"`FAL_PROXY_{name.upper().replace('.', '_')}`" in document, name


@pytest.mark.parametrize("arguments", [("--config", "x"), ("--sandbox",), ("extra",)])
def test_the_list_takes_nothing_but_its_form(arguments):
    result = subprocess.run([str(BINARY), "settings", *arguments], capture_output=True, timeout=20)
    assert result.returncode == 64 and result.stdout == b""
