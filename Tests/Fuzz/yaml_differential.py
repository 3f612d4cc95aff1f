"""Compares our YAML reader with PyYAML (its own loader and libyaml's) on generated documents. Run by hand:

    python3 Tests/Fuzz/yaml_differential.py [DOCUMENTS] [SEED]

What our reader accepts must be accepted there too, with the same structure, texts and lines of keys. What PyYAML, which
speaks YAML 1.1, refuses and YAML 1.2 allows is left out: tabs between tokens, and '?' in a flow entry. What only our
reader refuses is counted, for it is a subset.
"""

import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
NULLS = ("", "~", "null")
REFUSED = "refused"

# --- Documents -------------------------------------------------------------------------------------------------------

KEYS = ["a", "b", "c", "name", "rates", "key with blanks", "'quoted'", '"q#"', "é", "-x", "?y", ":z", "a.b", "x#y"]
PLAIN = ["x", "1", "x y", "30/1m", "http://a:1/b", "it's", "a#b", "~", "null", "-1", "::1", "[", "é ü", "a, b", "x]", "{",
         "<<", "a=b", "*", "%", "- x", "a: b", "x:", "|", "> x", "!t", "&a", "@default", "true", "x\\n"]
QUOTED = ["''", '""', "'it''s'", '"a\\n\\t\\"\\\\"', "'# x'", '"a: b"', "'- '", '" x "', "'\\'", '"\t"', "'x", '"\\u0041"']
LINES = ["x", "x y", "  more", "\tmore", "# no comment", "- x", "a: b", "", "", " ", "   ", "---x", "x  ", "é", "'", "\t",
         "x\t"]


class Writer:
    """A document that is mostly sound; `wild` is how often it is not."""

    def __init__(self, random, wild):
        self.random, self.wild, self.lines = random, wild, []

    def odd(self):
        return self.random.random() < self.wild

    def pick(self, items):
        return self.random.choice(items)

    def document(self):
        if self.odd():
            self.lines.append(self.pick(["---", "--- # x", "# x", "%YAML 1.2", "...", "", "\ufeff"]))
        self.mapping(0, 0)
        if self.odd():
            self.lines.append(self.pick(["...", "---", "# end", "", "  "]))
        text = self.pick(["\n"] * 9 + ["\r\n"]).join(self.lines)
        return text + self.pick(["\n"] * 8 + ["", "\n\n"])

    def noise(self):
        while self.random.random() < 0.12:
            self.lines.append(self.pick(["", "   ", "# x", "      # deep", " # x"]))

    def tail(self):
        return self.pick([""] * 8 + [" ", "  # comment", "\t", " #"])

    def scalar(self):
        if self.random.random() < 0.6:
            return self.pick(PLAIN[:8]) if not self.odd() else self.pick(PLAIN)
        return self.pick(QUOTED[:10]) if not self.odd() else self.pick(QUOTED)

    def flow(self):
        if self.random.random() < 0.2:
            return self.pick(["[]", "{}", "[ ]", "{ }"])
        parts = [self.scalar() for _ in range(self.random.randrange(1, 4))]
        return "[" + self.pick([", ", ",", " , "]).join(parts) + self.pick(["", " ", ",", ", "]) + "]"

    def block_scalar(self, start, column):
        """`start` is the text before the header; the text must stand deeper than `column`."""
        header = self.pick("|>") + self.pick(["", "-", "+"]) + (self.pick(["2", "x", "-"]) if self.odd() else "")
        self.lines.append(start + header + self.tail())
        deeper = column + self.random.randrange(1, 4)
        for _ in range(self.random.randrange(0, 6)):
            line = self.pick(LINES)
            depth = deeper if not self.odd() else max(0, deeper + self.random.randrange(-2, 3))
            self.lines.append(" " * depth + line if line.strip(" ") else line)

    def value(self, start, column, depth):
        """A value behind `start`, which ends in a colon at the given column, or in a dash."""
        form = self.random.random()
        gap = self.pick([" ", " ", " ", "  ", "\t"] if self.odd() else [" ", " ", "  "])
        if form < 0.35:
            self.lines.append(start + gap + self.scalar() + self.tail())
        elif form < 0.45:
            self.lines.append(start + gap + self.flow() + self.tail())
        elif form < 0.6:
            self.block_scalar(start + gap, column)
        elif form < 0.65 or depth > 4:
            self.lines.append(start + self.tail())
        elif form < 0.82:
            self.lines.append(start + self.tail())
            self.mapping(column + self.random.randrange(1, 4), depth + 1)
        else:
            self.lines.append(start + self.tail())
            is_dash = start.rstrip().endswith("-")
            self.sequence(column + self.random.randrange(1 if is_dash else 0, 3), depth + 1)

    def mapping(self, column, depth, first=None):
        for number in range(self.random.randrange(1, 5)):
            self.noise()
            if self.odd():
                column = max(0, column + self.random.randrange(-1, 2))
            key = self.pick(KEYS) if self.odd() else self.pick(KEYS[:9]) + str(number)
            if key[0] in "'\"" and key[-1] not in "'\"":
                key = "k" + str(number)
            start = first if first is not None else " " * column
            first = None
            self.value(start + key + self.pick([":"] * 9 + [" :"]), column, depth)

    def sequence(self, column, depth):
        for _ in range(self.random.randrange(1, 4)):
            self.noise()
            dash = " " * column + "-"
            if self.random.random() < 0.5 and depth < 5:
                gap = self.pick([" ", " ", "  ", "   ", "\t" if self.odd() else " "])
                self.mapping(column + 1 + len(gap), depth + 1, dash + gap)
            else:
                self.value(dash, column, depth)


def mutate(random, text):
    alphabet = "a:  - \n\n[]{}'\"#,\\&*!|>~%@\t?.+=<é"
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(text) + 1)
        cut = place + random.choice([0, 0, 1, 1, 2])
        text = text[:place] + random.choice([random.choice(alphabet), "", "\n", "  "]) + text[cut:]
    return text


def soup(random):
    tokens = ["a: ", "b:", "- ", "-", "  ", " ", "\n", "\n", "\n", "x", "|", ">", "|-", ">+", "# c", "'", '"', "[", "]",
              ", ", "{}", "~", "\t", "é", "---", "a: x\n", "- a: x\n", "  b: x\n"]
    return "".join(random.choice(tokens) for _ in range(random.randrange(1, 24)))


def documents(random, count):
    for _ in range(count):
        kind = random.random()
        if kind < 0.15:
            yield soup(random)
            continue
        text = Writer(random, random.choice([0, 0.03, 0.1])).document()
        yield mutate(random, text) if kind < 0.5 else text

# --- Readings --------------------------------------------------------------------------------------------------------


def build(folder):
    """A program that reads documents and prints what our reader makes of them."""
    program, text = pathlib.Path(folder) / "dump", pathlib.Path(folder) / "Text.o"
    flags = ["-O", "-wmo", "-swift-version", "6", "-parse-as-library", "-package-name", "fal_proxy", "-I", folder]
    module = ["-module-name", "Text", "-emit-module", "-emit-module-path", f"{folder}/Text.swiftmodule", "-c", "-o", text]
    subprocess.run(["swiftc", *flags, *module, *sorted((ROOT / "Sources" / "Text").rglob("*.swift"))], check=True)
    settings = ROOT / "Sources" / "Settings"
    sources = sorted((settings / "YAML").glob("*.swift"))
    sources += [settings / "Secrets" / "SecretBytes.swift", ROOT / "Tests" / "Fuzz" / "YAMLDump.swift"]
    subprocess.run(["swiftc", *flags, "-module-name", "YAMLDump", "-o", program, *sources, text], check=True)
    return program


def ours(program, texts):
    sent = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    result = subprocess.run([program], input=sent, capture_output=True, timeout=600, env=environment, check=True)
    lines = result.stdout.decode().split("\n")[:-1]
    assert len(lines) == len(texts), f"the reader stopped at document {len(lines)}"
    return [json.loads(line) for line in lines]


def theirs(text, loader):
    """The same form as ours, or REFUSED."""
    def form(node):
        if isinstance(node, yaml.ScalarNode):
            return None if not node.style and node.value in NULLS else node.value
        if isinstance(node, yaml.SequenceNode):
            return [form(child) for child in node.value]
        return {"map": [[form_key(key), key.start_mark.line + 1, form(value)] for key, value in node.value]}

    def form_key(key):
        return key.value if isinstance(key, yaml.ScalarNode) else "?"

    try:
        root = yaml.compose(text, loader)
    except (yaml.YAMLError, UnicodeError):
        return REFUSED
    reading = None if root is None else form(root)
    return {"map": []} if reading is None else reading


def is_known(text):
    """Whether the document may have something that YAML 1.1 refuses."""
    return "\t" in text or re.search(r"\[[^\n]*\?", text) is not None


def main(count, seed):
    generator = random.Random(seed)
    tally = collections.Counter()
    loaders = [yaml.BaseLoader] + ([yaml.CBaseLoader] if hasattr(yaml, "CBaseLoader") else [])
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        for start in range(0, count, 5000):
            texts = list(documents(generator, min(5000, count - start)))
            for text, reading in zip(texts, ours(program, [text.encode() for text in texts])):
                others = [theirs(text, loader) for loader in loaders]
                if reading["faults"]:
                    tally["refused here only" if others[0] is not REFUSED else "refused by both"] += 1
                    assert all(line >= 1 and message for line, message in reading["faults"])
                    continue
                for other in others:
                    if other == reading["root"]:
                        tally["read alike"] += 1
                    elif other is REFUSED and is_known(text):
                        tally["refused by YAML 1.1"] += 1
                    else:
                        sys.exit(f"read differently:\n{text!r}\n{text}\n  ours   {reading['root']}\n  theirs {other}")
    for name, number in sorted(tally.items()):
        print(f"{number:9} {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
