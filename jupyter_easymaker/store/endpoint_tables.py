"""The tables of endpoints: what is served, its keys, and the counts of calls.

What is being deleted has the status DELETE_IN_PROGRESS and stays in lists until everything of it is gone: people watch
it go. So ``deleted_at`` is never set here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Double, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..resources.base import new_id, now
from .tables import Base, ResourceRow, list_indices


class EndpointRow(ResourceRow, Base):
    __tablename__ = "endpoints"
    __table_args__ = (*list_indices("endpoints"), Index("ux_endpoints_live_name", "live_name", unique=True))

    live_name: Mapped[str] = mapped_column(Text)
    """``appkey/name``: what makes the name unique in its project."""
    default_stage_id: Mapped[str] = mapped_column(String(64))
    traffic: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Stage to its weight at the default address; empty: all calls to the default stage."""
    use_api_key: Mapped[bool] = mapped_column(Boolean, default=False)


class EndpointStageRow(ResourceRow, Base):
    __tablename__ = "endpoint_stages"
    __table_args__ = (
        *list_indices("endpoint_stages"),
        Index("ix_endpoint_stages_endpoint", "endpoint_id"),
        Index("ux_endpoint_stages_live_name", "live_name", unique=True),
    )

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id"))
    live_name: Mapped[str] = mapped_column(Text)
    """``endpoint/name``."""
    flavor: Mapped[dict[str, Any]]
    """As it was when the stage was created."""
    spec: Mapped[dict[str, Any]]
    """The autoscaler's settings and useLog, camelCase."""
    node_count: Mapped[int] = mapped_column(Integer)
    """As people set it: what the pod counts of its resources go with."""
    nodes: Mapped[int] = mapped_column(Integer)
    """As the autoscaler has it now."""
    scaling: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the autoscaler remembers; see ``reconcilers/stage_scaling.py``."""
    gateway_status: Mapped[str] = mapped_column(String(64))
    gateway_reason: Mapped[str] = mapped_column(Text, default="")
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    """It was the default stage; it is deleted once no call is sent to it any more."""


class EndpointModelRow(ResourceRow, Base):
    __tablename__ = "endpoint_models"
    __table_args__ = (
        *list_indices("endpoint_models"),
        Index("ix_endpoint_models_stage", "stage_id"),
        Index("ix_endpoint_models_endpoint", "endpoint_id"),
        Index("ix_endpoint_models_model", "model_id"),
    )

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id"))
    stage_id: Mapped[str] = mapped_column(ForeignKey("endpoint_stages.id"))
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"))
    model: Mapped[dict[str, Any]]
    """The model as it was when it was deployed: its name is part of addresses."""
    path: Mapped[str] = mapped_column(Text, default="")
    pod_count: Mapped[int] = mapped_column(Integer)
    """As people set it."""
    pods: Mapped[int] = mapped_column(Integer)
    """As the autoscaler has it now."""
    spec: Mapped[dict[str, Any]]
    """``resourceOptionDetail`` and how its pods are scaled, camelCase."""
    revision: Mapped[int] = mapped_column(Integer, default=1)
    """Counts the models that were put in its place: each is staged into a directory of its own."""
    observed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """``{"pods": [...], "ready", "progress", "logTail"}`` as seen last."""


class EndpointApiKeyRow(Base):
    __tablename__ = "endpoint_api_keys"
    __table_args__ = (Index("ix_endpoint_api_keys_endpoint", "endpoint_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    """Encrypted."""
    internal: Mapped[bool] = mapped_column(Boolean, default=False)
    """The backend's own, for the try-it form; shown to nobody."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str] = mapped_column(String(255), default="")


class EndpointCallRow(Base):
    """The calls of a stretch of time: a minute, later thinned out to hours and days."""

    __tablename__ = "endpoint_calls"
    __table_args__ = (Index("ix_endpoint_calls_width", "width", "at"),)

    stage_id: Mapped[str] = mapped_column(ForeignKey("endpoint_stages.id", ondelete="CASCADE"), primary_key=True)
    model_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The stage resource's, which may be gone."""
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    by_default_address: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Its beginning, seconds since 1970."""
    width: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Seconds."""
    model_name: Mapped[str] = mapped_column(Text, default="")
    success2xx: Mapped[int] = mapped_column(Integer, default=0)
    fail4xx: Mapped[int] = mapped_column(Integer, default=0)
    fail5xx: Mapped[int] = mapped_column(Integer, default=0)
    other: Mapped[int] = mapped_column(Integer, default=0)
    seconds: Mapped[float] = mapped_column(Double, default=0.0)
    """Spent on all of them together."""
    buckets: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Upper bound in seconds, as text, to calls in that bucket alone."""


class GatewayStateRow(Base):
    """What backends remember of the gateway together, changed with compare-and-set."""

    __tablename__ = "gateway_states"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime] = mapped_column(default=now)
