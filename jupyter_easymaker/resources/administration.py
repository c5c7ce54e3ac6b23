"""What administrators see of everybody: who did what, and who used how much."""

from __future__ import annotations

from typing import Any

from .base import UtcDatetime, WireModel


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


class Usage(WireModel):
    """What somebody used in a project over a time."""

    app_key: str
    user_id: str
    cpu_hours: float
    """Hours of one vCPU granted, used or not."""
    memory_gib_hours: float
    gpu_hours: float
