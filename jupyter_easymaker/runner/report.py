"""What the runner tells of itself: one JSON file, replaced atomically, that the engine hands on."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

from ..storage.copying import Progress

_PROGRESS_SECONDS = 0.25


class Report:
    """The node's report; see ``plan`` for its keys."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._content: dict[str, Any] = {}
        self._progress_at = 0.0
        self._lock = threading.Lock()

    @property
    def content(self) -> dict[str, Any]:
        """What was told so far."""
        with self._lock:
            return {key: value for key, value in self._content.items() if value is not None}

    def note(self, **changes: Any) -> None:
        """Set keys that may wait for the next update."""
        with self._lock:
            self._content.update(changes)

    def update(self, **changes: Any) -> None:
        """Set keys (None removes one) and write the report."""
        with self._lock:
            self._content.update(changes)
            self._write({key: value for key, value in self._content.items() if value is not None})

    def _write(self, content: dict[str, Any]) -> None:
        part = f"{self._file}.part"
        try:
            with open(part, "w", encoding="utf-8") as file:
                json.dump(content, file)
            os.replace(part, self._file)
        except OSError as error:
            # A full disk must not end the run: the next update tries again.
            print(f"easymaker: the report could not be written: {error}", flush=True)

    def progress(self, message: str) -> Progress:
        """Return a callback for ``storage`` that writes at most four times a second how far a transfer is."""

        def write(files: int, total_files: int, done: int, total: int) -> None:
            now = time.monotonic()
            if now - self._progress_at < _PROGRESS_SECONDS:
                return
            self._progress_at = now
            counts = {"files": files, "totalFiles": total_files, "bytes": done, "totalBytes": total}
            self.update(progress={"message": message, **counts})

        return write
