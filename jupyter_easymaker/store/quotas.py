"""Quotas in the store, and what a project holds of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..resources.batch_inference import BatchInferenceStatus
from ..resources.flavor import Flavor
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.notebook import NotebookStatus
from ..resources.quota import Held, Quota
from ..resources.status import Status
from ..resources.training import TrainingStatus
from .endpoint_tables import EndpointStageRow
from .hub_tables import NotebookRow, QuotaRow
from .resource_queries import MAX_UNPAGED, escaped
from .tables import BatchInferenceRow, HyperparameterTuningRow, ProjectRow, TrainingRow

RESTING = frozenset({NotebookStatus.STOPPED, NotebookStatus.CREATE_FAILED, NotebookStatus.START_FAILED})
"""Notebooks that hold no CPU, memory or GPU."""


def get(session: Session, appkey: str, *, lock: bool = False) -> Quota:
    """Return a project's quota.

    Args:
        lock: whoever else asks so waits until this transaction ends: two requests cannot both take what is left.
    """
    if lock:
        # The project, because a quota that is not there cannot be locked.
        session.get(ProjectRow, appkey, with_for_update=True)
    row = session.get(QuotaRow, appkey)
    return Quota.model_validate(row.limits if row is not None else {})


def put(session: Session, appkey: str, quota: Quota) -> None:
    limits = quota.model_dump(by_alias=True, exclude_none=True)
    session.merge(QuotaRow(appkey=appkey, limits=limits))


def projects(
    session: Session, *, sort: str = "appKey", search: str = "", number: int | None = None, size: int | None = None
) -> tuple[list[str], int]:
    """Return a page of the appkeys of all projects, and how many there are.

    Args:
        sort: ``appKey``, with ``-`` before it for descending.
        search: only projects whose appkey or name holds this.
    """
    query = select(ProjectRow.appkey)
    if search:
        pattern = f"%{escaped(search)}%"
        query = query.where(
            or_(ProjectRow.appkey.ilike(pattern, escape="\\"), ProjectRow.name.ilike(pattern, escape="\\"))
        )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = ProjectRow.appkey.desc() if sort.startswith("-") else ProjectRow.appkey.asc()
    size = size or MAX_UNPAGED
    return list(session.scalars(query.order_by(order).limit(size).offset(((number or 1) - 1) * size))), total


def held(session: Session, appkey: str) -> Held:
    """Return what a project holds, or will when there is room for what it has asked for."""
    found = Held()
    for table, status in (
        (TrainingRow, TrainingStatus),
        (HyperparameterTuningRow, HyperparameterTuningStatus),
        (BatchInferenceRow, BatchInferenceStatus),
    ):
        query = select(table.spec, table.flavor).where(
            table.appkey == appkey, table.deleted_at.is_(None), table.status.in_(_unfinished(status))
        )
        if table is TrainingRow:  # trials are what their tuning holds
            query = query.where(TrainingRow.tuning_id.is_(None))
        for spec, flavor in session.execute(query):
            found += of_flavor(flavor, spec["instanceCount"])
    stages = select(EndpointStageRow).where(EndpointStageRow.appkey == appkey, EndpointStageRow.deleted_at.is_(None))
    for stage in session.scalars(stages):
        found += of_stage(stage.flavor, max(stage.node_count, stage.nodes), stage.spec)
    query = select(NotebookRow).where(NotebookRow.appkey == appkey, NotebookRow.deleted_at.is_(None))
    for row in session.scalars(query):
        found += of_storage(row.spec)
        if row.status not in RESTING:
            found += of_flavor(row.flavor)
    return found


def of_flavor(flavor: Flavor | Mapping[str, Any], nodes: int = 1) -> Held:
    """Return what so many nodes of an instance type hold."""
    known = flavor if isinstance(flavor, Flavor) else Flavor.model_validate(flavor)
    return Held(vcpus=nodes * known.vcpus, memory_mib=nodes * known.ram, gpus=nodes * known.gpu_count)


def of_stage(flavor: Flavor | Mapping[str, Any], nodes: int, settings: Mapping[str, Any]) -> Held:
    """Return what a stage of an endpoint may come to hold: its autoscaler must not go where people may not."""
    most = settings.get("caMaxNodeCount") or 0
    return of_flavor(flavor, max(nodes, most) if settings.get("caEnable") else nodes)


def of_storage(spec: Mapping[str, Any]) -> Held:
    """Return what a notebook holds as long as it is there."""
    return Held(notebooks=1, notebook_storage_gb=spec["bootStorageSize"] + spec["dataStorageSize"])


def _unfinished(statuses: type[Status]) -> list[Status]:
    return [status for status in statuses if not status.terminal]
