"""The key of every test, and the search for it in everything a client or an operator gets to see."""

import re

#: None of its parts of 8 bytes may ever be seen outside the request to fal.
CANARY = "canary-7f3d9a51-id:canary-c0ffee42-secret-b7e1"

PARTS = [CANARY[start:start + 8].encode() for start in range(len(CANARY) - 7)]
FOUND = re.compile(b"|".join(map(re.escape, PARTS)))

#: Bytes of a content that are searched: all of what the proxy or a usual answer says, the start of a large one.
SEARCHED = 64 << 10


def assert_no_canary(data, where):
    """Fails when `data` holds a part of the key."""
    found = FOUND.search(data)
    assert not found, f"a part of the key is in {where}: {found.group().decode()}"
