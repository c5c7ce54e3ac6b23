"""The tables of what a team shares through a hub."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..resources.base import new_id, now
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


class RegistryAccountRow(ResourceRow, Base):
    __tablename__ = "registry_accounts"
    __table_args__ = (
        *list_indices("registry_accounts"),
        Index("ux_registry_accounts_live_name", "live_name", unique=True),
    )

    live_name: Mapped[str | None] = mapped_column(Text, default=None)
    kind: Mapped[str] = mapped_column(String(32))
    login: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    """The password, encrypted by ``store/encryption.py``."""


class ImageRow(ResourceRow, Base):
    """A private image. Provided ones are the operator's settings."""

    __tablename__ = "images"
    __table_args__ = (
        *list_indices("images"),
        Index("ux_images_live_name", "live_name", unique=True),
        Index("ix_images_account", "account_id"),
    )

    live_name: Mapped[str | None] = mapped_column(Text, default=None)
    account_id: Mapped[str] = mapped_column(ForeignKey("registry_accounts.id"))
    group_type: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(Text)
    base: Mapped[dict[str, Any]]
    """The provided image it is built from, as it was when this one was made."""


class AuditRow(Base):
    """Something somebody did. Never changed, and only ever removed by age."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_project", "appkey", "id"),
        Index("ix_audit_entries_user", "user_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[str] = mapped_column(String(255))
    operation: Mapped[str] = mapped_column(String(64))
    """As in the OpenAPI document: ``stop_notebook``."""
    appkey: Mapped[str] = mapped_column(String(64), default="")
    resource_type: Mapped[str] = mapped_column(String(32), default="")
    resource_id: Mapped[str] = mapped_column(String(255), default="")
    resource_name: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """``{"action", "status"}`` of a resource, or what else was asked."""


class UsageRow(Base):
    """A stretch of time in which something held CPUs, memory, GPUs or storage. It outlives what it is about."""

    __tablename__ = "usage_periods"
    __table_args__ = (
        Index("ix_usage_periods_resource", "resource_id", "ended_at"),
        Index("ix_usage_periods_ended", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    appkey: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(255))
    resource_type: Mapped[str] = mapped_column(String(32))
    resource_id: Mapped[str] = mapped_column(String(64))
    vcpus: Mapped[int] = mapped_column(Integer)
    memory_mib: Mapped[int] = mapped_column(BigInteger)
    gpus: Mapped[int] = mapped_column(Integer)
    storage_gb: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class QuotaRow(Base):
    """What a project may hold at once; a kind that is not named is not limited."""

    __tablename__ = "quotas"

    appkey: Mapped[str] = mapped_column(String(64), primary_key=True)
    limits: Mapped[dict[str, Any]]
