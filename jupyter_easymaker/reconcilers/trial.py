"""What a trial told and how it ended: its metrics read, its status settled, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..metrics.reader import Metric, Metrics, Sources
from ..metrics.series import MAX_POINTS
from ..resources.training import TrainingStatus
from ..resources.trial import TrialStatus
from ..search.known import KnownTrial
from ..store import trainings, trials
from ..store.tables import TrainingRow
from .context import ReconcilerContext
from .event_files import show_running_event_files
from .training import job_name

_KEPT_POINTS = 1000
_SOURCES = ("log", "api", "tensorboard")
"""Where the objective is looked for, in this order."""


def known(row: TrainingRow, *, with_points: bool = True) -> KnownTrial:
    """Return a trial as the search knows it, with or without its curve."""
    kept = row.trial or {}
    status = TrialStatus(row.trial_status or TrialStatus.CREATED)
    counts = status in (TrialStatus.SUCCEEDED, TrialStatus.EARLY_STOPPED)
    return KnownTrial(
        number=row.trial_number or 0,
        parameters=kept.get("parameters", {}),
        ended=status.terminal,
        objective=row.objective if counts else None,
        early_stopped=status is TrialStatus.EARLY_STOPPED,
        points=[(step, value) for step, value in kept.get("points", [])] if with_points else (),
        memory=kept.get("memory", {}),
    )


def follow(context: ReconcilerContext, row: TrainingRow, objective: str, *, maximize: bool) -> bool:
    """Write down what became of a trial; return whether its end, if it has come, is settled."""
    before = TrialStatus(row.trial_status or TrialStatus.CREATED)
    if before.terminal:
        return True
    status = TrainingStatus(row.status)
    if not status.terminal:
        return True
    found = read_metrics(context, row, MAX_POINTS)
    if not found.complete:
        return False  # a huge log is read over several looks
    metric = objective_of(found, objective)
    value = best_of(metric, maximize=maximize)
    kept = {
        **(row.trial or {}),
        "points": [(step, number) for step, _, number in metric.points[-_KEPT_POINTS:]] if metric else [],
        "metrics": _told(found),
    }
    with context.database.session(derived=True) as session:
        return trials.change(session, row, _ended(row, status, value), objective=value, trial=kept)


def _ended(row: TrainingRow, status: TrainingStatus, value: float | None) -> TrialStatus:
    if status is TrainingStatus.COMPLETE:
        return TrialStatus.SUCCEEDED if value is not None else TrialStatus.METRICS_UNAVAILABLE
    if status is TrainingStatus.STOPPED:
        ended_early = (row.trial or {}).get("hopeless") and value is not None
        return TrialStatus.EARLY_STOPPED if ended_early else TrialStatus.KILLED
    return TrialStatus.FAILED


def stop(context: ReconcilerContext, row: TrainingRow, reason: str, *, hopeless: bool = False) -> None:
    """Have a trial end."""
    if not TrainingStatus(row.status).stoppable:
        return
    kept = {**(row.trial or {}), **({"hopeless": True} if hopeless else {})}
    with context.database.session() as session:
        trainings.transition(session, row, TrainingStatus.STOP_IN_PROGRESS, reason=reason, trial=kept)


def live_points(context: ReconcilerContext, row: TrainingRow, objective: str) -> Sequence[tuple[int, float]]:
    """Return the objective of a running trial, step by step, as far as it has come."""
    metric = objective_of(read_metrics(context, row, MAX_POINTS), objective)
    return [(step, value) for step, _, value in metric.points] if metric else []


def read_metrics(context: ReconcilerContext, row: TrainingRow, points: int) -> Metrics:
    def read(offset: int, limit: int) -> tuple[bytes, int, bool]:
        try:
            chunk = context.engine.logs(job_name(row.id), 0, offset, limit)
        except KeyError:  # it never began
            return b"", offset, True
        return chunk.data, chunk.next_offset, chunk.complete

    directory = context.tensorboard_dir(row.appkey, row.experiment_id) / row.id
    show_running_event_files(context.engine, row, directory)
    sources = Sources(
        read_log=read,
        directory=directory,
        regex=row.spec.get("metricRegex"),
        names=frozenset(row.spec.get("metricNameList", ())),
    )
    return context.metrics.read(row.id, sources, points)


def objective_of(found: Metrics, name: str) -> Metric | None:
    by_source = {metric.source: metric for metric in found.metrics if metric.name == name and metric.count}
    return next((by_source[source] for source in _SOURCES if source in by_source), None)


def best_of(metric: Metric | None, *, maximize: bool) -> float | None:
    """Return the best value a metric had."""
    if metric is None:
        return None
    return metric.max if maximize else metric.min


def _told(found: Metrics) -> list[dict[str, Any]]:
    return [
        {"name": metric.name, "min": metric.min, "max": metric.max, "last": metric.last}
        for metric in found.metrics
        if metric.source == "log" or metric.count
    ]
