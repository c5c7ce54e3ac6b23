"""A few numbers the process with the model writes and the one that watches it reads: what it is at, and how far it is.

A file mapped into both: writing costs nothing, and it is there still after the writer was killed.
"""

from __future__ import annotations

import mmap
import time
from dataclasses import dataclass

_LOADED, _STARTED, _PIECE, _ROW, _COUNT, _PIECES, _PROCESSED, _SUCCESS, _FAIL4, _FAIL5 = range(10)
_SLOTS = 16


@dataclass(frozen=True)
class Call:
    """Rows the model is asked about at once."""

    piece: int
    row: int
    """The first, counted from 0 in the piece."""
    count: int


@dataclass
class Counts:
    """Rows dealt with."""

    success: int = 0
    fail4xx: int = 0
    fail5xx: int = 0

    @property
    def processed(self) -> int:
        return self.success + self.fail4xx + self.fail5xx


class Board:
    """The mapped file.

    Args:
        fresh: empty it first.
    """

    def __init__(self, path: str, *, fresh: bool = False) -> None:
        with open(path, "w+b" if fresh else "r+b") as file:
            if fresh:
                file.write(bytes(8 * _SLOTS))
                file.flush()
            self._map = mmap.mmap(file.fileno(), 8 * _SLOTS)
        # Whole numbers of eight bytes are written at once, so that no half of one is read.
        self._slots = memoryview(self._map).cast("q")

    @property
    def loaded(self) -> bool:
        return self._slots[_LOADED] != 0

    def tell_loaded(self) -> None:
        self._slots[_LOADED] = 1

    def begin(self, call: Call) -> None:
        slots = self._slots
        slots[_PIECE], slots[_ROW], slots[_COUNT] = call.piece, call.row, call.count
        slots[_STARTED] = time.monotonic_ns()

    def end(self) -> None:
        self._slots[_STARTED] = 0

    def call(self) -> tuple[Call, float] | None:
        """Return the call the model is at and since when, in seconds of the monotonic clock; None between calls."""
        slots = self._slots
        while True:
            started = slots[_STARTED]
            if not started:
                return None
            call = Call(slots[_PIECE], slots[_ROW], slots[_COUNT])
            if slots[_STARTED] == started:
                return call, started / 1e9

    def tell(self, pieces: int, counts: Counts) -> None:
        slots = self._slots
        slots[_PIECES] = pieces
        slots[_SUCCESS], slots[_FAIL4], slots[_FAIL5] = counts.success, counts.fail4xx, counts.fail5xx

    @property
    def pieces(self) -> int:
        """How many pieces are done for good."""
        return self._slots[_PIECES]

    @property
    def counts(self) -> Counts:
        return Counts(self._slots[_SUCCESS], self._slots[_FAIL4], self._slots[_FAIL5])

    def close(self) -> None:
        self._slots.release()
        self._map.close()
