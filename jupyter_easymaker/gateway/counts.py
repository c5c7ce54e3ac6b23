"""Traefik's counters, read as calls to stage resources."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace

from prometheus_client.parser import text_string_to_metric_families

from .base import CallCounts
from .table import RouteName

_SUFFIX = "@file"


@dataclass
class _Sum:
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    buckets: dict[float, int] = field(default_factory=lambda: defaultdict(int))
    seconds: float = 0.0


def call_counts(exposition: str) -> list[CallCounts]:
    """Return what Traefik's metrics, in Prometheus' text format, say of calls.

    A share of a split address is counted where it arrives, so a call that was tried at two replicas of it counts twice.
    """
    sums: dict[RouteName, _Sum] = defaultdict(_Sum)
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            name = _called(sample.labels)
            if name is None:
                continue
            if sample.name.endswith("_requests_total"):
                sums[name].statuses[int(sample.labels["code"])] += int(sample.value)
            elif name.part not in ("calls", "share"):
                continue  # a refused call is not a fast answer
            elif sample.name.endswith("_request_duration_seconds_bucket"):
                sums[name].buckets[float(sample.labels["le"])] += int(sample.value)
            elif sample.name.endswith("_request_duration_seconds_sum"):
                sums[name].seconds += sample.value
    return [
        CallCounts(
            series=name.part,
            model_id=name.model_id,
            path=name.path,
            by_default_address=name.by_default_address,
            by_status=dict(sorted(found.statuses.items())),
            latency_buckets=tuple(sorted(found.buckets.items())) or ((math.inf, 0),),
            seconds=found.seconds,
        )
        for name, found in sums.items()
    ]


def _called(labels: dict[str, str]) -> RouteName | None:
    """Return whose calls a sample counts, None if nobody's or if they are counted elsewhere."""
    # A split router's calls are counted by the services it splits into.
    router, service = labels.get("router"), labels.get("service", "")
    name = RouteName.parse((service if router is None else router).removesuffix(_SUFFIX))
    if name is None or name.part == "split":
        return None
    return replace(name, part="share") if router is None else name
