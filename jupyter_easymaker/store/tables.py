"""The tables. What people search, sort and guard by is a column; the rest of a resource is its JSON ``spec``.

So a new field of a training needs no migration unless lists are sorted or filtered by it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TextClause,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ..resources.base import new_id, now


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, always with its zone: SQLite forgets it, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


class ResourceRow:
    """The columns every resource has."""

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    appkey: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(64))
    status_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts writes: a write is made only if nobody else wrote since the row was read."""
    tags: Mapped[list[Any]] = mapped_column(default=list)
    created_by: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    """Set when its deletion was asked; the reconciler removes what belongs to it, then the row."""


_LIVE = text("deleted_at IS NULL")
_LISTED = text("deleted_at IS NULL AND tuning_id IS NULL")
_DELETED = text("deleted_at IS NOT NULL")


def list_indices(table: str, listed: TextClause = _LIVE, *also: str) -> tuple[Index, ...]:
    # A list page walks one of these and stops after a page, however many rows there are. They hold live rows only,
    # because PostgreSQL does not take "deleted_at IS NULL" as an equality and would sort everything.
    def live(name: str, *columns: str, where: TextClause = listed) -> Index:
        return Index(f"ix_{table}_{name}", *columns, sqlite_where=where, postgresql_where=where)

    return (
        live("list", "appkey", "created_at", "id"),
        live("name", "appkey", "name", "id"),
        live("status", "appkey", "status", "id", "deleted_at", *also),  # with what is asked for, no row is read
        live("open", "status", where=_LIVE),
        Index(f"ix_{table}_deleted", "deleted_at", sqlite_where=_DELETED, postgresql_where=_DELETED),
    )


class ExperimentRow(ResourceRow, Base):
    __tablename__ = "experiments"
    __table_args__ = (
        *list_indices("experiments"),
        Index("ux_experiments_live_name", "live_name", unique=True),
    )

    live_name: Mapped[str | None] = mapped_column(Text, default=None)
    """``appkey/name`` while it lives: what makes the name unique in its project."""


class TrainingRow(ResourceRow, Base):
    __tablename__ = "trainings"
    __table_args__ = (
        *list_indices("trainings", _LISTED, "tuning_id"),
        Index("ix_trainings_experiment", "experiment_id", "deleted_at", "created_at"),
        Index("ux_trainings_trial", "tuning_id", "trial_number", unique=True),
    )

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id"))
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    exit_code: Mapped[int | None] = mapped_column(default=None)
    spec: Mapped[dict[str, Any]]
    """The create body, camelCase."""
    flavor: Mapped[dict[str, Any]]
    image: Mapped[dict[str, Any]]
    algorithm: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    """Flavor, image and algorithm as they were when it was created."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{"nodes", "progress", "outputs", "notebook"}`` as seen last."""
    tuning_id: Mapped[str | None] = mapped_column(String(64), default=None)
    """Of a trial: whose. Trials are trainings that no list of trainings shows."""
    trial_number: Mapped[int | None] = mapped_column(default=None)
    """From 0; no two trials of a tuning have the same, whoever makes them."""
    trial_status: Mapped[str | None] = mapped_column(String(32), default=None)
    objective: Mapped[float | None] = mapped_column(Double, default=None)
    trial: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    """``{"parameters", "memory", "points", "metrics"}``: what the search chose and what came of it."""


class HyperparameterTuningRow(ResourceRow, Base):
    __tablename__ = "hyperparameter_tunings"
    __table_args__ = (
        *list_indices("hyperparameter_tunings"),
        Index("ix_hyperparameter_tunings_experiment", "experiment_id", "deleted_at", "created_at"),
    )

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id"))
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    seed: Mapped[int]
    """Given, or drawn when it was created."""
    spec: Mapped[dict[str, Any]]
    """The create body, camelCase."""
    flavor: Mapped[dict[str, Any]]
    image: Mapped[dict[str, Any]]
    algorithm: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)


class ModelRow(ResourceRow, Base):
    __tablename__ = "models"
    __table_args__ = (*list_indices("models"), Index("ix_models_training", "training_id", "deleted_at"))

    training_id: Mapped[str | None] = mapped_column(ForeignKey("trainings.id"), default=None)
    training_name: Mapped[str | None] = mapped_column(Text, default=None)
    tuning_id: Mapped[str | None] = mapped_column(String(64), default=None)
    """Of the tuning whose best trial ``training_id`` is."""
    tuning_name: Mapped[str | None] = mapped_column(Text, default=None)
    model_format: Mapped[str | None] = mapped_column(String(64), default=None)
    framework_version: Mapped[str | None] = mapped_column(Text, default=None)
    model_upload_uri: Mapped[str] = mapped_column(Text)


class BatchInferenceRow(ResourceRow, Base):
    __tablename__ = "batch_inferences"
    __table_args__ = (
        *list_indices("batch_inferences"),
        Index("ix_batch_inferences_model", "model_id", "deleted_at"),
    )

    model_id: Mapped[str] = mapped_column(String(64))
    """The model may be deleted once the batch inference has ended."""
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    spec: Mapped[dict[str, Any]]
    """The create body, camelCase."""
    flavor: Mapped[dict[str, Any]]
    image: Mapped[dict[str, Any]]
    model: Mapped[dict[str, Any]]
    """Flavor, image and model as they were when it was created."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{"nodes", "progress", "outputs", "counts"}`` as seen last."""


class TrainingTemplateRow(ResourceRow, Base):
    __tablename__ = "training_templates"
    __table_args__ = (
        *list_indices("training_templates"),
        Index("ux_training_templates_live_name", "live_name", unique=True),
    )

    live_name: Mapped[str | None] = mapped_column(Text, default=None)
    kind: Mapped[str] = mapped_column(String(32))
    """Whose form it fills: TRAINING or HYPERPARAMETER_TUNING."""
    content: Mapped[dict[str, Any]]
    """A part of a training's create body, camelCase."""


class EventRow(Base):
    __tablename__ = "events"
    __table_args__ = (Index("ix_events_appkey", "appkey", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    appkey: Mapped[str] = mapped_column(String(64))
    resource_type: Mapped[str] = mapped_column(String(32))
    resource_id: Mapped[str] = mapped_column(String(64))
    resource_name: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(64), default="")
    experiment_id: Mapped[str | None] = mapped_column(String(64), default=None)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ProjectRow(Base):
    __tablename__ = "projects"

    appkey: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token: tokens are long and random, so that no salt or stretching is needed."""
    is_admin: Mapped[bool] = mapped_column(Boolean, default=False)


class MembershipRow(Base):
    __tablename__ = "memberships"

    appkey: Mapped[str] = mapped_column(ForeignKey("projects.appkey", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
