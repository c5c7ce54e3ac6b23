"""Notebooks as the API answers them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ..resources.notebook import MOUNT_PATH, Notebook, NotebookHealth, NotebookStatus
from ..store.hub_tables import NotebookRow
from .auth import Caller
from .context import ApiContext
from .training_views import elapsed_seconds

_FLAVOR_FIELDS = ("id", "name", "vcpus", "ram", "disk", "gpuFlavor", "gpuCount", "gpuMemory", "idleMinutes")


def notebook_views(context: ApiContext, caller: Caller, rows: Sequence[NotebookRow]) -> list[Notebook]:
    """Return the wire objects of these rows, as this caller sees them."""
    return [_view(context, caller, row) for row in rows]


def may_open(caller: Caller, row: NotebookRow) -> bool:
    """Return whether somebody may open a notebook: its owner and administrators may."""
    return caller.is_admin or caller.user_id == row.owner


def _view(context: ApiContext, caller: Caller, row: NotebookRow) -> Notebook:
    status = NotebookStatus(row.status)
    spec = row.spec
    runs = status is NotebookStatus.ACTIVE
    allowed = may_open(caller, row)
    return Notebook(
        notebook_id=row.id,
        notebook_name=row.name,
        description=row.description,
        app_key=row.appkey,
        notebook_status_code=status,
        notebook_status_reason=row.status_reason,
        notebook_health_code=NotebookHealth(row.health) if runs and row.health else None,
        owner=row.owner,
        openable=runs and allowed,
        notebook_access_uri=_access_uri(context, row) if runs and allowed else "",
        flavor={key: row.flavor[key] for key in _FLAVOR_FIELDS if key in row.flavor},
        image={key: value for key, value in row.image.items() if key != "python"},
        boot_storage={"storageSize": spec["bootStorageSize"]},
        data_storage_list=[{"storageSize": spec["dataStorageSize"], "mountPath": MOUNT_PATH}],
        nas_list=spec["nasList"],
        tag_list=row.tags,
        monitoring_available=runs,
        upgrade_notice=context.cluster.notice(row.observed.get("version", "")),
        created_datetime=row.created_at,
        created_by=row.created_by,
        started_datetime=row.started_at,
        last_activity_datetime=row.last_activity_at,
        elapsed_time_seconds=elapsed_seconds(row.started_at, None) if runs else 0,
    )


def _access_uri(context: ApiContext, row: NotebookRow) -> str:
    path = row.observed.get("accessPath") or f"/user/{quote(row.owner)}/{quote(row.server_name)}/"
    address = path if "://" in path else f"{context.hub_public_url}{path}"
    return f"{address.rstrip('/')}/lab"
