"""Metrics found in a log by a regular expression.

RE2 takes time in proportion to the text whatever the expression, so that none can hang the backend.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import re2

from ..resources.metric import DEFAULT_METRIC_REGEX
from .series import SeriesByName

ReadLog = Callable[[int, int], tuple[bytes, int, bool]]
"""From offset and length to data, next offset, and whether the log has ended and nothing follows."""

_CHUNK = 1024 * 1024
_LINE_BYTES = 64 * 1024
"""Of a longer line only the beginning is looked at."""
_VALUE_BYTES = 64
_STEP_NAMES = ("global_step", "step", "iteration", "iter", "epoch")
"""When a line has one of these, it says where the line's other values stand. The first that is there counts."""


def _options() -> Any:
    options = re2.Options()
    options.max_mem = 8 * 1024**2
    options.log_errors = False
    return options


class LogMetrics:
    """What a log has told so far; it grows with every look.

    Args:
        regex: with groups named ``name`` and ``value`` (and ``step``, if it likes), else the first two groups.
        names: only these; empty: all.
    """

    def __init__(self, regex: str = DEFAULT_METRIC_REGEX, names: frozenset[str] = frozenset()) -> None:
        self.series = SeriesByName()
        self._names = names
        self._pattern = re2.compile(f"(?m){regex}", _options())
        groups = self._pattern.groupindex
        self._name, self._value = groups.get("name", 1), groups.get("value", 2)
        self._step: int | None = groups.get("step")
        # These anchors mean a line's ends to their author, so that lines must be looked at one by one.
        self._by_line = r"\A" in regex or r"\z" in regex
        self._offset = 0
        self._rest = b""
        self._skipping = False

    def read(self, read: ReadLog, deadline: float) -> bool:
        """Read what is new, until a ``time.monotonic()``; return whether all there is was read."""
        while True:
            data, self._offset, ended = read(self._offset, _CHUNK)
            if data:
                self._take(data.replace(b"\r", b"\n"))
            if ended:
                self._line(self._rest)
                self._rest = b""
            if not data or ended:
                return True
            if time.monotonic() > deadline:
                return False

    def _take(self, data: bytes) -> None:
        if self._skipping:
            end = data.find(b"\n")
            if end < 0:
                return
            data, self._skipping = data[end:], False
        whole, found, rest = (self._rest + data).rpartition(b"\n")
        self._rest = rest[:_LINE_BYTES]
        self._skipping = len(rest) > _LINE_BYTES
        if found:
            self._lines(whole)

    def _lines(self, text: bytes) -> None:
        if self._by_line:
            for line in text.split(b"\n"):
                self._line(line)
            return
        # Searched as a whole, which skips quickly over what holds nothing.
        at: int | None = 0
        while at is not None:
            at = self._search(text, at)

    def _search(self, text: bytes, at: int) -> int | None:
        """Take the lines from an offset on; return where to go on, None at the end."""
        end = -1
        found: list[Any] = []
        for match in self._pattern.finditer(text, at):
            first, last = match.span()
            if first > end:
                self._take_line(text, found)
                found, end = [], text.find(b"\n", first)
                end = len(text) if end < 0 else end
            if last > end:  # it reaches into the next line: this one must be looked at by itself
                self._line(text[text.rfind(b"\n", 0, first) + 1 : end])
                return end + 1
            found.append(match)
        self._take_line(text, found)
        return None

    def _line(self, line: bytes) -> None:
        line = line[:_LINE_BYTES]
        self._take_line(line, list(self._pattern.finditer(line)))

    def _take_line(self, text: bytes, matches: list[Any]) -> None:
        """Take what was found in one line."""
        found: list[tuple[str, float]] = []
        step: int | None = None
        for match in matches:
            first, last = match.span(self._value)
            value = _number(text[first:last]) if first < last else None
            if value is not None:
                first, last = match.span(self._name)
                if first < last:
                    found.append((text[first:last].decode(errors="replace"), value))
            if self._step is not None and step is None:
                first, last = match.span(self._step)
                step = _whole(_number(text[first:last])) if first < last else None
        if step is None:
            names = [name for name, _ in found]
            known = next((name for name in _STEP_NAMES if name in names), None)
            step = _whole(found[names.index(known)][1]) if known else None
        for name, value in found:
            if name in self._names or (not self._names and name not in _STEP_NAMES):
                self.series.add(name, step, None, value)


def _number(text: bytes) -> float | None:
    if len(text) > _VALUE_BYTES:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None and abs(value) < 2**53 and value.is_integer() else None
