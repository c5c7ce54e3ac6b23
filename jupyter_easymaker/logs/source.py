"""Where lines come from: the log of a job that is there, or one kept after its end; both read from the end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from .times import Times

_BLOCK = 1 << 20


class LogSource(Protocol):
    """One node's log."""

    node: int
    times: Times

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield whole lines in pieces, the last first, each with its offset."""


class LiveLog:
    """The log of a job that is there.

    Args:
        read: returns at most so many bytes from an offset.
        size: how much there was when the search began.
    """

    def __init__(self, node: int, times: Times, read: Callable[[int, int], bytes], size: int) -> None:
        self.node = node
        self.times = times
        self._read = read
        self._size = size

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        end = self._size
        while end > 0:
            begin = max(0, end - _BLOCK)
            data = self._read(begin, end - begin)
            cut = data.find(b"\n") + 1 if begin else 0
            if begin and cut in (0, len(data)):  # one long line: taken as it comes
                cut = 0
            yield begin + cut, data[cut:]
            end = begin + cut


class KeptLog:
    """A log that was kept: gzip members of whole lines, which `zcat` reads as well."""

    def __init__(self, node: int, path: Path, otherwise: float) -> None:
        self.node = node
        self._path = path
        index = json.loads(path.with_suffix(".index").read_text())
        self._blocks: list[tuple[int, int, int]] = index["blocks"]
        self.times = Times([(size, at) for size, at in index["times"]], otherwise)

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        with self._path.open("rb") as file:
            for offset, at, size in reversed(self._blocks):
                file.seek(at)
                yield offset, gzip.decompress(file.read(size))


def keep(path: Path, read: Callable[[int, int], bytes], times: Times) -> None:
    """Write a node's log to a file and its index beside it.

    Raises:
        OSError: there is no room, or no right to write.
    """
    blocks: list[tuple[int, int, int]] = []
    offset = 0
    with path.open("wb") as file:
        while data := read(offset, _BLOCK):
            cut = data.rfind(b"\n") + 1 if len(data) == _BLOCK else len(data)
            whole = data[: cut or len(data)]
            packed = gzip.compress(whole, compresslevel=3, mtime=0)
            blocks.append((offset, file.tell(), len(packed)))
            file.write(packed)
            offset += len(whole)
    path.with_suffix(".index").write_text(json.dumps({"blocks": blocks, "times": times.seen}))
