"""Metrics that handlers add, written to the log as lines."""

from __future__ import annotations

import logging
from typing import Any

_log = logging.getLogger("ts.metrics")


class MetricsStore:
    """Takes what a handler measures."""

    def add_counter(self, metric_name: str, value: float, idx: Any = None, dimensions: Any = None, **_: Any) -> None:
        _log.info("%s.Count:%s", metric_name, value)

    def add_time(
        self, metric_name: str, value: float, idx: Any = None, unit: str = "ms", dimensions: Any = None, **_: Any
    ) -> None:
        _log.info("%s.%s:%s", metric_name, unit, value)

    def add_size(
        self, metric_name: str, value: float, idx: Any = None, unit: str = "MB", dimensions: Any = None, **_: Any
    ) -> None:
        _log.info("%s.%s:%s", metric_name, unit, value)

    def add_percent(self, metric_name: str, value: float, idx: Any = None, dimensions: Any = None, **_: Any) -> None:
        _log.info("%s.Percent:%s", metric_name, value)

    def add_error(self, metric_name: str, value: Any, dimensions: Any = None, **_: Any) -> None:
        _log.info("%s.Error:%s", metric_name, value)

    def add_metric(
        self, metric_name: str, value: float, unit: Any = None, idx: Any = None, dimensions: Any = None, **_: Any
    ) -> None:
        _log.info("%s.%s:%s", metric_name, unit, value)
