"""Searching what clients receive for parts of the key."""

from harness import CANARY

PARTS = [CANARY[start:start + 8].encode() for start in range(len(CANARY) - 7)]


class Leaks:
    """Watches the bytes of one connection; what a part of the key is cut by two reads does not hide it."""

    #: How many bytes were searched, and which parts were found, over all connections of the process.
    searched = 0
    found = set()

    def __init__(self):
        self.tail = b""

    def feed(self, data):
        Leaks.searched += len(data)
        seen = self.tail + data
        for part in PARTS:
            if part in seen:
                Leaks.found.add(part.decode())
        self.tail = seen[-7:]
        return data
