"""The order of the rooms: imports run one way, and each room sees only what Package.swift says it may."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources"

#: From the top of the house to its bottom; a room may see rooms of its own floor only where it says so below.
FLOORS = [
    ["fal-proxy"],
    ["Studio", "Sandbox", "Relay"],
    ["Upstream", "Guard", "Ledger", "HTTPServer"],
    ["Observability", "Settings"],
    ["Fal"],
    ["HTTPWire", "Transport", "Digest", "Pictures"],
    ["Text", "System"],
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

#: What a room must never see, whatever floor it is on.
FORBIDDEN = {
    "HTTPServer": {"Fal", "Guard", "Upstream", "Relay", "Settings"},
    "Guard": {"Transport", "Upstream", "HTTPServer", "Settings", "System"},
    "Ledger": {"Transport", "Fal", "HTTPWire", "Settings"},
    "Sandbox": {"Relay"},
    "Studio": {"Relay", "Sandbox", "Guard"},
    "HTTPWire": {"Transport", "System"},
    "Pictures": {"Text", "System"},
    "Text": {"System"},
    "Digest": {"System"},
}


def optional_parts():
    """The C libraries that are taken where they are installed; a room has them beside its imports."""
    return set(re.findall(r'library: "(\w+)"', (ROOT / "Package.swift").read_text("utf-8")))


def imports(room):
    found = set()
    for file in (SOURCES / room).rglob("*.swift"):
        found |= set(re.findall(r"^ *(?:@\w+ )?(?:public |package |internal |private |@testable )*import (\w+)",
                                file.read_text("utf-8"), re.M))
    return {name for name in found - optional_parts() if (SOURCES / name).is_dir() and name != room}


def declared():
    """The rooms of Package.swift with what each may import."""
    text = (ROOT / "Package.swift").read_text("utf-8")
    rooms = {}
    for name, listed in re.findall(r'room\(\s*"(\w+)"(?:,\s*imports:\s*\[([^\]]*)\])?', text):
        rooms[name] = set(re.findall(r'"(\w+)"', listed))
    executable = re.search(r'name: "fal-proxy",\s*dependencies: \[(.*?)\.product', text, re.S)
    rooms["fal-proxy"] = set(re.findall(r'"(\w+)"', executable.group(1)))
    return rooms


def test_every_room_has_a_floor_and_is_declared():
    rooms = {folder.name for folder in SOURCES.iterdir() if folder.is_dir() and list(folder.rglob("*.swift"))}
    assert rooms <= set(FLOOR), rooms - set(FLOOR)
    assert rooms == set(declared())


def test_a_room_sees_what_it_declares_and_declares_what_it_sees():
    for room, listed in declared().items():
        assert imports(room) == listed, room


def test_imports_run_one_way():
    for room in declared():
        for other in imports(room):
            if other in FLOOR:
                assert FLOOR[other] > FLOOR[room], f"{room} looks up to {other}"
        assert not imports(room) & FORBIDDEN.get(room, set()), room


def test_the_sandbox_sees_nothing_of_guard_but_its_schemas():
    """An embedded fal knows no policy of the proxy."""
    policy = [file.read_text("utf-8") for file in (SOURCES / "Guard").rglob("*.swift") if file.parent.name != "Input"]
    names = {name for text in policy for name in re.findall(r"^public (?:\w+ )*(?:struct|enum|class) (\w+)", text, re.M)}
    assert len(names) > 20
    for file in (SOURCES / "Sandbox").rglob("*.swift"):
        code = re.sub(r"//.*|\"[^\"\n]*\"", "", file.read_text("utf-8"))
        assert not names & set(re.findall(r"\b[A-Z]\w*", code)), file.name


def test_no_file_has_outgrown_its_room():
    """A file of more than 250 lines is two."""
    for file in SOURCES.rglob("*.swift"):
        count = len(file.read_text("utf-8").splitlines())
        assert count <= 250, f"{file.relative_to(ROOT)} has {count} lines"


def test_the_map_names_every_room():
    page = (SOURCES / "README.md").read_text("utf-8")
    for room in FLOOR:
        if (SOURCES / room).is_dir():
            assert f"`{room}/`" in page, room
    # What it names exists.
    for name in set(re.findall(r"`([\w+-]+/[\w+/-]*[\w+-]+\.swift)`", page)):
        assert (SOURCES / name).is_file(), name
