"""Samples of what a node uses, in a file that is appended to: fixed records, so that half of one is known as such.

Standard library only and quick to import: supervisors write these files. They are small: sampling becomes rarer the
longer a job runs (about 2 MB for 30 days), and what is kept after its end is thinned out to ``KEPT_RECORDS``.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_left, bisect_right
from math import inf, isnan, nan
from typing import NamedTuple

KEPT_RECORDS = 1500


class Sample(NamedTuple):
    """What one node used; NaN where it is not known or there is none."""

    at: float
    """Seconds since 1970. Rates are the average since the sample before."""
    cpu: float = nan
    """Percent of the vCPUs granted to the node."""
    memory: float = nan
    """Bytes, pages shared with others divided among them."""
    disk_read: float = nan
    disk_write: float = nan
    """Bytes a second that reached the storage; what the page cache answered is not among them."""
    disk_used: float = nan
    """Bytes the node's working directory takes."""
    network_in: float = nan
    network_out: float = nan
    """Bytes a second."""
    gpu_utilization: float = nan
    """Percent, the average over the node's GPUs."""
    gpu_memory: float = nan
    gpu_memory_total: float = nan
    """Bytes, of all GPUs of the node."""


_RECORD = struct.Struct(f"<d{len(Sample._fields) - 1}f")
_TIME = struct.Struct("<d")
_PEAKS = frozenset({"memory", "disk_used", "gpu_memory", "gpu_memory_total"})
"""Of these the largest value stands for several: what ends a job is the peak, not the average."""

_CADENCE = ((300.0, 2.0), (3600.0, 5.0), (12 * 3600.0, 15.0))
_SLOWEST = 60.0


def cadence(age: float) -> float:
    """Return how many seconds lie between samples of a job of this age."""
    return next((seconds for until, seconds in _CADENCE if age < until), _SLOWEST)


class SampleFile:
    """The end of a file samples are added to."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._cut()

    def append(self, sample: Sample) -> None:
        """Add a sample.

        Raises:
            OSError: it could not be written; the file is as it was.
        """
        record = _RECORD.pack(*sample)
        if os.write(self._file, record) != len(record):
            self._cut()

    def finish(self) -> None:
        """Thin out what is there and close the file."""
        os.close(self._file)
        found = read(self._path)
        if len(found) <= KEPT_RECORDS:
            return
        part = f"{self._path}.part"
        with open(part, "wb") as file:  # noqa: PTH123
            file.write(b"".join(_RECORD.pack(*sample) for sample in thinned(found, KEPT_RECORDS)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._path)  # noqa: PTH105

    def _cut(self) -> None:
        """Take away half a record at the end: a full disk or a power cut left it."""
        size = os.fstat(self._file).st_size
        if size % _RECORD.size:
            os.ftruncate(self._file, size - size % _RECORD.size)


def read(path: str, since: float = 0.0, until: float = inf) -> list[Sample]:
    """Return the samples of a time, both ends included; none if there is no file."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except FileNotFoundError:
        return []
    count = len(data) // _RECORD.size
    times = range(count)

    def at(index: int) -> float:
        return float(_TIME.unpack_from(data, index * _RECORD.size)[0])

    first = bisect_left(times, since, key=at)
    last = bisect_right(times, until, key=at)
    return [Sample(*values) for values in _RECORD.iter_unpack(data[first * _RECORD.size : last * _RECORD.size])]


def thinned(samples: list[Sample], at_most: int) -> list[Sample]:
    """Return at most so many samples, each standing for an equal stretch of time: averages, or peaks of amounts."""
    if len(samples) <= at_most:
        return samples
    begin, end = samples[0].at, samples[-1].at
    stretch = (end - begin) / at_most or 1.0
    buckets: dict[int, list[Sample]] = {}
    for sample in samples:
        buckets.setdefault(min(int((sample.at - begin) / stretch), at_most - 1), []).append(sample)
    return [_summary(bucket) for _, bucket in sorted(buckets.items())]


def _summary(samples: list[Sample]) -> Sample:
    if len(samples) == 1:
        return samples[0]
    values: dict[str, float] = {}
    for name, *column in zip(Sample._fields[1:], *(sample[1:] for sample in samples), strict=True):
        known = [value for value in column if not isnan(value)]
        if known:
            values[name] = max(known) if name in _PEAKS else sum(known) / len(known)
    return Sample(samples[-1].at, **values)
