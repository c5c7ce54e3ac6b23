"""Where lines come from: the log of a job that is there, or one kept after its end; both read from the end."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .times import Times

_BLOCK = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS

Read = Callable[[int, int], bytes]
"""Returns at most so many bytes of a node's log from an offset: ``(offset, limit)``."""


@dataclass(frozen=True)
class Block:
    """Some whole lines that follow each other."""

    offset: int
    """Where it begins in its log, in bytes."""
    first: float
    """When its first line was there."""
    last: float
    """When its last line was there."""
    load: Callable[[], bytes]
    line: int | None = None
    """Its first line's number, from 1; None if nobody counted."""


class LogSource(Protocol):
    """One node's log."""

    node: int

    @property
    def times(self) -> Times: ...

    def blocks(self) -> Iterator[Block]:
        """Yield blocks, the last first."""


class LiveLog:
    """The log of a job that is there.

    Args:
        size: how much there was when the search began.
        begin: where its first line is, if older ones are gone.
    """

    def __init__(self, node: int, times: Times, read: Read, size: int, begin: int = 0) -> None:
        self.node = node
        self.times = times
        self._read = read
        self._size = size
        self._begin = begin

    def blocks(self) -> Iterator[Block]:
        end = self._size
        while end > self._begin:
            begin = max(self._begin, end - _BLOCK)
            data = self._read(begin, end - begin)
            if not data:  # the job was removed
                return
            cut = data.find(b"\n") + 1 if begin > self._begin else 0
            if cut == len(data):  # one long line: taken as it comes
                cut = 0
            whole = data[cut:]
            first, last = _first_and_last(self.times, begin + cut, whole)
            yield Block(begin + cut, first, last, lambda whole=whole: whole)  # type: ignore[misc]
            end = begin + cut


class KeptLog:
    """A log that was kept: gzip members of whole lines, which `zcat` reads as well."""

    def __init__(self, node: int, path: Path, otherwise: float) -> None:
        self.node = node
        self._path = path
        self._otherwise = otherwise
        self._times: Times | None = None
        self._index: list[list[float]] = json.loads(path.with_suffix(".index").read_text())

    @property
    def times(self) -> Times:
        if self._times is None:
            self._times = Times.unpack(self._path.with_suffix(".times").read_bytes(), self._otherwise)
        return self._times

    @property
    def begin(self) -> int:
        """Where its first line is: 0, unless older ones were gone when it was kept."""
        return int(self._index[0][0]) if self._index else 0

    @property
    def size(self) -> int:
        """How many bytes were printed."""
        return int(self._index[-1][0] + self._index[-1][2]) if self._index else 0

    def blocks(self) -> Iterator[Block]:
        for entry in reversed(self._index):
            yield Block(int(entry[0]), entry[4], entry[5], lambda entry=entry: self._load(entry), int(entry[6]))  # type: ignore[misc]

    def read(self, offset: int, limit: int) -> bytes:
        """Return at most so many bytes from an offset, of one block at most."""
        low, high = 0, len(self._index)
        while low < high:  # the first block that begins after the offset
            middle = (low + high) // 2
            low, high = (low, middle) if self._index[middle][0] > offset else (middle + 1, high)
        if not low:
            return b""
        entry = self._index[low - 1]
        within = offset - int(entry[0])
        return self._load(entry)[within : within + limit]

    def _load(self, entry: list[float]) -> bytes:
        at, size, packed = (int(number) for number in entry[1:4])
        with self._path.open("rb") as file:
            file.seek(at)
            return zlib.decompress(file.read(packed), _GZIP, size)


def keep(path: Path, read: Read, times: Times, begin: int = 0) -> None:
    """Write a node's log to a file, its index and its times beside it.

    Raises:
        OSError: there is no room, or no right to write.
    """
    index: list[tuple[float, ...]] = []
    offset, line = begin, 1
    with path.open("wb") as file:
        while data := read(offset, _BLOCK):
            cut = data.rfind(b"\n") + 1 if len(data) == _BLOCK else len(data)
            whole = data[: cut or len(data)]
            packed = gzip.compress(whole, compresslevel=3, mtime=0)
            first, last = _first_and_last(times, offset, whole)
            index.append((offset, file.tell(), len(whole), len(packed), first, last, line))
            file.write(packed)
            offset += len(whole)
            line += whole.count(b"\n")
    path.with_suffix(".index").write_text(json.dumps(index))
    path.with_suffix(".times").write_bytes(times.pack())


def line_time(times: Times, offset: int, length: int) -> float:
    """Return when a line was there: all of it but its end, which may come much later."""
    return times.at(offset + max(length, 1) - 1)


def _first_and_last(times: Times, offset: int, data: bytes) -> tuple[float, float]:
    end = data.find(b"\n")
    return line_time(times, offset, len(data) if end < 0 else end), times.at(offset + len(data) - 1)
