"""The tables of what a team shares through a hub."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .tables import Base, ResourceRow, list_indices


class NotebookRow(ResourceRow, Base):
    __tablename__ = "notebooks"
    __table_args__ = (
        *list_indices("notebooks"),
        Index("ux_notebooks_live_server", "live_server", unique=True),
    )

    owner: Mapped[str] = mapped_column(String(255))
    """The hub's user whose named server it is."""
    server_name: Mapped[str] = mapped_column(String(255))
    """Of the server at the hub; empty: the one without a name."""
    live_server: Mapped[str | None] = mapped_column(Text, default=None)
    """``owner/server_name`` while it lives: what keeps one server from being two notebooks."""
    spec: Mapped[dict[str, Any]]
    """The create body, camelCase."""
    flavor: Mapped[dict[str, Any]]
    image: Mapped[dict[str, Any]]
    health: Mapped[str | None] = mapped_column(String(16), default=None)
    action_id: Mapped[str] = mapped_column(String(64), default="")
    """Of the start that was asked last. The spawner keeps it with what came of it: no start is done twice."""
    phase: Mapped[str] = mapped_column(String(16), default="")
    """Of an action in progress: STOPPING, STARTING, or FOREIGN, a start at the hub's own page."""
    incarnation: Mapped[str] = mapped_column(String(64), default="")
    """When the server that is to be stopped was started: another one is left alone."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """How often the hub refused the action in progress."""
    at_hub: Mapped[bool] = mapped_column(default=False)
    """The hub has had this server: if it has it no more, somebody deleted it there."""
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    last_activity_at: Mapped[datetime | None] = mapped_column(default=None)
    observed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """``{"accessPath", "version"}`` as seen last."""
