"""When a log had grown to which size: what tells when a line was printed."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

_RECORD = struct.Struct("<qd")


class Times:
    """Sizes and the times they were first seen, ascending; a clock that was set back does not count.

    Args:
        seen: sizes in bytes, and seconds since 1970.
        otherwise: when what was never seen was there.
    """

    def __init__(self, seen: Iterable[tuple[int, float]], otherwise: float) -> None:
        pairs = list(seen)
        self._sizes = [size for size, _ in pairs]
        self._times = list(accumulate((at for _, at in pairs), max))
        self._last = max(otherwise, self._times[-1]) if pairs else otherwise

    @classmethod
    def unpack(cls, data: bytes, otherwise: float) -> Times:
        return cls(_RECORD.iter_unpack(data), otherwise)

    def pack(self) -> bytes:
        return b"".join(map(_RECORD.pack, self._sizes, self._times))

    @property
    def first(self) -> float:
        """Return when the first of it was there."""
        return self._times[0] if self._times else self._last

    @property
    def last(self) -> float:
        """Return when all of it was there."""
        return self._last

    @property
    def size(self) -> int | None:
        """How large the log was when it was last seen."""
        return self._sizes[-1] if self._sizes else None

    def at(self, offset: int) -> float:
        """Return when the byte at an offset was there."""
        index = bisect_left(self._sizes, offset + 1)
        return self._times[index] if index < len(self._times) else self._last
