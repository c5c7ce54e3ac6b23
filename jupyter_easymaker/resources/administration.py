"""What administrators see of everybody: who did what, and who used how much."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from .base import RequestModel, UtcDatetime, WireModel
from .event import ResourceType


class AuditEntry(WireModel):
    """Something somebody did."""

    audit_id: int
    datetime: UtcDatetime
    user_id: str
    operation: str
    """As in the OpenAPI document: ``stop_notebook``."""
    app_key: str = ""
    resource_type: str = ""
    resource_id: str = ""
    resource_name: str = ""
    detail: dict[str, Any] = {}


class BulkAction(StrEnum):
    STOP = "STOP"
    DELETE = "DELETE"


class NotebookBulk(RequestModel):
    """The body of POST admin/notebooks/actions."""

    action: BulkAction
    notebook_id_list: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=1000)]


class BulkResult(WireModel):
    """What became of one of several."""

    notebook_id: str
    successful: bool
    reason: str = ""
    """Why not."""


class Usage(WireModel):
    """What somebody used in a project over a time."""

    app_key: str
    user_id: str
    cpu_hours: float
    """Hours of one vCPU granted, used or not."""
    memory_gib_hours: float
    gpu_hours: float
    storage_gb_hours: float
    """Hours of one GB set aside: of notebooks also while they are stopped, of trainings while they run."""
    storage_gb: int
    """Set aside when the time ends."""
    endpoint_hours: float
    """Hours of one endpoint stage with instances; what these hold is in the CPU, memory and GPU hours."""
    endpoint_stages: int
    """With instances when the time ends."""


class AnyResource(WireModel):
    """A resource of whatever kind, as far as all have the same."""

    resource_type: ResourceType
    resource_id: str
    name: str
    app_key: str
    status_code: str
    status_reason: str = ""
    flavor_name: str = ""
    """Its instance type; empty: it has none."""
    created_by: str = ""
    created_datetime: UtcDatetime


class ClusterVersion(WireModel):
    """A version of the cluster, and what runs on it."""

    version: str
    current: bool
    """What is started gets it."""
    known: bool
    """False: something runs on it, and the settings do not name it."""
    expires_datetime: UtcDatetime | None = None
    """When it ends; None: nobody said."""
    notebooks: int
    """Not stopped: they move with their next start."""
    endpoint_stages: int
    """They move by a new stage that takes their place."""
