"""Batch inferences in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.batch_inference import BatchInferenceCreate, BatchInferenceStatus
from ..resources.event import EventAction, ResourceType
from ..resources.flavor import Flavor
from ..resources.image import Image
from . import events, resource_queries
from .elapsed import Elapsed
from .tables import BatchInferenceRow

_KIND = ResourceType.BATCH_INFERENCE
_UNFINISHED = [status for status in BatchInferenceStatus if not status.terminal]

SORT = {
    "createdDatetime": BatchInferenceRow.created_at,
    "batchInferenceName": BatchInferenceRow.name,
    "batchInferenceStatusCode": BatchInferenceRow.status,
    "startedDatetime": BatchInferenceRow.started_at,
    "endedDatetime": BatchInferenceRow.ended_at,
    "elapsedTimeSeconds": Elapsed(BatchInferenceRow.started_at, BatchInferenceRow.ended_at),
}


def insert(
    session: Session,
    *,
    appkey: str,
    spec: BatchInferenceCreate,
    created_by: str,
    flavor: Flavor,
    image: Image,
    model: dict[str, Any],
) -> BatchInferenceRow:
    """Add a batch inference that is to be created.

    Args:
        model: as the API answers it.
    """
    row = BatchInferenceRow(
        id=new_id(),
        appkey=appkey,
        name=spec.batch_inference_name,
        description=spec.description,
        status=BatchInferenceStatus.CREATE_REQUESTED,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        model_id=spec.model_id,
        spec=spec.model_dump(by_alias=True, mode="json", exclude_none=True),
        flavor=flavor.model_dump(by_alias=True, mode="json"),
        image=image.model_dump(by_alias=True, mode="json"),
        model=model,
    )
    session.add(row)
    session.flush()
    events.append(session, row, _KIND, EventAction.CREATED)
    return row


def get(session: Session, appkey: str, batch_inference_id: str, *, lock: bool = False) -> BatchInferenceRow | None:
    return resource_queries.get(session, BatchInferenceRow, appkey, batch_inference_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    model_ids: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **listing: Any,
) -> tuple[list[BatchInferenceRow], int]:
    """Return a page of a project's batch inferences; see ``resource_queries.page``."""
    query = resource_queries.live(BatchInferenceRow, appkey)
    return resource_queries.page(
        session,
        query,
        BatchInferenceRow,
        sort=SORT,
        order=sort,
        among=[(BatchInferenceRow.model_id, model_ids)],
        **listing,
    )


def unfinished(session: Session) -> Sequence[BatchInferenceRow]:
    """Return the batch inferences of all projects that are on their way."""
    return session.scalars(
        select(BatchInferenceRow)
        .where(BatchInferenceRow.status.in_(_UNFINISHED), BatchInferenceRow.deleted_at.is_(None))
        .order_by(BatchInferenceRow.created_at)
    ).all()


def unfinished_or_ended_since(session: Session, appkey: str | None, since: datetime) -> Sequence[BatchInferenceRow]:
    """Return a project's that are on their way or ended after a moment; None: those of all projects."""
    query = select(BatchInferenceRow)
    if appkey is not None:
        query = query.where(BatchInferenceRow.appkey == appkey, BatchInferenceRow.deleted_at.is_(None))
    ended_at = BatchInferenceRow.ended_at
    return session.scalars(query.where(or_(ended_at.is_(None), ended_at > since))).all()


def using(session: Session, model_id: str) -> Sequence[BatchInferenceRow]:
    """Return the unfinished ones a model is needed for."""
    return session.scalars(
        select(BatchInferenceRow).where(
            BatchInferenceRow.model_id == model_id,
            BatchInferenceRow.deleted_at.is_(None),
            BatchInferenceRow.status.in_(_UNFINISHED),
        )
    ).all()


def deleted(session: Session) -> Sequence[BatchInferenceRow]:
    """Return those whose deletion was asked but is not done."""
    return session.scalars(select(BatchInferenceRow).where(BatchInferenceRow.deleted_at.is_not(None))).all()


def transition(
    session: Session,
    row: BatchInferenceRow,
    status: BatchInferenceStatus | None,
    *,
    reason: str | None = None,
    **columns: Any,
) -> bool:
    """Change a batch inference if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, _KIND, status, reason=reason, **columns)


def mark_deleted(session: Session, row: BatchInferenceRow) -> bool:
    return resource_queries.mark_deleted(session, row, _KIND)


def purge(session: Session, row: BatchInferenceRow) -> None:
    """Forget a deleted batch inference."""
    session.execute(delete(BatchInferenceRow).where(BatchInferenceRow.id == row.id))


def output_uri(row: BatchInferenceRow) -> str:
    """Return where the results go: a directory of its own, so that nothing is ever overwritten."""
    return f"{row.spec['outputUploadUri'].rstrip('/')}/{row.id}"
