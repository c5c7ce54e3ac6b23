"""What the pods of a stage use: CPU, memory, disk, network, GPUs; one curve set a pod."""

from __future__ import annotations

import time
from math import inf
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..monitoring.samples import Sample, cadence, thinned
from ..reconcilers.endpoint_context import service_name
from ..reconcilers.pod_service import shares_of
from ..resources.endpoint_stage import EndpointStageStatus
from ..resources.monitoring import MonitoredInstance, Monitoring
from ..resources.pod_share import PodsDoNotFit, PodShare
from ..store import endpoint_models
from ..store.endpoint_tables import EndpointModelRow, EndpointStageRow
from .auth import Member
from .context import ApiContext, Context
from .endpoint_checks import find_stage
from .envelope import envelope, success
from .monitoring import Moment, seconds_of, series_of

router = APIRouter(tags=["monitoring"])


@router.get("/endpoint-stages/{stage_id}/monitoring", response_model=envelope("StageMonitoring", monitoring=Monitoring))
def get_stage_monitoring(
    appkey: str,
    stage_id: str,
    context: Context,
    _caller: Member,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
    points: Annotated[int, Query(ge=2, le=2000, description="At most so many points a curve.")] = 300,
) -> Any:
    """Return the curves of each pod of a stage."""
    since = seconds_of("from", begin) if begin else 0.0
    until = seconds_of("to", end) if end else inf
    with context.database.reading() as session:
        stage = find_stage(session, appkey, stage_id)
        rows = endpoint_models.of_stages(session, [stage.id]).get(stage.id, [])
    shares = _shares(stage, rows)
    instances: list[MonitoredInstance] = []
    oldest: float | None = None
    for row in rows:
        share = shares.get(row.id)
        observation = context.engine.observe_service(service_name(row.id))
        for replica in observation.replicas if observation else ():
            if replica.started_at is not None:
                oldest = min(oldest or inf, replica.started_at.timestamp())
            samples = thinned(pod_samples(context, replica.name, since, until), points)
            memory = share.memory_mib if share else stage.flavor["ram"]
            instances.append(
                MonitoredInstance(
                    node=len(instances),
                    name=replica.name,
                    label=f"{row.name} {replica.name.removeprefix(service_name(row.id)).lstrip('-')}",
                    series_list=series_of(samples, memory, context.engine.network_scope) if samples else [],
                )
            )
    available = any(instance.series_list for instance in instances)
    monitoring = Monitoring(
        available=available,
        reason="" if available else _why_not(stage, bounded=bool(begin or end)),
        interval_seconds=cadence(time.time() - oldest if oldest else 0),
        instance_list=instances,
    )
    return success(monitoring=monitoring)


def pod_samples(context: ApiContext, pod: str, since: float, until: float = inf) -> list[Sample]:
    """Return what a pod used; nothing before it begins."""
    try:
        return context.engine.samples(pod, 0, since, until)
    except KeyError:
        return []


def _shares(stage: EndpointStageRow, rows: list[EndpointModelRow]) -> dict[str, PodShare]:
    try:
        return shares_of(stage, rows)
    except PodsDoNotFit:  # limits were lowered since
        return {}


def _why_not(stage: EndpointStageRow, *, bounded: bool) -> str:
    if stage.status in (EndpointStageStatus.CREATE_REQUESTED, EndpointStageStatus.CREATE_IN_PROGRESS):
        return "The stage is being created; what its pods use shows a few seconds after they have begun."
    if bounded:
        return "Nothing was measured in this time; choose another."
    return "Nothing has been measured: the stage has no pods, or they have just begun."
