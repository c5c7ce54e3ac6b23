"""When a log had grown to which size: what tells when a line was printed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


class Times:
    """Sizes and the times they were first seen, both ascending."""

    def __init__(self, seen: Sequence[tuple[int, float]], otherwise: float) -> None:
        self.seen = list(seen)
        self._sizes = [size for size, _ in self.seen]
        self._otherwise = otherwise

    def at(self, offset: int) -> float:
        """Return when the byte at an offset was there."""
        index = bisect_left(self._sizes, offset + 1)
        if index < len(self.seen):
            return self.seen[index][1]
        return max(self._otherwise, self.seen[-1][1]) if self.seen else self._otherwise
