"""What the instances of a training or a batch inference use: CPU, memory, disk, network, GPUs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf, isfinite, isnan
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..monitoring.samples import Sample, cadence, thinned
from ..resources.batch_inference import pod_share
from ..resources.errors import field_error
from ..resources.monitoring import Metric, MonitoredInstance, Monitoring, Series
from ..resources.training import TrainingStatus
from ..store.job_owners import JobOwner, has_ended, job_name, node_count
from ..store.tables import BatchInferenceRow
from .auth import Member
from .batch_inferences import find_batch_inference
from .context import ApiContext, Context
from .envelope import envelope, success
from .trainings import find_training

router = APIRouter(tags=["monitoring"])
_MIB = 1024 * 1024
_NETWORK = (Metric.NETWORK_IN, Metric.NETWORK_OUT)

Points = Annotated[int, Query(ge=2, le=2000, description="At most so many points a curve.")]
Moment = Annotated[str, Query(max_length=40, description="Seconds since 1970, or ISO 8601. Empty: no bound.")]


@router.get("/trainings/{training_id}/monitoring", response_model=envelope("MonitoringAnswer", monitoring=Monitoring))
def get_monitoring(
    appkey: str,
    training_id: str,
    context: Context,
    _caller: Member,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
    points: Points = 300,
) -> Any:
    """Return the curves of each instance of a training, while it runs and after it."""
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
    return _answer(context, row, begin, end, points)


@router.get(
    "/batch-inferences/{batch_inference_id}/monitoring",
    response_model=envelope("BatchInferenceMonitoringAnswer", monitoring=Monitoring),
)
def get_batch_inference_monitoring(
    appkey: str,
    batch_inference_id: str,
    context: Context,
    _caller: Member,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
    points: Points = 300,
) -> Any:
    """Return the curves of each pod of a batch inference, while it runs and after it."""
    with context.database.reading() as session:
        row = find_batch_inference(session, appkey, batch_inference_id)
    return _answer(context, row, begin, end, points)


def _answer(context: ApiContext, row: JobOwner, begin: str, end: str, points: int) -> Any:
    since = seconds_of("from", begin) if begin else 0.0
    until = seconds_of("to", end) if end else inf
    nodes = range(node_count(row))
    found = [samples_of(context, row, node, since, until) for node in nodes]
    available = any(found)
    monitoring = Monitoring(
        available=available,
        reason="" if available else _why_not(row, bounded=bool(begin or end)),
        interval_seconds=_interval(row),
        instance_list=[
            MonitoredInstance(
                node=node,
                name=f"node-{node}",
                series_list=series_of(thinned(samples, points), _ram(row), context.engine.network_scope),
            )
            for node, samples in zip(nodes, found, strict=True)
        ],
    )
    return success(monitoring=monitoring)


def samples_of(context: ApiContext, row: JobOwner, node: int, since: float = 0.0, until: float = inf) -> list[Sample]:
    """Return what a node used; nothing before it begins."""
    try:
        return context.engine.samples(job_name(row), node, since, until)
    except KeyError:
        return []


def seconds_of(field: str, given: str) -> float:
    """Return a moment as seconds since 1970.

    Raises:
        EasyMakerError: it is none.
    """
    try:
        value = float(given)
    except ValueError:
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            value = inf
        else:
            value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not isfinite(value):
        raise field_error(field, "must be seconds since 1970, or a time such as 2026-01-31T08:15:00Z")
    return value


def series_of(samples: Sequence[Sample], memory_mib: int, network_scope: str) -> list[Series]:
    """Return the curves of one instance.

    Args:
        memory_mib: what it has.
    """
    made = []
    for metric in Metric:
        points = [(sample.at, round(value, 3)) for sample in samples if not isnan(value := getattr(sample, metric))]
        if points:
            made.append(
                Series(
                    metric=metric,
                    unit=metric.unit,
                    scope=network_scope if metric in _NETWORK else "instance",
                    limit=_limit(metric, memory_mib, samples[-1]),
                    point_list=points,
                )
            )
    return made


def _limit(metric: Metric, memory_mib: int, last: Sample) -> float | None:
    if metric.unit == "percent":
        return 100.0
    if metric is Metric.MEMORY:
        return float(memory_mib * _MIB)
    if metric is Metric.GPU_MEMORY and not isnan(last.gpu_memory_total):
        return last.gpu_memory_total
    return None


def _ram(row: JobOwner) -> int:
    """Return the memory of a node in MiB: of a training's a whole instance, of a pod its share."""
    if isinstance(row, BatchInferenceRow):
        return pod_share(row.flavor, row.spec["instanceCount"], row.spec["podCount"]).ram
    return int(row.flavor["ram"])


def _interval(row: JobOwner) -> float:
    if row.started_at is None or row.ended_at is not None:
        return cadence(0)
    return cadence(time.time() - row.started_at.timestamp())


def _why_not(row: JobOwner, *, bounded: bool) -> str:
    what = "batch inference" if isinstance(row, BatchInferenceRow) else "training"
    if row.status in (TrainingStatus.CREATE_REQUESTED, TrainingStatus.CREATE_IN_PROGRESS):
        return f"The {what} has not begun; its use shows a few seconds after it has."
    if bounded:
        return "Nothing was measured in this time; choose another."
    if has_ended(row):
        return f"The {what} ended before anything was measured."
    return "The first measurement comes in a moment."
