"""What GPUs do, as NVIDIA's management library says; nothing of it is loaded where a job has no GPU."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any


class GpuReader:
    """Reads some GPUs of this machine.

    Args:
        indices: their numbers, in the order nvidia-smi lists them.
    """

    def __init__(self, indices: Sequence[int]) -> None:
        self._handles: list[Any] = []
        import pynvml

        self._nvml = pynvml
        try:
            pynvml.nvmlInit()
            self._handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in indices]
        except pynvml.NVMLError:  # no driver, or the GPU is gone: there is nothing to show
            self._handles = []

    def read(self) -> tuple[float, float, float]:
        """Return the average utilization in percent, the memory used and all there is, in bytes; NaN if not known."""
        if not self._handles:
            return nan, nan, nan
        try:
            memory = [self._nvml.nvmlDeviceGetMemoryInfo(handle) for handle in self._handles]
        except self._nvml.NVMLError:
            return nan, nan, nan
        used, total = float(sum(each.used for each in memory)), float(sum(each.total for each in memory))
        try:
            rates = [self._nvml.nvmlDeviceGetUtilizationRates(handle).gpu for handle in self._handles]
        except self._nvml.NVMLError:  # a part of a GPU (MIG) does not tell
            return nan, used, total
        return sum(rates) / len(rates), used, total
