"""How a line of a pod's log names the request it belongs to: the model server writes it, the log search reads it.

``[inference 5f0c-1a] the line``. If one call of a model answered several requests, all are named, separated by commas.
A leaf: the model server starts with it, and it imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")
"""What the name of a request may be made of."""
MAX_ID = 128
OPENING = r"\[inference "
"""What every line with a mark holds, as a regular expression."""
_ID = rb"[A-Za-z0-9_.:-]{1,128}"
_MARK = re.compile(rb"\[inference (%b(?:,%b)*)\] " % (_ID, _ID))


def mark(ids: Sequence[str]) -> str:
    """Return what goes before a line of these requests, nothing if there are none."""
    return f"[inference {','.join(ids)}] " if ids else ""


def split(line: bytes) -> tuple[tuple[str, ...], bytes]:
    """Return the requests a line names, and the line without that."""
    found = _MARK.match(line)
    if found is None:
        return (), line
    return tuple(found[1].decode().split(",")), line[found.end() :]
