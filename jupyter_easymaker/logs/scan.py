"""Finding the lines of a block that may match, without looking at the others one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .expression import Expression, regex_of
from .line import Line
from .source import Block, line_time
from .times import Times


class Scan:
    """Looks for what every matching line holds.

    Args:
        condition: what lines are to match.
    """

    def __init__(self, condition: Expression) -> None:
        self._regexes = [regex_of(needle) for needle in condition.needles()]
        self._chosen = self._regexes[0] if len(self._regexes) == 1 else None

    def lines(self, block: Block, times: Times) -> Iterator[tuple[int | None, Line]]:
        """Yield the lines of a block that may match, the last first, with their numbers if those are known."""
        data = block.load()
        found = []
        number, counted = block.line, 0
        for begin, line in self._candidates(data):
            if number is not None:
                number += data.count(b"\n", counted, begin)
                counted = begin
            offset = block.offset + begin
            found.append((number, Line(line_time(times, offset, len(line)), offset, line)))
        return reversed(found)

    def _candidates(self, data: bytes) -> list[tuple[int, bytes]]:
        regex = self._choose(data)
        if regex is None:
            return _all_lines(data)
        lines: list[tuple[int, bytes]] = []
        at = 0
        while at < len(data) and (match := regex.search(data, at)) is not None:
            begin = data.rfind(b"\n", 0, match.start()) + 1
            end = data.find(b"\n", match.start())
            end = len(data) if end < 0 else end
            lines.append((begin, data[begin:end]))
            at = end + 1
        return lines

    def _choose(self, data: bytes) -> Any:
        """Return the regular expression to look for: of several that must all be there, the one that is rarest here."""
        if self._chosen is None and self._regexes:
            self._chosen = min(self._regexes, key=lambda regex: len(regex.findall(data)))
        return self._chosen


def _all_lines(data: bytes) -> list[tuple[int, bytes]]:
    lines = []
    at = 0
    for line in data.split(b"\n"):
        lines.append((at, line))
        at += len(line) + 1
    if not lines[-1][1]:
        lines.pop()  # after the last line's end
    return lines
