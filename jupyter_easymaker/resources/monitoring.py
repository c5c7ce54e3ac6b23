"""What resources use over time, as the API answers it."""

from __future__ import annotations

from enum import StrEnum

from .base import WireModel


class Metric(StrEnum):
    CPU = "cpu"
    MEMORY = "memory"
    DISK_READ = "disk_read"
    DISK_WRITE = "disk_write"
    DISK_USED = "disk_used"
    NETWORK_IN = "network_in"
    NETWORK_OUT = "network_out"
    GPU_UTILIZATION = "gpu_utilization"
    GPU_MEMORY = "gpu_memory"

    @property
    def unit(self) -> str:
        if self in (Metric.CPU, Metric.GPU_UTILIZATION):
            return "percent"
        return "bytes" if self in (Metric.MEMORY, Metric.DISK_USED, Metric.GPU_MEMORY) else "bytes_per_second"


class Series(WireModel):
    """One curve."""

    metric: Metric
    unit: str
    """percent, bytes or bytes_per_second."""
    scope: str = "instance"
    """Whose: the instance's, or that of the whole ``machine`` it shares with others."""
    limit: float | None = None
    """What there is at most."""
    point_list: list[tuple[float, float]]
    """``[seconds since 1970, value]``, oldest first. Of amounts (bytes) each is a peak, of the rest an average."""


class MonitoredInstance(WireModel):
    node: int
    name: str
    label: str = ""
    """What people read, where the name is long."""
    series_list: list[Series]
    """Only what is known: without GPUs there is no curve of them."""


class Monitoring(WireModel):
    """The curves of a resource's instances."""

    available: bool
    reason: str = ""
    """Why there is nothing to see, if there is nothing."""
    interval_seconds: float
    """How far apart measurements are taken now; asking more often shows nothing new."""
    instance_list: list[MonitoredInstance] = []
