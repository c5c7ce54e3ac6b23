"""Metrics of a training, also while it runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..metrics.reader import Metrics, Sources
from ..metrics.series import MAX_POINTS
from ..reconcilers.event_files import show_running_event_files
from ..resources.metric import Metric
from ..store.tables import TrainingRow
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success
from .job_logs import read_log
from .trainings import find_training

router = APIRouter(tags=["trainings"])
Answer = envelope("MetricsAnswer", metric_list=list[Metric], complete=bool, left_out_count=int)
Points = Annotated[int, Query(ge=2, le=MAX_POINTS, description="At most this many points per curve.")]


@router.get("/trainings/{training_id}/metrics", response_model=Answer)
def get_metrics(appkey: str, training_id: str, context: Context, _caller: Member, points: Points = 500) -> Any:
    """Return the metrics a training told so far.

    They come from ``log_metrics`` (source ``api``), TensorBoard's files (``tensorboard``) and the chief node's log
    (``log``, by ``metricRegex``). Where ``complete`` is false, the log is so long that it is still being read: ask
    again. ``leftOutCount`` counts metrics beyond the first 64 of a source.
    """
    with context.database.reading() as session:
        row = find_training(session, appkey, training_id)
    found = read_metrics(context, row, points)
    return success(metric_list=views(found), complete=found.complete, left_out_count=found.left_out)


def read_metrics(context: ApiContext, row: TrainingRow, points: int) -> Metrics:
    """Return what a training told so far."""

    def read(offset: int, limit: int) -> tuple[bytes, int, bool]:
        chunk = read_log(context, row, 0, offset, limit)
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


def views(found: Metrics) -> list[Metric]:
    return [
        Metric(
            name=metric.name,
            source=metric.source,
            last=metric.last,
            min=metric.min,
            max=metric.max,
            count=metric.count,
            not_finite_count=metric.not_finite,
            point_list=metric.points,
        )
        for metric in found.metrics
    ]
