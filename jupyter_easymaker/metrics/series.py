"""A metric's curve in bounded memory: thinned out evenly, with its peaks kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

Point = tuple[int, float | None, float]
"""Step, epoch seconds (None when unknown), value."""

MAX_POINTS = 1024
_STRETCH = 16
MAX_NAMES = 64
MAX_NAME_LENGTH = 200


class Series:
    """One metric. Once full, every point kept stands for a stretch of the curve: its lowest or its highest value."""

    def __init__(self) -> None:
        self.last: float | None = None
        self.min = math.inf
        self.max = -math.inf
        self.count = 0
        self.not_finite = 0
        """How many values were NaN or infinite; they are in no curve."""
        self._points: list[Point] = []
        self._span = 1
        self._stretch: list[Point] = []
        self._stretched = 0

    def add(self, step: int | None, time: float | None, value: float) -> None:
        """Add a value; without a step it is the next one."""
        self.count += 1
        if not math.isfinite(value):
            self.not_finite += 1
            return
        self.last = value
        if value < self.min:
            self.min = value
        if value > self.max:
            self.max = value
        self._stretched += 1
        self._stretch.append((self.count - 1 if step is None else step, time, value))
        if self._stretched < self._span and len(self._stretch) < _STRETCH:
            return
        self._stretch = _extremes(self._stretch)
        if self._stretched >= self._span:
            self._points += self._stretch
            self._stretch, self._stretched = [], 0
        if len(self._points) >= MAX_POINTS:
            self._points = thinned(self._points, MAX_POINTS // 2)
            self._span = max(4, self._span * 2)

    def __len__(self) -> int:
        return len(self._points)

    def points(self, at_most: int) -> list[Point]:
        """Return the curve in at most so many points (at least two)."""
        return thinned([*self._points, *_extremes(self._stretch)], at_most)


class SeriesByName:
    """The metrics of one source: the first ``MAX_NAMES`` names it speaks of."""

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}
        self.left_out: set[str] = set()
        """Names there was no room for (as many as there is room for)."""

    def add(self, name: str, step: int | None, time: float | None, value: float) -> None:
        series = self._series.get(name)
        if series is None:
            if len(self._series) >= MAX_NAMES or len(name) > MAX_NAME_LENGTH:
                if len(self.left_out) < MAX_NAMES:
                    self.left_out.add(name[:MAX_NAME_LENGTH])
                return
            series = self._series[name] = Series()
        series.add(step, time, value)

    def __iter__(self) -> Iterator[tuple[str, Series]]:
        return iter(self._series.items())

    def __len__(self) -> int:
        """How many points are kept."""
        return sum(map(len, self._series.values()))


def thinned(points: Sequence[Point], at_most: int) -> list[Point]:
    """Return a curve in fewer points: the first, the last, and lowest and highest of each stretch in between."""
    if len(points) <= at_most:
        return list(points)
    stretches = (at_most - 2) // 2
    inner = points[1:-1]
    found = [points[0]]
    for number in range(stretches):
        stretch = inner[number * len(inner) // stretches : (number + 1) * len(inner) // stretches]
        found += _extremes(stretch)
    return [*found, points[-1]]


def _extremes(points: Sequence[Point]) -> list[Point]:
    """Return the lowest and the highest point, in their order; one when they are the same."""
    if len(points) < 2:
        return list(points)
    values = [point[2] for point in points]
    found = sorted({values.index(min(values)), values.index(max(values))})
    return [points[at] for at in found]
