"""Scalars in TensorBoard's event files, read as they grow.

The frames are read here, one record at a time and from where the last look ended; TensorBoard's own reader starts at
the beginning or keeps every file open, and imports TensorFlow when it finds it.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from .recorded import open_plain
from .series import SeriesByName

_FRAME = struct.Struct("<QI")
"""Length and its checksum; the data and its checksum follow."""
_CHECKSUM = 4
_MAX_RECORD = 64 * 1024**2
_MAX_FILES = 200
_MAX_DEPTH = 6


class TensorBoardMetrics:
    """What the event files below a directory have told so far."""

    def __init__(self, directory: Path) -> None:
        self.series = SeriesByName()
        self._directory = directory
        self._seen: dict[Path, tuple[int, int]] = {}
        """Where to read on, and the file's modification time then."""

    def read(self, deadline: float) -> bool:
        """Read what is new, until a ``time.monotonic()``; return whether all there is was read."""
        files = sorted(_event_files(self._directory, _MAX_DEPTH), key=lambda path: path.name)[:_MAX_FILES]
        for path in files:
            descriptor = open_plain(path)
            if descriptor is None:
                continue
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                at, changed = self._seen.get(path, (0, -1))
                if status.st_mtime_ns == changed and status.st_size <= at:
                    continue
                run = path.parent.relative_to(self._directory).as_posix()
                for after, record in _records(file, at, status.st_size):
                    self._take(record, "" if run == "." else f"{run}/")
                    at = after
                    if time.monotonic() > deadline:
                        self._seen[path] = (at, -1)
                        return False
                self._seen[path] = (at, status.st_mtime_ns)
        return True

    def _take(self, record: bytes, prefix: str) -> None:
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
        from tensorboard.compat.proto.event_pb2 import Event

        event: Any = Event()
        try:
            event.ParseFromString(record)
        except DecodeError:
            return
        for value in event.summary.value:
            number = _scalar(value)
            if number is not None:
                self.series.add(prefix + value.tag, event.step, event.wall_time, number)


def _scalar(value: Any) -> float | None:
    """Return a value's number, None if it is an image, a histogram or the like."""
    if value.HasField("simple_value"):
        return float(value.simple_value)
    if not value.HasField("tensor") or value.metadata.plugin_data.plugin_name not in ("scalars", ""):
        return None
    tensor = value.tensor
    if any(dimension.size != 1 for dimension in tensor.tensor_shape.dim):
        return None
    for field in ("float_val", "double_val", "int_val", "int64_val"):
        if numbers := getattr(tensor, field):
            return float(numbers[0])
    kind = {1: "<f", 2: "<d", 3: "<i", 9: "<q"}.get(tensor.dtype)
    if kind is None or len(tensor.tensor_content) != struct.calcsize(kind):
        return None
    return float(struct.unpack(kind, tensor.tensor_content)[0])


def _records(file: BinaryIO, offset: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the whole records from an offset on, each with where the next one begins."""
    while offset + _FRAME.size <= size:
        file.seek(offset)
        (length, _) = _FRAME.unpack(file.read(_FRAME.size))
        end = offset + _FRAME.size + length + _CHECKSUM
        if length > _MAX_RECORD or end > size:
            return  # being written, or no event file
        record = file.read(length)
        offset = end
        yield offset, record


def _event_files(directory: Path, depth: int) -> Iterator[Path]:
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if depth:
                yield from _event_files(Path(entry.path), depth - 1)
        elif ".tfevents." in entry.name or entry.name.startswith("events.out.tfevents"):
            yield Path(entry.path)
