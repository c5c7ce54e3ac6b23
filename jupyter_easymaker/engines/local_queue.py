"""Who may start: jobs in the order they came, as soon as the machine has room for the first of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from .base import Capacity
from .node_start import free_ports

_RESERVED_MIB = 512  # left to the system and to JupyterLab
_SMALL_MACHINE_MIB = 2048


def machine_capacity() -> Capacity:
    """Return what this machine, or the container we are in, can give to jobs."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limit = int(Path(path).read_text())
        except (OSError, ValueError):  # no such limit ("max")
            continue
        memory = min(memory, limit // 2**20)
    reserve = _RESERVED_MIB if memory > _SMALL_MACHINE_MIB else memory // 4
    return Capacity(vcpus=cpus, memory_mib=memory - reserve, gpus=_gpu_count())


def _gpu_count() -> int:
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    return sum(line.startswith("GPU ") for line in listed.splitlines())


@dataclass
class Room:
    """What is free now."""

    capacity: Capacity
    cpus: list[int] = field(default_factory=list)
    """Free CPUs by number; empty throughout when more are offered than the machine has."""
    vcpus: int = 0
    memory_mib: int = 0
    gpus: list[int] = field(default_factory=list)

    @classmethod
    def beside(cls, capacity: Capacity, grants: Iterable[dict[str, Any]]) -> Room:
        """Return what is free beside these grants."""
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        pinned = allowed[: capacity.vcpus] if capacity.vcpus <= len(allowed) else []
        room = cls(capacity, list(pinned), capacity.vcpus, capacity.memory_mib, list(range(capacity.gpus)))
        for grant in grants:
            room.vcpus -= grant["vcpus"]
            room.memory_mib -= grant["memoryMib"]
            used_cpus = {cpu for node in grant["cpus"] for cpu in node}
            used_gpus = {gpu for node in grant["gpus"] for gpu in node}
            room.cpus = [cpu for cpu in room.cpus if cpu not in used_cpus]
            room.gpus = [gpu for gpu in room.gpus if gpu not in used_gpus]
        return room

    def missing(self, job: dict[str, Any]) -> str:
        """Return what a job waits for, empty if nothing."""
        return self._missing(job, self.vcpus)

    def missing_for_replica(self, job: dict[str, Any]) -> str:
        """Return what a service's replica waits for, empty if nothing: CPUs it shares, with jobs as well."""
        return self._missing(job, self.capacity.vcpus)

    def _missing(self, job: dict[str, Any], free_vcpus: int) -> str:
        needs = (
            (job["nodes"] * job["vcpus"], free_vcpus, self.capacity.vcpus, "vCPU"),
            (job["nodes"] * job["memoryMib"], self.memory_mib, self.capacity.memory_mib, "MiB of memory"),
            (job["nodes"] * job["gpus"], len(self.gpus), self.capacity.gpus, "GPUs"),
        )
        for needed, free, whole, what in needs:
            if needed > whole:
                return f"It needs {needed} {what}, more than the {whole} there are."
            if needed > free:
                return f"Waiting for {needed} {what}: {max(free, 0)} of {whole} free."
        return ""

    def grant(self, job: dict[str, Any]) -> dict[str, Any]:
        """Take what a job needs out of the room; return what it got."""
        nodes, vcpus, gpus = job["nodes"], job["vcpus"], job["gpus"]
        pin = len(self.cpus) >= nodes * vcpus
        cpus = [[self.cpus.pop(0) for _ in range(vcpus)] if pin else [] for _ in range(nodes)]
        self.vcpus -= nodes * vcpus
        self.memory_mib -= nodes * job["memoryMib"]
        return {
            "vcpus": nodes * vcpus,
            "memoryMib": nodes * job["memoryMib"],
            "cpus": cpus,
            "gpus": [[self.gpus.pop(0) for _ in range(gpus)] for _ in range(nodes)],
        }

    def grant_replica(self, job: dict[str, Any], others: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Take what a replica needs out of the room; return what it got.

        Args:
            job: the replica's.
            others: what other replicas have. It shares the CPUs that they use least, and none of their ports.
        """
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        use = dict.fromkeys(allowed[: self.capacity.vcpus], 0.0)
        ports: set[int] = set()
        for other in others:
            ports.update(other["ports"])
            for cpu in other["sharedCpus"]:
                use[cpu] = use.get(cpu, 0.0) + other["sharedVcpus"] / len(other["sharedCpus"])
        # Jobs take the first CPUs, so that those at the end are the idlest.
        cpus = sorted(use, key=lambda cpu: (use[cpu], -cpu))[: ceil(job["vcpus"])]
        while (port := free_ports(1)[0]) in ports:
            pass
        self.memory_mib -= job["memoryMib"]
        return {
            "vcpus": 0,
            "memoryMib": job["memoryMib"],
            "cpus": [[]],
            "sharedCpus": cpus if len(cpus) < len(allowed) else [],
            "sharedVcpus": job["vcpus"],
            "gpus": [[self.gpus.pop(0) for _ in range(job["gpus"])]],
            "ports": [port],
        }
