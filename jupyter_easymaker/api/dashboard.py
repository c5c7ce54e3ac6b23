"""The project at a glance: how many resources there are, what uses the most, how full the engine is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isnan
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from ..monitoring.samples import Sample
from ..resources.dashboard import Capacity, Dashboard, ResourceCount, TopResource
from ..resources.event import ResourceType
from ..resources.experiment import ExperimentStatus
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.model import ModelStatus
from ..resources.notebook import NotebookHealth, NotebookStatus
from ..resources.status import Status
from ..resources.training import TrainingStatus
from ..store import notebooks, resource_queries, trainings
from ..store.hub_tables import NotebookRow
from ..store.tables import ExperimentRow, HyperparameterTuningRow, ModelRow, ResourceRow, TrainingRow
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
        counts.insert(0, _notebooks(session, appkey))
        on_their_way = [status for status in TrainingStatus if not status.terminal]
        rows, _ = trainings.page(session, appkey, statuses=on_their_way, sort="-startedDatetime", size=_LOOKED_AT)
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


def _notebooks(session: Session, appkey: str) -> ResourceCount:
    # Those that run but are not well do not count.
    counted = _count(
        ResourceType.NOTEBOOK,
        NotebookStatus.ACTIVE,
        resource_queries.count_by_status(session, NotebookRow, appkey),
    )
    return counted.model_copy(update={"count": notebooks.healthy(session, appkey).get(NotebookHealth.HEALTHY, 0)})


def _recent(context: ApiContext, row: TrainingRow, since: float) -> list[Sample]:
    nodes = range(row.spec["instanceCount"])
    return [sample for node in nodes for sample in samples_of(context, row, node, since)]


def _top(recent: Sequence[tuple[TrainingRow, list[Sample]]], metric: str) -> list[TopResource]:
    found = []
    for row, samples in recent:
        values = [value for sample in samples if not isnan(value := getattr(sample, metric))]
        if values:
            value = round(sum(values) / len(values), 1)
            found.append(
                TopResource(resource_type=ResourceType.TRAINING, resource_id=row.id, name=row.name, value=value)
            )
    return sorted(found, key=lambda each: -each.value)[:_SHOWN]
