"""What happened between two looks at a gateway's counts, whatever happened to the gateway: pure functions.

Whoever keeps statistics keeps the last ``CallSnapshot`` with them: a restarted backend goes on from there.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .base import CallCounts


@dataclass(frozen=True)
class CallSnapshot:
    """What ``Gateway.calls`` answered at one time."""

    epoch: str
    counts: tuple[CallCounts, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold; ``from_json`` reads it."""
        return {
            "epoch": self.epoch,
            "counts": [
                {
                    "series": count.series,
                    "modelId": count.model_id,
                    "path": count.path,
                    "byDefaultAddress": count.by_default_address,
                    "byStatus": {str(status): calls for status, calls in count.by_status.items()},
                    "latencyBuckets": [[_bound_text(bound), calls] for bound, calls in count.latency_buckets],
                    "seconds": count.seconds,
                }
                for count in self.counts
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CallSnapshot:
        """Return what ``as_json`` has written."""
        counts = (
            CallCounts(
                series=count["series"],
                model_id=count["modelId"],
                path=count["path"],
                by_default_address=count["byDefaultAddress"],
                by_status={int(status): calls for status, calls in count["byStatus"].items()},
                latency_buckets=tuple((_bound(bound), calls) for bound, calls in count["latencyBuckets"]),
                seconds=count["seconds"],
            )
            for count in value["counts"]
        )
        return cls(value["epoch"], tuple(counts))


@dataclass(frozen=True)
class CallDelta:
    """Calls to one stage resource under one path between two looks."""

    model_id: str
    path: str
    by_default_address: bool
    by_status: Mapping[int, int]
    latency_buckets: tuple[tuple[float, int], ...]
    """(upper bound in seconds, calls between the bound before it and it): not cumulative, so that they can be added."""
    seconds: float

    @property
    def calls(self) -> int:
        return sum(self.by_status.values())


def call_deltas(before: CallSnapshot | None, now: CallSnapshot) -> list[CallDelta]:
    """Return the calls since ``before``, of each resource and path that had any.

    A counter that is smaller than before has begun anew, as all have in another epoch: what it shows is new.

    Args:
        before: the look before; None: there was none, and all that is counted is new.
    """
    known: dict[tuple[str, str, str, bool], CallCounts] = {}
    if before is not None and before.epoch == now.epoch:
        known = {_series(count): count for count in before.counts}
    statuses: dict[tuple[str, str, bool], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    buckets: dict[tuple[str, str, bool], dict[float, int]] = defaultdict(lambda: defaultdict(int))
    seconds: dict[tuple[str, str, bool], float] = defaultdict(float)
    for count in now.counts:
        key = (count.model_id, count.path, count.by_default_address)
        old = known.get(_series(count))
        if old is not None and _began_anew(old, count):
            old = None
        for status, calls in count.by_status.items():
            if more := calls - (old.by_status.get(status, 0) if old else 0):
                statuses[key][status] += more
        old_buckets = dict(_apart(old.latency_buckets)) if old else {}
        for bound, calls in _apart(count.latency_buckets):
            if more := calls - old_buckets.get(bound, 0):
                buckets[key][bound] += more
        seconds[key] += count.seconds - (old.seconds if old else 0.0)
    return [
        CallDelta(
            *key, by_status=dict(changed), latency_buckets=tuple(sorted(buckets[key].items())), seconds=seconds[key]
        )
        for key, changed in statuses.items()
    ]


def added(deltas: Iterable[CallDelta]) -> tuple[dict[int, int], tuple[tuple[float, int], ...], float]:
    """Return status counts, latency buckets (not cumulative) and seconds of several deltas together."""
    statuses: dict[int, int] = defaultdict(int)
    buckets: dict[float, int] = defaultdict(int)
    seconds = 0.0
    for delta in deltas:
        for status, calls in delta.by_status.items():
            statuses[status] += calls
        for bound, calls in delta.latency_buckets:
            buckets[bound] += calls
        seconds += delta.seconds
    return dict(statuses), tuple(sorted(buckets.items())), seconds


def percentile(buckets: Sequence[tuple[float, int]], percent: float) -> float | None:
    """Return the latency in seconds that so many percent of the calls stayed under; None without calls.

    Args:
        buckets: (upper bound in seconds, calls between the bound before it and it), as in ``CallDelta``. Buckets may be
            absent, so each one's lower bound is taken to be the next smaller of ``BOUNDS``.
        percent: 0 to 100.

    Returns:
        a straight line between a bucket's bounds; the highest finite bound for what lies above it.
    """
    total = sum(calls for _, calls in buckets)
    if total == 0:
        return None
    wanted = total * percent / 100
    seen = 0
    for bound, calls in sorted(buckets):
        if calls and seen + calls >= wanted:
            lower = max((known for known in BOUNDS if known < bound), default=0.0)
            if math.isinf(bound):
                return lower
            return lower + (bound - lower) * max(0.0, wanted - seen) / calls
        seen += calls
    return BOUNDS[-1]


BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of what gateways count latencies in, in seconds; above the last one all is one."""


def _series(count: CallCounts) -> tuple[str, str, str, bool]:
    return count.series, count.model_id, count.path, count.by_default_address


def _began_anew(old: CallCounts, new: CallCounts) -> bool:
    return any(new.by_status.get(status, 0) < calls for status, calls in old.by_status.items())


def _apart(cumulative: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return buckets that hold only what the one before them does not."""
    below = itertools.chain([0], (calls for _, calls in cumulative))
    return [(bound, calls - before) for (bound, calls), before in zip(cumulative, below, strict=False)]


def _bound_text(bound: float) -> float | str:
    return "inf" if math.isinf(bound) else bound  # JSON has no infinity


def _bound(value: float | str) -> float:
    return float(value)
