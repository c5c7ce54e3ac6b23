"""Which versions of the cluster anything still runs on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .endpoint_stages import CLUSTER_VERSION
from .endpoint_tables import EndpointStageRow
from .hub_tables import NotebookRow
from .quotas import RESTING


def notebooks(session: Session) -> dict[str, int]:
    """Return how many notebooks run on which version; those that are stopped run on none."""
    running = (NotebookRow.deleted_at.is_(None), NotebookRow.status.not_in(RESTING))
    return _counted(session, NotebookRow.observed["version"].as_string(), *running)


def endpoint_stages(session: Session) -> dict[str, int]:
    """Return how many stages have their instances on which version."""
    return _counted(session, EndpointStageRow.spec[CLUSTER_VERSION].as_string(), EndpointStageRow.deleted_at.is_(None))


def _counted(session: Session, version: Any, *conditions: Any) -> dict[str, int]:
    rows = session.execute(select(version, func.count()).where(*conditions).group_by(version))
    return {str(row[0]): int(row[1]) for row in rows if row[0]}
