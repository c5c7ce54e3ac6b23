"""Private images in the store, and what uses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..resources.batch_inference import BatchInferenceStatus
from ..resources.event import EventAction, ResourceType
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.image import PRIVATE, Image, ImageCreate, ImageStatus
from ..resources.notebook import NotebookStatus
from ..resources.training import TrainingStatus
from . import events, resource_queries
from .hub_tables import ImageRow, NotebookRow, RegistryAccountRow
from .tables import BatchInferenceRow, HyperparameterTuningRow, ResourceRow, TrainingRow

SORT = {"createdDatetime": ImageRow.created_at, "imageName": ImageRow.name}


def insert(
    session: Session, *, appkey: str, spec: ImageCreate, account_id: str, base: Image, created_by: str
) -> ImageRow:
    """Add a private image.

    Raises:
        sqlalchemy.exc.IntegrityError: the project has one of this name.
    """
    row = ImageRow(
        appkey=appkey,
        name=spec.image_name,
        live_name=live_name(appkey, spec.image_name),
        description=spec.description,
        status=ImageStatus.ACTIVE,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        account_id=account_id,
        group_type=spec.group_type_code,
        address=spec.address,
        base=base.model_dump(by_alias=True, mode="json"),
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.IMAGE, EventAction.CREATED)
    return row


def live_name(appkey: str, name: str) -> str:
    return f"{appkey}/{name}"


def get(session: Session, appkey: str, image_id: str, *, lock: bool = False) -> ImageRow | None:
    return resource_queries.get(session, ImageRow, appkey, image_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    ids: Sequence[str] = (),
    names: Sequence[str] = (),
    groups: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **paging: Any,
) -> tuple[list[ImageRow], int]:
    """Return a page of a project's private images; see ``resource_queries.page``."""
    query = resource_queries.live(ImageRow, appkey)
    if ids:
        query = query.where(ImageRow.id.in_(ids))
    if names:
        query = resource_queries.named(session, query, ImageRow, names)
    if groups:
        query = query.where(ImageRow.group_type.in_(groups))
    return resource_queries.page(session, query, ImageRow, sort=SORT, order=sort, **paging)


def change(session: Session, row: ImageRow, **columns: Any) -> bool:
    """Change an image if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.IMAGE, **columns)


def delete(session: Session, row: ImageRow) -> None:
    """Forget an image; it stays in its registry."""
    events.append(session, row, ResourceType.IMAGE, EventAction.DELETED)
    session.delete(row)


def resources(session: Session, rows: Sequence[ImageRow]) -> list[Image]:
    """Return these images as everything that runs in one knows them."""
    wanted = {row.account_id for row in rows}
    accounts = session.execute(
        select(RegistryAccountRow.id, RegistryAccountRow.name).where(RegistryAccountRow.id.in_(wanted))
    )
    names = {row[0]: row[1] for row in accounts}
    return [
        Image(
            image_id=row.id,
            image_name=row.name,
            image_type_code=PRIVATE,
            group_type_code=row.group_type,
            core_type_code=row.base["coreTypeCode"],
            framework_code=row.base["frameworkCode"],
            framework_version=row.base["frameworkVersion"],
            python_version=row.base["pythonVersion"],
            description=row.description,
            address=row.address,
            base_image_id=row.base["imageId"],
            registry_account={
                "registryAccountId": row.account_id,
                "registryAccountName": names.get(row.account_id, ""),
            },
            tag_list=row.tags,
            created_datetime=row.created_at,
            created_by=row.created_by,
        )
        for row in rows
    ]


_CREATING: dict[type[ResourceRow], tuple[str, tuple[str, ...]]] = {
    NotebookRow: ("notebook", (NotebookStatus.CREATE_REQUESTED, NotebookStatus.CREATE_IN_PROGRESS)),
    TrainingRow: ("training", tuple(status for status in TrainingStatus if not status.terminal)),
    HyperparameterTuningRow: (
        "hyperparameter tuning",
        tuple(status for status in HyperparameterTuningStatus if not status.terminal),
    ),
    BatchInferenceRow: ("batch inference", tuple(status for status in BatchInferenceStatus if not status.terminal)),
}
"""What keeps an account from being changed: what is being created, and trainings and tunings that run."""


def in_the_way(session: Session, appkey: str, image_ids: Sequence[str]) -> list[str]:
    """Return what still needs to pull one of these images, as ``training wine``."""
    found = []
    for table, (what, statuses) in _CREATING.items():
        found += [f"{what} {row.name}" for row in _using(session, table, appkey, image_ids, statuses)]
    return found


def used_by(session: Session, appkey: str, image_id: str) -> list[str]:
    """Return what would no longer start, or run, without this image."""
    found = in_the_way(session, appkey, [image_id])
    notebooks = _using(session, NotebookRow, appkey, [image_id], None)
    return found + [each for row in notebooks if (each := f"notebook {row.name}") not in found]


def _using(
    session: Session, table: type[ResourceRow], appkey: str, image_ids: Sequence[str], statuses: Sequence[str] | None
) -> list[Any]:
    # Few are unfinished, and only those have to be looked into: the image is a part of a JSON column.
    query = select(table).where(table.appkey == appkey, table.deleted_at.is_(None))
    if statuses is not None:
        query = query.where(table.status.in_(statuses))
    return [row for row in session.scalars(query) if row.image.get("imageId") in image_ids]  # type: ignore[attr-defined]
