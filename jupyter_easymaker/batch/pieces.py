"""How the files are divided among the pods: whole ones, and large JSON Lines files in ranges of lines.

Every pod comes to the same division by itself, from the names and sizes of the files and the number of pods.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

_SMALLEST = 1024 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """A file or a part of one, scored by one pod into one file of results."""

    path: str
    """Below the input directory."""
    start: int
    end: int
    """In bytes; of a part, the lines that begin in this range."""
    part: int = 1
    parts: int = 1

    @property
    def name(self) -> str:
        """What its files of results are called after."""
        return self.path if self.parts == 1 else f"{self.path}.part-{self.part}-of-{self.parts}"


def divide(files: Sequence[tuple[str, int]], pods: int, *, by_lines: bool) -> list[list[Piece]]:
    """Return the pieces of each pod, in the order of the files.

    Args:
        files: path and size of each, ordered.
        by_lines: files may be divided between lines.
    """
    share = max(_SMALLEST, -(-sum(size for _, size in files) // pods))
    pieces: list[Piece] = []
    for path, size in files:
        parts = min(pods, -(-size // share)) if by_lines and pods > 1 else 1
        parts = max(1, parts)
        cuts = [size * part // parts for part in range(parts + 1)]
        pieces += [Piece(path, cuts[at], cuts[at + 1], at + 1, parts) for at in range(parts)]
    # The largest first, each to whoever has the least: close to even, and the same wherever it is computed.
    order = sorted(range(len(pieces)), key=lambda at: (pieces[at].start - pieces[at].end, at))
    load = [(0, pod) for pod in range(pods)]
    chosen: list[list[int]] = [[] for _ in range(pods)]
    for at in order:
        least, pod = min(load)
        load[pod] = (least + pieces[at].end - pieces[at].start, pod)
        chosen[pod].append(at)
    return [[pieces[at] for at in sorted(each)] for each in chosen]


@dataclass(frozen=True)
class Aligned:
    """Where the lines of a piece really are."""

    start: int
    end: int
    first_line: int
    """The number of its first line in the file, from 1."""
    lines: int


def align(path: str, piece: Piece) -> Aligned:
    """Return where the lines that begin in a piece are, reading the file up to the piece's end."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = _line_start(file.fileno(), piece.start, size)
        end = _line_start(file.fileno(), piece.end, size)
        before = _newlines(file.fileno(), 0, start)
        lines = _newlines(file.fileno(), start, end)
        if end == size and end > start and os.pread(file.fileno(), 1, end - 1) != b"\n":
            lines += 1
    return Aligned(start, end, before + 1, lines)


def _line_start(descriptor: int, offset: int, size: int) -> int:
    """Return where the first line begins at or after an offset."""
    if offset == 0:
        return 0
    at = offset - 1  # a line that begins exactly here has its newline just before
    while at < size:
        data = os.pread(descriptor, _CHUNK, at)
        found = data.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(data)
    return size


def _newlines(descriptor: int, start: int, end: int) -> int:
    count = 0
    while start < end:
        data = os.pread(descriptor, min(_CHUNK, end - start), start)
        if not data:
            break
        count += data.count(b"\n")
        start += len(data)
    return count
