"""Rows out of files, batch by batch, in memory that does not grow with the file, from wherever one was last."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import ijson
import orjson

LONGEST_LINE = 64 * 1024 * 1024
_BUFFER = 1024 * 1024
_SHOWN = 1000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Unreadable:
    """A row that is none; ``text`` is what stands in its place, its beginning at least."""

    reason: str
    text: str


@dataclass(frozen=True)
class Position:
    """How far a piece was read."""

    offset: int
    """In bytes; of JSON Lines files only."""
    line: int
    """The line that follows, from 1; of a JSON file the row."""
    rows: int
    """How many rows of the piece were read."""


@dataclass(frozen=True)
class Batch:
    """Rows that follow each other."""

    first: int
    """The number of the first in the piece, from 0."""
    lines: Sequence[int]
    """Of each row, its line in the file; of a JSON file its place; from 1."""
    rows: list[Any]
    readable: bool
    """None is ``Unreadable``."""
    after: Position


def json_lines(path: str, end: int, at: Position, size: int) -> Iterator[Batch]:
    """Yield the rows of a JSON Lines file; empty lines are none.

    Args:
        end: where to stop, in bytes: the end of the file, or where a line begins.
        size: rows a batch.
    """
    offset, line, count = at.offset, at.line, at.rows
    with open(path, "rb", buffering=_BUFFER) as file:
        file.seek(offset)
        if offset == 0:
            offset = 3 if file.read(3) == _BOM else 0
            file.seek(offset)
        while offset < end:
            texts, length = _read_lines(file, size, end - offset)
            first = line
            line += len(texts)
            offset += length
            try:
                rows = [orjson.loads(text) for text in texts]  # the usual case, as fast as it can be
                lines: Sequence[int] = range(first, line)
                readable = True
            except orjson.JSONDecodeError:
                kept = [(first + at, text) for at, text in enumerate(texts) if not text.isspace()]
                lines = [number for number, _ in kept]
                rows = [_row(text) for _, text in kept]
                readable = all(type(row) is not Unreadable for row in rows)
            if rows:
                yield Batch(count, lines, rows, readable, Position(offset, line, count + len(rows)))
            count += len(rows)


def _read_lines(file: IO[bytes], size: int, left: int) -> tuple[list[bytes], int]:
    """Return at most so many lines, and how many bytes they take; one that is too long is cut."""
    begin = file.tell()
    # At the end of the file only empty ones follow.
    texts = list(itertools.islice(map(file.readline, itertools.repeat(LONGEST_LINE)), size))
    while texts and not texts[-1]:
        texts.pop()
    lengths = list(map(len, texts))
    length = sum(lengths)
    cut = None
    if texts and max(lengths) == LONGEST_LINE:
        cut = next((at for at, text in enumerate(texts) if len(text) == LONGEST_LINE and text[-1:] != b"\n"), None)
    if cut is not None:  # the rest of that line is skipped
        del texts[cut + 1 :]
        length = sum(map(len, texts))
        file.seek(begin + length)
        while (rest := file.readline(_BUFFER)) != b"":
            length += len(rest)
            if rest.endswith(b"\n"):
                break
    while length > left:  # lines of the piece that follows
        length -= len(texts.pop())
    return texts, length


def _row(text: bytes) -> Any:
    if len(text) == LONGEST_LINE and text[-1:] != b"\n":
        return Unreadable(f"The line is longer than {LONGEST_LINE >> 20} MiB.", _beginning(text))
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Unreadable(f"The line is no JSON: {error}.", _beginning(text))


def _beginning(text: bytes) -> str:
    return text[:_SHOWN].decode(errors="replace").rstrip("\r\n")


def json_rows(path: str, at: Position, size: int) -> Iterator[Batch]:
    """Yield the rows of a JSON file: of ``{"instances": [...]}``, of a list, or the one row it is.

    A file that is no JSON from some place on has one unreadable row there, its last.
    """
    source = iter(_values(path))
    for _ in itertools.islice(source, at.rows):  # there is no way to begin in the middle
        pass
    count = at.rows
    while True:
        rows: list[Any] = []
        readable = True
        for row in itertools.islice(source, size):
            readable = readable and type(row) is not Unreadable
            rows.append(row)
        if not rows:
            return
        lines = range(count + 1, count + len(rows) + 1)
        after = Position(0, lines[-1] + 1, count + len(rows))
        yield Batch(count, lines, rows, readable, after)
        count += len(rows)


def _values(path: str) -> Iterator[Any]:
    try:
        with open(path, "rb", buffering=_BUFFER) as file:
            prefix = _prefix(file)
            if prefix is None:
                rest = file.read()
                yield orjson.loads(rest)
            else:
                yield from ijson.items(file, prefix, use_float=True, buf_size=_BUFFER)
    except orjson.JSONDecodeError as error:
        yield Unreadable(f"The file is no JSON: {error}.", _start_of(path))
    except ijson.JSONError as error:
        said = str(error).strip().partition("\n")[0]
        yield Unreadable(f"The file is no JSON from here on: {said}.", _start_of(path))
    except _NotRows as error:
        yield Unreadable(str(error), _start_of(path))


class _NotRows(Exception):
    """The file is JSON, but holds no rows where they belong."""


def _prefix(file: IO[bytes]) -> str | None:
    """Return where rows are, as ijson spells it, None if the file is one row; leave the file at its beginning."""
    begin = 3 if file.read(3) == _BOM else 0
    file.seek(begin)
    start = b""
    while start.isspace() or not start:
        start = file.read(1)
        if not start:
            raise _NotRows("The file is empty.")
    file.seek(begin)
    prefix: str | None = None
    if start == b"[":
        prefix = "item"
    elif start == b"{":
        events = ijson.parse(file, buf_size=_BUFFER)
        for where, event, value in events:
            if where == "" and event == "map_key" and value == "instances":
                if next(events)[1] != "start_array":
                    raise _NotRows("instances has to be a list with one entry per row.")
                prefix = "instances.item"
                break
    file.seek(begin)
    return prefix


def _start_of(path: str) -> str:
    with open(path, "rb") as file:
        return _beginning(file.read(_SHOWN))


def rows_of(path: str, data_type: str, end: int, at: Position, size: int) -> Iterator[Batch]:
    """Yield the rows of a piece from a position on.

    Raises:
        OSError: it cannot be read.
    """
    if data_type == "JSONL":
        return json_lines(path, min(end, os.path.getsize(path)), at, size)
    return json_rows(path, at, size)
