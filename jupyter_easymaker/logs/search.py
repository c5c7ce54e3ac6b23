"""Searching the logs of many trainings as one: the newest lines first, a page at a time.

Each log is read from its end, block by block; blocks are unpacked and looked through by several threads (zlib and RE2
let go of the interpreter), ever more of them ahead as long as nothing is found. A log is opened only when its newest
line could be the next one, so that what is recent costs the same however much is kept.
"""

from __future__ import annotations

import base64
import heapq
import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Any

from ..resources.errors import field_error
from .archive import About
from .expression import Always
from .line import Line
from .query import Query
from .scan import Scan
from .source import Block, LogSource

_THREADS = min(8, os.cpu_count() or 1)
_POOL = ThreadPoolExecutor(_THREADS, thread_name_prefix="log-search")

Key = tuple[float, str, int, int]
"""Where a line stands among all: newest first, then by training, node, and from the end of its log."""
Sources = Callable[[], Sequence[LogSource]]
"""Opens the logs of a training's nodes."""


@dataclass(frozen=True)
class Hit:
    """A line that was found."""

    about: About
    node: int
    line: Line
    number: int | None
    """The line's number in its log, from 1; None while it is being written."""

    @property
    def key(self) -> Key:
        return (-self.line.time, self.about.resource_id, self.node, -self.line.offset)


@dataclass(frozen=True)
class Mark:
    """How far the search has come: everything newer was looked at."""

    key: Key


def search(
    logs: Iterable[tuple[About, Sources]],
    query: Query,
    *,
    since: float = -inf,
    until: float = inf,
    after: Key | None = None,
) -> Iterator[Hit | Mark]:
    """Yield the lines that match, the newest first, and marks in between.

    Args:
        logs: trainings and how to open their nodes' logs.
        since, until: seconds since 1970.
        after: the key of the last line of an earlier page.
    """
    if after is not None:
        until = min(until, -after[0])
    waiting = [each for each in logs if each[0].ended_at >= since and each[0].began_at <= until]
    waiting.sort(key=lambda each: (each[0].ended_at, each[0].resource_id))
    heap: list[tuple[Key, int, Hit | Mark, Iterator[Hit | Mark]]] = []
    opened: list[Iterator[Hit | Mark]] = []

    def advance(items: Iterator[Hit | Mark], number: int) -> None:
        item = next(items, None)
        if item is not None:
            heapq.heappush(heap, (item.key, number, item, items))

    try:
        while waiting or heap:
            while waiting and (not heap or -waiting[-1][0].ended_at <= heap[0][0][0]):
                about, sources = waiting.pop()
                for source in sources() if _may_match(query, about) else ():
                    opened.append(_found(about, source, query, since, until, after))
                    advance(opened[-1], len(opened))
            if heap:
                _, number, item, items = heapq.heappop(heap)
                yield item
                advance(items, number)
    finally:
        for items in opened:
            items.close()  # type: ignore[attr-defined]


def page(items: Iterator[Hit | Mark], size: int, *, seconds: float = inf) -> tuple[list[Hit], str | None]:
    """Return a page and the cursor to go on with, None if there is nothing more.

    Args:
        seconds: a search that takes longer ends with what it found so far, and a cursor.
    """
    deadline = time.monotonic() + seconds
    found: list[Hit] = []
    for item in items:
        if isinstance(item, Mark):
            if time.monotonic() > deadline:
                return found, cursor_of(item.key)
        elif len(found) == size:
            return found, cursor_of(found[-1].key)
        else:
            found.append(item)
    return found, None


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


def _may_match(query: Query, about: About) -> bool:
    return any(query.compile(about.fields(node)) != Always(False) for node in range(about.nodes))


def _found(
    about: About, source: LogSource, query: Query, since: float, until: float, after: Key | None
) -> Iterator[Hit | Mark]:
    condition = query.compile(about.fields(source.node))
    if condition == Always(False):
        return
    scan = Scan(condition)

    def mark(block: Block) -> Mark:
        return Mark((-block.first, about.resource_id, source.node, -block.offset))

    def look_through(block: Block) -> list[Hit]:
        hits = []
        for number, line in scan.lines(block, source.times):
            if since <= line.time <= until and condition.matches(line):
                hit = Hit(about, source.node, line, number)
                if after is None or hit.key > after:
                    hits.append(hit)
        return hits

    blocks = _worth_looking(source, mark, since, until, after)
    ahead: deque[tuple[Block, Future[list[Hit]]]] = deque()
    room = 1
    try:
        while True:
            while len(ahead) < room and (block := next(blocks, None)) is not None:
                ahead.append((block, _POOL.submit(look_through, block)))
            if not ahead:
                return
            block, found = ahead.popleft()
            hits = found.result()
            yield from hits
            yield mark(block)
            room = 1 if hits else min(room * 2, 2 * _THREADS)
    finally:
        for _, future in ahead:
            future.cancel()


def _worth_looking(
    source: LogSource, mark: Callable[[Block], Mark], since: float, until: float, after: Key | None
) -> Iterator[Block]:
    for block in source.blocks():
        if block.last < since:
            return
        # A block's first line is the last of it to come.
        if block.first <= until and (after is None or mark(block).key > after):
            yield block
