"""Searching the logs of many trainings as one: the newest lines first, a page at a time."""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Any

from ..resources.errors import field_error
from .archive import About
from .line import Line
from .query import Always, Query
from .source import LogSource

Key = tuple[float, str, int, int]
"""Where a line stands among all: newest first, then by training, node, and from the end of its log."""


@dataclass(frozen=True)
class Hit:
    """A line that was found."""

    about: About
    node: int
    line: Line

    @property
    def key(self) -> Key:
        return (-self.line.time, self.about.training_id, self.node, -self.line.offset)


def search(
    logs: Iterable[tuple[About, list[LogSource]]],
    query: Query,
    *,
    since: float = -inf,
    until: float = inf,
    after: Key | None = None,
) -> Iterator[Hit]:
    """Yield the lines that match, the newest first.

    Args:
        logs: trainings and their nodes' logs.
        since, until: seconds since 1970.
        after: the key of the last line of an earlier page.
    """
    if after is not None:
        until = min(until, -after[0])
    found = [_found(about, source, query, since, until) for about, sources in logs for source in sources]
    for hit in heapq.merge(*found, key=lambda each: each.key):
        if after is None or hit.key > after:
            yield hit


def page(hits: Iterator[Hit], size: int) -> tuple[list[Hit], str | None]:
    """Return a page and the cursor of the next, None if there is none."""
    found = list(islice(hits, size + 1))
    return found[:size], cursor_of(found[size - 1].key) if len(found) > size else None


def cursor_of(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(cursor: str) -> Key:
    """Return the key a cursor stands for.

    Raises:
        EasyMakerError: it is none.
    """
    try:
        decoded: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at, training_id, node, offset = decoded
        return (float(at), str(training_id), int(node), int(offset))
    except (ValueError, TypeError) as error:
        raise field_error(
            "cursor", "is none of ours; leave it out, or give the nextCursor of the page before"
        ) from error


def _found(about: About, source: LogSource, query: Query, since: float, until: float) -> Iterator[Hit]:
    condition = query.compile(about.fields(source.node))
    if condition == Always(False):
        return
    needle = condition.needle()
    regex = _bytes_regex(needle) if needle else None
    for offset, block in source.blocks():
        if source.times.at(offset) > until:
            continue
        if source.times.at(offset + len(block) - 1) < since:
            return
        for begin, data in _candidates(block, regex):
            line = Line(source.times.at(offset + begin + len(data)), offset + begin, data)
            if since <= line.time <= until and condition.matches(line):
                yield Hit(about, source.node, line)


def _bytes_regex(needle: str) -> Any:
    import re2

    return re2.compile(f"(?i){needle}".encode())


def _candidates(block: bytes, regex: Any) -> list[tuple[int, bytes]]:
    """Return the lines of a block that may match, the last first, each with its place in the block."""
    lines: list[tuple[int, bytes]] = []
    at = 0
    if regex is None:
        for data in block.split(b"\n"):
            lines.append((at, data))
            at += len(data) + 1
        if lines and not lines[-1][1]:
            lines.pop()  # after the last line's end
    else:
        while at < len(block) and (match := regex.search(block, at)) is not None:
            begin = block.rfind(b"\n", 0, match.start()) + 1
            end = block.find(b"\n", match.start())
            end = len(block) if end < 0 else end
            lines.append((begin, block[begin:end]))
            at = end + 1
    return lines[::-1]
