"""The project at a glance: how many resources there are, what uses the most, how full the engine is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isnan
from typing import Any

from fastapi import APIRouter

from ..monitoring.samples import Sample
from ..resources.batch_inference import BatchInferenceStatus
from ..resources.dashboard import Capacity, Dashboard, ResourceCount, TopResource
from ..resources.event import ResourceType
from ..resources.experiment import ExperimentStatus
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.model import ModelStatus
from ..resources.status import Status
from ..resources.training import TrainingStatus
from ..store import batch_inferences, resource_queries, trainings
from ..store.job_owners import JobOwner, node_count
from ..store.tables import (
    BatchInferenceRow,
    ExperimentRow,
    HyperparameterTuningRow,
    ModelRow,
    ResourceRow,
    TrainingRow,
)
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success
from .monitoring import samples_of

router = APIRouter(tags=["dashboard"])
_KINDS: tuple[tuple[ResourceType, type[ResourceRow], Status], ...] = (
    (ResourceType.EXPERIMENT, ExperimentRow, ExperimentStatus.ACTIVE),
    (ResourceType.TRAINING, TrainingRow, TrainingStatus.COMPLETE),
    (ResourceType.HYPERPARAMETER_TUNING, HyperparameterTuningRow, HyperparameterTuningStatus.COMPLETE),
    (ResourceType.MODEL, ModelRow, ModelStatus.ACTIVE),
    (ResourceType.BATCH_INFERENCE, BatchInferenceRow, BatchInferenceStatus.COMPLETE),
)
_SHOWN = 5
_LOOKED_AT = 200
_SECONDS = 60.0


@router.get("/dashboard", response_model=envelope("DashboardAnswer", dashboard=Dashboard))
def get_dashboard(appkey: str, context: Context, _caller: Member) -> Any:
    """Return the project at a glance."""
    with context.database.reading() as session:
        counts = [
            _count(kind, status, resource_queries.count_by_status(session, table, appkey))
            for kind, table, status in _KINDS
        ]
        on_their_way = [status for status in TrainingStatus if not status.terminal]
        running, _ = trainings.page(session, appkey, statuses=on_their_way, sort="-startedDatetime", size=_LOOKED_AT)
        scoring = [row for row in batch_inferences.unfinished(session) if row.appkey == appkey][:_LOOKED_AT]
    rows: list[JobOwner] = [*running, *scoring]
    since = time.time() - _SECONDS
    recent = [(row, _recent(context, row, since)) for row in rows if row.started_at is not None]
    capacity, used = context.engine.capacity(), context.engine.load().used
    dashboard = Dashboard(
        count_list=counts,
        top_cpu_list=_top(recent, "cpu"),
        top_gpu_list=_top(recent, "gpu_utilization"),
        capacity=Capacity(
            vcpus=capacity.vcpus,
            memory_mib=capacity.memory_mib,
            gpus=capacity.gpus,
            used_vcpus=used.vcpus,
            used_memory_mib=used.memory_mib,
            used_gpus=used.gpus,
        ),
    )
    return success(dashboard=dashboard)


def _count(kind: ResourceType, status: Status, by_status: dict[str, int]) -> ResourceCount:
    running = sum(number for name, number in by_status.items() if not type(status)(name).terminal)
    return ResourceCount(
        resource_type=kind,
        status=status,
        count=by_status.get(status, 0),
        total=sum(by_status.values()),
        running=running,
    )


def _recent(context: ApiContext, row: JobOwner, since: float) -> list[Sample]:
    nodes = range(node_count(row))
    return [sample for node in nodes for sample in samples_of(context, row, node, since)]


def _top(recent: Sequence[tuple[JobOwner, list[Sample]]], metric: str) -> list[TopResource]:
    found = []
    for row, samples in recent:
        values = [value for sample in samples if not isnan(value := getattr(sample, metric))]
        if values:
            value = round(sum(values) / len(values), 1)
            kind = ResourceType.BATCH_INFERENCE if isinstance(row, BatchInferenceRow) else ResourceType.TRAINING
            found.append(TopResource(resource_type=kind, resource_id=row.id, name=row.name, value=value))
    return sorted(found, key=lambda each: -each.value)[:_SHOWN]
