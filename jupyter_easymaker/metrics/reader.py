"""The metrics of trainings for whoever asks: read on from the last look, and forgotten when there are too many."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..resources.metric import DEFAULT_METRIC_REGEX
from .log import LogMetrics, ReadLog
from .recorded import RecordedMetrics
from .series import Point, Series
from .tensorboard import TensorBoardMetrics

_SECONDS = 1.5
"""For one look: a huge log is read over several."""
_KEPT_POINTS = 400_000
"""Of all trainings together, some 60 MB."""


@dataclass(frozen=True)
class Metric:
    """One metric of one source."""

    name: str
    source: str
    """``api`` (``log_metrics``), ``tensorboard`` or ``log``."""
    last: float | None
    min: float | None
    max: float | None
    count: int
    not_finite: int
    points: list[Point]


@dataclass(frozen=True)
class Metrics:
    """What a training has told so far."""

    metrics: list[Metric]
    complete: bool
    """All that is there now was read; else ask again."""
    left_out: int
    """Metrics there was no room for."""


@dataclass(frozen=True)
class Sources:
    """Where a training's metrics come from.

    Args:
        read_log: of the chief node.
        directory: its TensorBoard directory, where ``log_metrics`` writes too.
        regex: None: the default.
        names: only these of the log; empty: all.
    """

    read_log: ReadLog
    directory: Path
    regex: str | None = None
    names: frozenset[str] = frozenset()


class MetricsReader:
    """Remembers what it read of the trainings asked for last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Training] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._size = 0
        """Of all of them together."""
        self._lock = threading.Lock()

    def read(self, training_id: str, sources: Sources, points: int) -> Metrics:
        """Return a training's metrics, each in at most so many points."""
        with self._lock:
            training = self._known.setdefault(training_id, _Training(sources))
            self._known.move_to_end(training_id)
        with training.lock:
            complete = training.look(sources.read_log)
            found = Metrics(training.metrics(points), complete, training.left_out)
            size = len(training)
        self._forget(training_id, size)
        return found

    def _forget(self, training_id: str, size: int) -> None:
        """Count one that was read just now, and forget those read longest ago if all together are too large."""
        with self._lock:
            if training_id in self._known:
                self._size += size - self._sizes.get(training_id, 0)
                self._sizes[training_id] = size
            while len(self._known) > 1 and self._size > _KEPT_POINTS:
                forgotten, _ = self._known.popitem(last=False)
                self._size -= self._sizes.pop(forgotten, 0)


class _Training:
    def __init__(self, sources: Sources) -> None:
        self.lock = threading.Lock()
        self._log = LogMetrics(sources.regex or DEFAULT_METRIC_REGEX, sources.names)
        self._recorded = RecordedMetrics(sources.directory)
        self._tensorboard = TensorBoardMetrics(sources.directory)

    def look(self, read_log: ReadLog) -> bool:
        deadline = time.monotonic() + _SECONDS
        return all(
            [self._recorded.read(deadline), self._tensorboard.read(deadline), self._log.read(read_log, deadline)]
        )

    def metrics(self, points: int) -> list[Metric]:
        return [
            _metric(name, source, series, points)
            for source, found in (
                ("api", self._recorded.series),
                ("tensorboard", dict(self._tensorboard.series)),
                ("log", dict(self._log.series)),
            )
            for name, series in found.items()
        ]

    @property
    def left_out(self) -> int:
        return len(self._recorded.left_out | self._tensorboard.series.left_out | self._log.series.left_out)

    def __len__(self) -> int:
        return len(self._recorded) + len(self._tensorboard.series) + len(self._log.series) + 500


def _metric(name: str, source: str, series: Series, points: int) -> Metric:
    seen: Any = series.last is not None
    return Metric(
        name=name,
        source=source,
        last=series.last,
        min=series.min if seen else None,
        max=series.max if seen else None,
        count=series.count,
        not_finite=series.not_finite,
        points=series.points(points),
    )
