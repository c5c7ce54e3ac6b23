"""What the runner tells of itself: one JSON file, replaced atomically, that the engine hands on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

_PROGRESS_SECONDS = 0.25


class Report:
    """The node's report; see ``plan`` for its keys."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._content: dict[str, Any] = {}
        self._progress_at = 0.0

    def __getitem__(self, key: str) -> Any:
        return self._content.get(key)

    def update(self, **changes: Any) -> None:
        """Set keys and write the report. A full disk must not end the run: the next write tries again."""
        self._content.update(changes)
        part = self._file.with_name(f"{self._file.name}.part")
        try:
            part.write_text(json.dumps(self._content))
            part.replace(self._file)
        except OSError as error:
            os.write(2, f"The report could not be written: {error}\n".encode())

    def progress(self, message: str) -> ProgressWriter:
        """Return a progress callback for ``storage.staging`` that writes at most four times a second."""
        return ProgressWriter(self, message)

    def due(self) -> bool:
        """Return whether enough time has passed to write progress again."""
        now = time.monotonic()
        if now - self._progress_at < _PROGRESS_SECONDS:
            return False
        self._progress_at = now
        return True


class ProgressWriter:
    """Writes how far a transfer is."""

    def __init__(self, report: Report, message: str) -> None:
        self._report = report
        self._message = message

    def __call__(self, files: int, total_files: int, done_bytes: int, total_bytes: int) -> None:
        if self._report.due():
            self._report.update(
                progress={
                    "message": self._message,
                    "files": files,
                    "totalFiles": total_files,
                    "bytes": done_bytes,
                    "totalBytes": total_bytes,
                }
            )
