"""The project at a glance: how many resources there are, what uses the most, how full the engine is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isnan
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from ..monitoring.samples import Sample
from ..resources.batch_inference import BatchInferenceStatus
from ..resources.dashboard import Capacity, Dashboard, ResourceCount, StageCalls, TopEndpoint, TopResource
from ..resources.endpoint import EndpointStatus
from ..resources.event import ResourceType
from ..resources.experiment import ExperimentStatus
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.model import ModelStatus
from ..resources.notebook import NotebookHealth, NotebookStatus
from ..resources.status import Status
from ..resources.training import TrainingStatus
from ..store import batch_inferences, endpoint_calls, notebooks, resource_queries, trainings
from ..store.endpoint_tables import EndpointRow, EndpointStageRow
from ..store.hub_tables import NotebookRow
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
    (ResourceType.ENDPOINT, EndpointRow, EndpointStatus.ACTIVE),
)
_SHOWN = 5
_LOOKED_AT = 200
_SECONDS = 60.0
_TOP_ENDPOINTS = 3
_CALLS_SECONDS = 30 * 86400.0


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
        top_endpoints = _top_endpoints(session, appkey)
        running, _ = trainings.page(session, appkey, statuses=on_their_way, sort="-startedDatetime", size=_LOOKED_AT)
        scoring = [row for row in batch_inferences.unfinished(session) if row.appkey == appkey][:_LOOKED_AT]
    rows: list[JobOwner] = [*running, *scoring]
    since = time.time() - _SECONDS
    recent = [(row, _recent(context, row, since)) for row in rows if row.started_at is not None]
    capacity, load = context.engine.capacity(), context.engine.load()
    dashboard = Dashboard(
        count_list=counts,
        top_endpoint_list=top_endpoints,
        top_cpu_list=_top(recent, "cpu"),
        top_gpu_list=_top(recent, "gpu_utilization"),
        capacity=Capacity(
            vcpus=capacity.vcpus,
            memory_mib=capacity.memory_mib,
            gpus=capacity.gpus,
            used_vcpus=load.used.vcpus,
            used_memory_mib=load.used.memory_mib + load.services.memory_mib,
            used_gpus=load.used.gpus + load.services.gpus,
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


def _top_endpoints(session: Session, appkey: str) -> list[TopEndpoint]:
    """Return the endpoints that are called most, with their stages' totals."""
    totals = {row[0]: row[1:] for row in endpoint_calls.totals(session, appkey, time.time() - _CALLS_SECONDS)}
    stages = {stage.id: stage for stage in session.scalars(resource_queries.live(EndpointStageRow, appkey))}
    by_endpoint: dict[str, int] = {}
    for stage_id, counts in totals.items():
        endpoint_id = stages[stage_id].endpoint_id
        by_endpoint[endpoint_id] = by_endpoint.get(endpoint_id, 0) + sum(counts)
    most = sorted(by_endpoint.items(), key=lambda each: (-each[1], each[0]))[:_TOP_ENDPOINTS]
    found = []
    for endpoint_id, calls in most:
        row = session.get_one(EndpointRow, endpoint_id)
        of_endpoint = [
            StageCalls(
                endpoint_stage_id=stage.id,
                endpoint_stage_name=stage.name,
                is_default_stage=stage.id == row.default_stage_id,
                success_count=totals.get(stage.id, (0, 0, 0, 0))[0],
                fail_count=sum(totals.get(stage.id, (0, 0, 0, 0))[1:3]),
                call_count=sum(totals.get(stage.id, (0, 0, 0, 0))),
            )
            for stage in stages.values()
            if stage.endpoint_id == endpoint_id
        ]
        found.append(
            TopEndpoint(endpoint_id=row.id, endpoint_name=row.name, call_count=calls, endpoint_stage_list=of_endpoint)
        )
    return found


def _notebooks(session: Session, appkey: str) -> ResourceCount:
    # Those that run but are not well do not count.
    counted = _count(
        ResourceType.NOTEBOOK,
        NotebookStatus.ACTIVE,
        resource_queries.count_by_status(session, NotebookRow, appkey),
    )
    return counted.model_copy(update={"count": notebooks.healthy(session, appkey).get(NotebookHealth.HEALTHY, 0)})


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
