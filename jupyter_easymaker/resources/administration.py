"""What administrators see of everybody: who did what, and who used how much."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from .base import RequestModel, UtcDatetime, WireModel


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
