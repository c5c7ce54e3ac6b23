"""Metrics the code logged itself, with ``log_metrics``: files of JSON lines, one per node."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path
from typing import Any

from .series import SeriesByName

FILE_PREFIX = "easymaker-metrics-"
"""Followed by the node's number and ``.jsonl``; the runner names the file in EM_METRICS_FILE."""
_CHUNK = 1024 * 1024
_LINE_BYTES = 64 * 1024


class RecordedMetrics:
    """What the files of a directory have told so far."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: dict[int, _File] = {}

    def read(self, deadline: float) -> bool:
        """Read what is new, until a ``time.monotonic()``; return whether all there is was read."""
        for path in self._directory.glob(f"{FILE_PREFIX}*.jsonl"):
            number = path.stem.removeprefix(FILE_PREFIX)
            if number.isdecimal() and len(number) < 5:
                self._files.setdefault(int(number), _File(path))
        return not [file for file in self._files.values() if not file.read(deadline)]

    @property
    def series(self) -> dict[str, Any]:
        """Every metric's series, of the first node that logs it: mixed, the nodes' curves would be none."""
        found: dict[str, Any] = {}
        for _, file in sorted(self._files.items()):
            for name, series in file.series:
                found.setdefault(name, series)
        return found

    @property
    def left_out(self) -> set[str]:
        return {name for file in self._files.values() for name in file.series.left_out}

    def __len__(self) -> int:
        return sum(len(file.series) for file in self._files.values())


class _File:
    def __init__(self, path: Path) -> None:
        self.series = SeriesByName()
        self._path = path
        self._offset = 0

    def read(self, deadline: float) -> bool:
        descriptor = open_plain(self._path)
        if descriptor is None:
            return True
        with os.fdopen(descriptor, "rb") as file:
            file.seek(self._offset)
            while data := file.read(_CHUNK):
                whole, found, _ = data.rpartition(b"\n")
                if not found:
                    if len(data) < _CHUNK:
                        return True  # a line that is being written
                    whole = data  # no line is that long
                self._offset += len(whole) + len(found)
                for line in whole.split(b"\n"):
                    self._line(line)
                file.seek(self._offset)
                if time.monotonic() > deadline:
                    return False
        return True

    def _line(self, line: bytes) -> None:
        if not line or len(line) > _LINE_BYTES:
            return
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):  # anybody may write into the file
            return
        if not isinstance(entry, dict) or not isinstance(entry.get("values"), dict):
            return
        step, at = entry.get("step"), entry.get("time")
        step = step if isinstance(step, int) and abs(step) < 2**53 else None
        for name, value in entry["values"].items():
            if isinstance(value, int | float):
                try:
                    self.series.add(name, step, float(at) if isinstance(at, int | float) else None, float(value))
                except OverflowError:  # a whole number too large for a float
                    continue


def open_plain(path: Path) -> int | None:
    """Open a plain file that code we do not know has made: no link is followed and no pipe waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None
