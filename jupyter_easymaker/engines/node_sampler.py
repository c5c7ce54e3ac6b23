"""What the nodes of a local job use, read from /proc by their supervisor, now and then, at next to no cost.

Standard library only, except where a job has GPUs. Sampling never takes more than a hundredth of the time, however
many processes a job has; a sample that cannot be written (a full disk) is left out.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from math import nan
from resource import struct_rusage
from typing import Any

from ..monitoring.samples import Sample, SampleFile, cadence
from . import job_files
from .gpu_reader import GpuReader
from .process_tree import proportional_bytes

_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_SECONDS = 0.5
_COST_SHARE = 0.01
_BLOCK = 512
_DISK_SECONDS = 30.0
_DISK_ENTRIES = 1000  # looked at in one sample


class JobSampler:
    """Samples all nodes of a job into a file each."""

    def __init__(self, directory: str, job: Mapping[str, Any], grant: Mapping[str, Any]) -> None:
        self._began = time.monotonic()
        self.next_at = self._began + _FIRST_SECONDS
        self._nodes = [
            _NodeSampler(directory, index, job["vcpus"], grant["gpus"][index]) for index in range(job["nodes"])
        ]

    def sample(self, trees: Mapping[int, Sequence[int]]) -> None:
        """Take a sample of each node whose processes are given, by its index."""
        begun = time.monotonic()
        network = _network_bytes()
        for index, tree in trees.items():
            with contextlib.suppress(OSError):  # no room for it
                self._nodes[index].sample(tree, network)
        cost = time.monotonic() - begun
        self.next_at = begun + max(cadence(begun - self._began), cost / _COST_SHARE)

    def reaped(self, pid: int, usage: struct_rusage) -> None:
        """Count what a process without parents used, which nobody else remembers."""
        for node in self._nodes:
            node.reaped(pid, usage)

    def finish(self) -> None:
        """Thin out the files."""
        for node in self._nodes:
            with contextlib.suppress(OSError):  # no room; they stay as they are
                node.finish()


class _NodeSampler:
    def __init__(self, directory: str, index: int, vcpus: int, gpus: Sequence[int]) -> None:
        self._file = SampleFile(job_files.node_samples(directory, index))
        self._vcpus = vcpus
        self._disk = _DiskUse(job_files.node_directory(directory, index))
        self._gpus = GpuReader(gpus) if gpus else None
        self._at = time.monotonic()
        self._pids: frozenset[int] = frozenset()
        # Since the job began: CPU seconds, bytes read, bytes written; of processes, and of those nobody else counts.
        self._before = (0.0, 0.0, 0.0)
        self._orphans = [0.0, 0.0, 0.0]
        self._network = _network_bytes()

    def sample(self, tree: Sequence[int], network: tuple[float, float]) -> None:
        now = time.monotonic()
        seconds = max(now - self._at, 1e-3)
        used = self._used(tree)
        # It can go back: what an orphan used between the last sample and its end is not known in time.
        cpu, read, written = (max(0.0, new - old) / seconds for new, old in zip(used, self._before, strict=True))
        received, sent = (max(0.0, new - old) / seconds for new, old in zip(network, self._network, strict=True))
        self._at, self._pids, self._before, self._network = now, frozenset(tree), used, network
        gpu = self._gpus.read() if self._gpus else (nan, nan, nan)
        self._file.append(
            Sample(
                time.time(),
                100 * cpu / self._vcpus,
                sum(proportional_bytes(pid) for pid in tree),
                read,
                written,
                self._disk.look(),
                received,
                sent,
                *gpu,
            )
        )

    def _used(self, tree: Sequence[int]) -> tuple[float, float, float]:
        # A process's counters hold those of its children that have ended, so that the sum only grows.
        cpu, read, written = self._orphans
        for pid in tree:
            cpu += _cpu_seconds(pid)
            of_pid = _disk_bytes(pid)
            read += of_pid[0]
            written += of_pid[1]
        return cpu, read, written

    def reaped(self, pid: int, usage: struct_rusage) -> None:
        if pid in self._pids:
            self._orphans[0] += usage.ru_utime + usage.ru_stime
            self._orphans[1] += usage.ru_inblock * _BLOCK
            self._orphans[2] += usage.ru_oublock * _BLOCK

    def finish(self) -> None:
        self._file.finish()


class _DiskUse:
    """What a directory takes, counted a piece at a time: it may hold millions of files."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._walk: Iterator[int] | None = None
        self._counted = 0
        self._next_at = 0.0
        self._known = nan

    def look(self) -> float:
        """Count on, and return what was counted when last all of it was."""
        if self._walk is None:
            if time.monotonic() < self._next_at:
                return self._known
            self._walk, self._counted = _sizes(self._directory), 0
        for number, size in enumerate(self._walk, 1):
            self._counted += size
            if number == _DISK_ENTRIES:
                return self._known
        self._walk, self._known = None, float(self._counted)
        self._next_at = time.monotonic() + _DISK_SECONDS
        return self._known


def _sizes(directory: str) -> Iterator[int]:
    """Yield what each file below a directory takes; links are not followed."""
    waiting = [directory]
    while waiting:
        try:
            entries = os.scandir(waiting.pop())
        except OSError:  # gone meanwhile
            continue
        with entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    yield entry.stat(follow_symlinks=False).st_blocks * _BLOCK


def _cpu_seconds(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            stat = file.read()
    except OSError:
        return 0.0
    fields = stat[stat.rindex(b")") + 2 :].split()
    return sum(int(field) for field in fields[11:15]) / _TICKS


def _disk_bytes(pid: int) -> tuple[float, float]:
    found = {b"read_bytes:": 0.0, b"write_bytes:": 0.0}
    try:
        with open(f"/proc/{pid}/io", "rb") as file:  # noqa: PTH123
            for line in file:
                name, _, value = line.partition(b" ")
                if name in found:
                    found[name] = float(value)
    except OSError:  # gone, or the system does not tell
        pass
    return found[b"read_bytes:"], found[b"write_bytes:"]


def _network_bytes() -> tuple[float, float]:
    """Return what all network devices but the loopback received and sent: the machine's, or the container's."""
    received = sent = 0.0
    try:
        with open("/proc/net/dev", "rb") as file:  # noqa: PTH123
            lines = file.readlines()[2:]
    except OSError:
        return nan, nan
    for line in lines:
        name, _, numbers = line.partition(b":")
        fields = numbers.split()
        if name.strip() != b"lo" and len(fields) >= 9:
            received += int(fields[0])
            sent += int(fields[8])
    return received, sent
