"""How long what was held, by whom: written with every change that begins or ends it, summed up when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ..resources.base import now
from ..resources.endpoint_stage import EndpointStageStatus
from ..resources.event import ResourceType
from .endpoint_tables import EndpointStageRow
from .hub_tables import NotebookRow, UsageRow
from .tables import BatchInferenceRow, ResourceRow, TrainingRow

_HOUR = 3600.0
_NOTEBOOK_STORAGE = "NOTEBOOK_STORAGE"
"""A kind of its own: it is held while its notebook is stopped, too."""
_TIMES = frozenset({"started_at", "ended_at"})
_KINDS: dict[type[ResourceRow], ResourceType] = {
    NotebookRow: ResourceType.NOTEBOOK,
    EndpointStageRow: ResourceType.ENDPOINT_STAGE,
    BatchInferenceRow: ResourceType.BATCH_INFERENCE,
}
_NOT_YET = (EndpointStageStatus.CREATE_REQUESTED, EndpointStageStatus.CREATE_FAILED)


@dataclass
class Used:
    """What somebody used in a project over a time, in hours of one CPU, GiB, GPU, GB or endpoint stage."""

    cpu_hours: float = 0.0
    memory_gib_hours: float = 0.0
    gpu_hours: float = 0.0
    storage_gb_hours: float = 0.0
    storage_gb: int = 0
    """Held when the time ends."""
    endpoint_hours: float = 0.0
    endpoint_stages: int = 0
    """With instances when the time ends."""


def hold_storage(session: Session, row: NotebookRow) -> None:
    """Write down that a new notebook holds its storage from now on, until it is ``over``."""
    size = row.spec["bootStorageSize"] + row.spec["dataStorageSize"]
    session.add(
        UsageRow(
            appkey=row.appkey,
            user_id=row.owner,
            resource_type=_NOTEBOOK_STORAGE,
            resource_id=row.id,
            vcpus=0,
            memory_mib=0,
            gpus=0,
            storage_gb=size,
            started_at=row.created_at,
        )
    )


def follow(session: Session, row: ResourceRow, changed: Iterable[str]) -> None:
    """Write down that a training or notebook began or ended to hold something, if these columns say so."""
    if isinstance(row, EndpointStageRow):
        _follow_stage(session, row)
    if not isinstance(row, TrainingRow | BatchInferenceRow | NotebookRow) or not _TIMES & set(changed):
        return
    ended = None if isinstance(row, NotebookRow) else row.ended_at
    begun = row.started_at
    known = None
    of_it = (UsageRow.resource_id == row.id, UsageRow.resource_type != _NOTEBOOK_STORAGE)
    open_or_this = or_(UsageRow.ended_at.is_(None), UsageRow.started_at == begun)
    for period in session.scalars(select(UsageRow).where(*of_it, open_or_this)):
        if period.started_at == begun:
            known = period
        else:  # a notebook is restarted: what it held before ends where the next begins
            period.ended_at = now()
    if known is not None:
        known.ended_at = ended
        return
    if begun is None:
        return
    nodes = 1 if isinstance(row, NotebookRow) else row.spec.get("instanceCount", 1)
    session.add(_period(row, nodes, begun, ended))


def _follow_stage(session: Session, row: EndpointStageRow) -> None:
    """A stage holds its nodes from its first pod to its deletion, as many as the autoscaler gives it."""
    nodes = row.nodes if row.deleted_at is None and row.status not in _NOT_YET else 0
    open_ = session.scalar(select(UsageRow).where(UsageRow.resource_id == row.id, UsageRow.ended_at.is_(None)))
    if (open_.vcpus if open_ is not None else 0) == nodes * row.flavor["vcpus"]:
        return
    at = now()
    if open_ is not None:
        open_.ended_at = at
    if nodes:
        session.add(_period(row, nodes, at, None))


def _period(row: Any, nodes: int, begun: datetime, ended: datetime | None) -> UsageRow:
    return UsageRow(
        appkey=row.appkey,
        user_id=row.owner if isinstance(row, NotebookRow) else row.created_by,
        resource_type=_kind(row),
        resource_id=row.id,
        vcpus=nodes * row.flavor["vcpus"],
        memory_mib=nodes * row.flavor["ram"],
        gpus=nodes * row.flavor.get("gpuCount", 0),
        storage_gb=0 if isinstance(row, NotebookRow) else nodes * (row.spec.get("dataStorageSize") or 0),
        started_at=begun,
        ended_at=ended,
    )


def over(session: Session, resource_id: str) -> None:
    """Write down that something holds nothing any more: it is being forgotten."""
    session.execute(
        update(UsageRow).where(UsageRow.resource_id == resource_id, UsageRow.ended_at.is_(None)).values(ended_at=now())
    )


def total(
    session: Session, since: datetime, until: datetime, appkey: str | None = None
) -> Mapping[tuple[str, str], Used]:
    """Return what was used between two moments, by project and user."""
    query = select(UsageRow).where(UsageRow.started_at < until)
    query = query.where(or_(UsageRow.ended_at.is_(None), UsageRow.ended_at > since))
    if appkey is not None:
        query = query.where(UsageRow.appkey == appkey)
    found: dict[tuple[str, str], Used] = {}
    at = now()
    for row in session.scalars(query.execution_options(yield_per=1000)):
        begin, end = max(row.started_at, since), min(row.ended_at or at, until)
        hours = max(0.0, (end - begin).total_seconds()) / _HOUR
        used = found.setdefault((row.appkey, row.user_id), Used())
        used.cpu_hours += hours * row.vcpus
        used.memory_gib_hours += hours * row.memory_mib / 1024
        used.gpu_hours += hours * row.gpus
        used.storage_gb_hours += hours * row.storage_gb
        holds = row.ended_at is None or row.ended_at >= until
        used.storage_gb += row.storage_gb if holds else 0
        if row.resource_type == ResourceType.ENDPOINT_STAGE:
            used.endpoint_hours += hours
            used.endpoint_stages += holds
    return found


def _kind(row: Any) -> ResourceType:
    for table, kind in _KINDS.items():
        if isinstance(row, table):
            return kind
    return ResourceType.HYPERPARAMETER_TUNING if row.tuning_id else ResourceType.TRAINING
