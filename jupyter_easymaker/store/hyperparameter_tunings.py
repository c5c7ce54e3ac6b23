"""Hyperparameter tunings in the store."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..resources.algorithm import Algorithm
from ..resources.base import new_id
from ..resources.event import EventAction, ResourceType
from ..resources.flavor import Flavor
from ..resources.hyperparameter_tuning import HyperparameterTuningCreate, HyperparameterTuningStatus
from ..resources.image import Image
from . import events, resource_queries
from .elapsed import Elapsed
from .tables import HyperparameterTuningRow, ModelRow

SORT = {
    "createdDatetime": HyperparameterTuningRow.created_at,
    "hyperparameterTuningName": HyperparameterTuningRow.name,
    "hyperparameterTuningStatusCode": HyperparameterTuningRow.status,
    "startedDatetime": HyperparameterTuningRow.started_at,
    "endedDatetime": HyperparameterTuningRow.ended_at,
    "elapsedTimeSeconds": Elapsed(HyperparameterTuningRow.started_at, HyperparameterTuningRow.ended_at),
}


def insert(
    session: Session,
    *,
    appkey: str,
    spec: HyperparameterTuningCreate,
    experiment_id: str,
    created_by: str,
    flavor: Flavor,
    image: Image,
    algorithm: Algorithm | None,
) -> HyperparameterTuningRow:
    """Add a tuning that is to be created."""
    given = spec.tuning_strategy_random_state
    row = HyperparameterTuningRow(
        id=new_id(),
        appkey=appkey,
        name=spec.hyperparameter_tuning_name,
        description=spec.description,
        status=HyperparameterTuningStatus.CREATE_REQUESTED,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        experiment_id=experiment_id,
        seed=secrets.randbelow(2**31) if given is None else given,
        spec=spec.model_dump(by_alias=True, mode="json", exclude_none=True),
        flavor=flavor.model_dump(by_alias=True, mode="json"),
        image=image.model_dump(by_alias=True, mode="json"),
        algorithm=algorithm.model_dump(by_alias=True, mode="json") if algorithm else None,
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.HYPERPARAMETER_TUNING, EventAction.CREATED, experiment_id=experiment_id)
    return row


def get(session: Session, appkey: str, tuning_id: str, *, lock: bool = False) -> HyperparameterTuningRow | None:
    return resource_queries.get(session, HyperparameterTuningRow, appkey, tuning_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    experiment_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[HyperparameterTuningRow], int]:
    """Return a page of a project's tunings; see ``resource_queries.page``."""
    query = resource_queries.live(HyperparameterTuningRow, appkey)
    return resource_queries.page(
        session,
        query,
        HyperparameterTuningRow,
        sort=SORT,
        order=sort,
        among=[(HyperparameterTuningRow.experiment_id, experiment_ids)],
        **listing,
    )


def unfinished(session: Session) -> Sequence[HyperparameterTuningRow]:
    """Return the tunings of all projects that are on their way."""
    statuses = [status for status in HyperparameterTuningStatus if not status.terminal]
    query = select(HyperparameterTuningRow).where(
        HyperparameterTuningRow.status.in_(statuses), HyperparameterTuningRow.deleted_at.is_(None)
    )
    return session.scalars(query.order_by(HyperparameterTuningRow.created_at)).all()


def deleted(session: Session) -> Sequence[HyperparameterTuningRow]:
    """Return the tunings whose deletion was asked for."""
    return session.scalars(select(HyperparameterTuningRow).where(HyperparameterTuningRow.deleted_at.is_not(None))).all()


def transition(
    session: Session, row: HyperparameterTuningRow, status: HyperparameterTuningStatus | None, **columns: Any
) -> bool:
    """Change a tuning if nobody else did; see ``resource_queries.change``."""
    kind = ResourceType.HYPERPARAMETER_TUNING
    return resource_queries.change(session, row, kind, status, experiment_id=row.experiment_id, **columns)


def mark_deleted(session: Session, row: HyperparameterTuningRow) -> bool:
    kind = ResourceType.HYPERPARAMETER_TUNING
    return resource_queries.mark_deleted(session, row, kind, experiment_id=row.experiment_id)


def purge(session: Session, row: HyperparameterTuningRow) -> None:
    """Forget a deleted tuning."""
    session.execute(delete(HyperparameterTuningRow).where(HyperparameterTuningRow.id == row.id))


def models_of(session: Session, tuning_ids: Sequence[str]) -> dict[str, list[ModelRow]]:
    """Return the models made from each of these tunings."""
    made: dict[str, list[ModelRow]] = {}
    query = select(ModelRow).where(ModelRow.tuning_id.in_(tuning_ids), ModelRow.deleted_at.is_(None))
    for row in session.scalars(query):
        made.setdefault(str(row.tuning_id), []).append(row)
    return made
