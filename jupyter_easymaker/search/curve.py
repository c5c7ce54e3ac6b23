"""Curves of different trials made comparable: early stopping compares values at the very same step."""

from __future__ import annotations

from collections.abc import Sequence

_EXACT = 256
"""A curve of so many points is taken as it is; a longer one was thinned out, and every trial's differently."""


def comparable(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return a curve at steps that other trials have too.

    That is a long one's value at the multiples of a power of two, so that the steps of the coarser of two curves are
    among those of the finer. Between two points it keeps the value of the first.
    """
    if len(points) <= _EXACT:
        return list(points)
    known = sorted(points)
    first, last = known[0][0], known[-1][0]
    span = 1
    while (last - first) // span > _EXACT:
        span *= 2
    found: list[tuple[int, float]] = []
    at = 0
    for step in range(-(-first // span) * span, last + 1, span):
        while at + 1 < len(known) and known[at + 1][0] <= step:
            at += 1
        found.append((step, known[at][1]))
    return found
