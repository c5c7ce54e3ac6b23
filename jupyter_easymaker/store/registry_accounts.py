"""Registry accounts in the store."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..resources.event import EventAction, ResourceType
from ..resources.registry_account import RegistryAccountCreate, RegistryAccountStatus
from . import events, resource_queries
from .encryption import Encryption
from .hub_tables import ImageRow, RegistryAccountRow

SORT = {"createdDatetime": RegistryAccountRow.created_at, "registryAccountName": RegistryAccountRow.name}


def insert(
    session: Session, encryption: Encryption, *, appkey: str, spec: RegistryAccountCreate, created_by: str
) -> RegistryAccountRow:
    """Add an account; within ``encryption.writing``.

    Raises:
        sqlalchemy.exc.IntegrityError: the project has one of this name.
    """
    row = RegistryAccountRow(
        appkey=appkey,
        name=spec.registry_account_name,
        live_name=live_name(appkey, spec.registry_account_name),
        description=spec.description,
        status=RegistryAccountStatus.ACTIVE,
        tags=[tag.model_dump(by_alias=True) for tag in spec.tag_list],
        created_by=created_by,
        kind=spec.registry_type_code,
        login=spec.login_id,
        secret=encryption.encrypt(spec.password.get_secret_value()),
    )
    session.add(row)
    session.flush()
    events.append(session, row, ResourceType.REGISTRY_ACCOUNT, EventAction.CREATED)
    return row


def live_name(appkey: str, name: str) -> str:
    return f"{appkey}/{name}"


def get(session: Session, appkey: str, account_id: str, *, lock: bool = False) -> RegistryAccountRow | None:
    return resource_queries.get(session, RegistryAccountRow, appkey, account_id, lock=lock)


def page(
    session: Session,
    appkey: str,
    *,
    ids: Sequence[str] = (),
    names: Sequence[str] = (),
    sort: str = "-createdDatetime",
    **paging: Any,
) -> tuple[list[RegistryAccountRow], int]:
    """Return a page of a project's accounts; see ``resource_queries.page``."""
    query = resource_queries.live(RegistryAccountRow, appkey)
    if ids:
        query = query.where(RegistryAccountRow.id.in_(ids))
    if names:
        query = resource_queries.named(session, query, RegistryAccountRow, names)
    return resource_queries.page(session, query, RegistryAccountRow, sort=SORT, order=sort, **paging)


def change(session: Session, row: RegistryAccountRow, **columns: Any) -> bool:
    """Change an account if nobody else did; see ``resource_queries.change``."""
    return resource_queries.change(session, row, ResourceType.REGISTRY_ACCOUNT, **columns)


def delete(session: Session, row: RegistryAccountRow) -> None:
    """Forget an account, its password with it."""
    events.append(session, row, ResourceType.REGISTRY_ACCOUNT, EventAction.DELETED)
    session.delete(row)


def images_of(session: Session, account_ids: Sequence[str]) -> dict[str, list[ImageRow]]:
    """Return the private images pulled with each of these accounts."""
    found: dict[str, list[ImageRow]] = {}
    query = select(ImageRow).where(ImageRow.account_id.in_(account_ids), ImageRow.deleted_at.is_(None))
    for row in session.scalars(query.order_by(ImageRow.name)):
        found.setdefault(row.account_id, []).append(row)
    return found


def pull_secret(row: RegistryAccountRow, encryption: Encryption, host: str) -> bytes:
    """Return what a Kubernetes secret of the type kubernetes.io/dockerconfigjson holds under .dockerconfigjson.

    Args:
        host: the registry's, as in the image's address.

    Raises:
        EncryptionError: the password cannot be read.
    """
    password = encryption.decrypt(row.secret)
    auth = base64.b64encode(f"{row.login}:{password}".encode()).decode()
    entry = {"username": row.login, "password": password, "auth": auth}
    return json.dumps({"auths": {host: entry}}).encode()
