"""The dashboard: how much there is of everything in a project, and what uses the most."""

from __future__ import annotations

from .base import WireModel


class ResourceCount(WireModel):
    """How many resources of a kind there are; the dashboard shows ``count``."""

    resource_type: str
    status: str
    """What ``count`` counts: the status people work towards."""
    count: int
    total: int
    running: int
    """On their way: neither ended nor ready."""


class TopResource(WireModel):
    resource_type: str
    resource_id: str
    name: str
    value: float
    """Percent of what was granted to it, over the last minute."""


class Capacity(WireModel):
    """What the engine has, and what jobs and services hold of it now; services hold no CPUs, they share them."""

    vcpus: int
    memory_mib: int
    gpus: int
    used_vcpus: int
    used_memory_mib: int
    used_gpus: int


class StageCalls(WireModel):
    """The calls of one stage, added up."""

    endpoint_stage_id: str
    endpoint_stage_name: str
    is_default_stage: bool
    success_count: int
    """Answered 2xx."""
    fail_count: int
    """Answered 4xx or 5xx."""
    call_count: int


class TopEndpoint(WireModel):
    """One of the endpoints that are called most."""

    endpoint_id: str
    endpoint_name: str
    call_count: int
    endpoint_stage_list: list[StageCalls]


class Dashboard(WireModel):
    count_list: list[ResourceCount]
    top_endpoint_list: list[TopEndpoint] = []
    """The three with the most calls of the last 30 days."""
    top_cpu_list: list[TopResource]
    top_gpu_list: list[TopResource]
    capacity: Capacity
