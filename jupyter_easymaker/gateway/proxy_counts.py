"""What the proxy counts: the same as Traefik, in the same buckets."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field

from .base import CallCounts
from .statistics import BOUNDS
from .table import RouteName

_TIMED = "calls"


@dataclass
class _Counter:
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


class ProxyCounts:
    """Counters of calls since the process was started."""

    def __init__(self) -> None:
        self._counters: dict[RouteName, _Counter] = defaultdict(_Counter)

    def add(self, name: RouteName, status: int, seconds: float) -> None:
        counter = self._counters[name]
        counter.statuses[status] += 1
        if name.part == _TIMED:
            counter.buckets[bisect.bisect_left(BOUNDS, seconds)] += 1
            counter.seconds += seconds

    def counts(self) -> tuple[CallCounts, ...]:
        return tuple(
            CallCounts(
                series=name.part,
                model_id=name.model_id,
                path=name.path,
                by_default_address=name.by_default_address,
                by_status=dict(counter.statuses),
                latency_buckets=tuple(zip((*BOUNDS, math.inf), itertools.accumulate(counter.buckets), strict=True)),
                seconds=counter.seconds,
            )
            for name, counter in self._counters.items()
        )
