"""Measuring two things in turn, and saying how they compare."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 7


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    what: str
    value: str
    target: str
    met: bool
    detail: str = ""


@dataclass(frozen=True)
class Pair:
    """Medians of what is measured and of its reference, in seconds, and of their ratio pair by pair."""

    measured: float
    reference: float
    ratio: float
    spread: str


def interleaved(measured: Callable[[], float], reference: Callable[[], float], runs: int = RUNS) -> Pair:
    """Measure both in turn (after one run of each that does not count), so that a drifting machine hits both."""
    measured(), reference()
    pairs = [(measured(), reference()) for _ in range(runs)]
    ratios = sorted(a / b for a, b in pairs)
    return Pair(
        measured=statistics.median(a for a, _ in pairs),
        reference=statistics.median(b for _, b in pairs),
        ratio=statistics.median(ratios),
        spread=f"ratios {ratios[0]:.2f}-{ratios[-1]:.2f} of {runs}",
    )


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin
