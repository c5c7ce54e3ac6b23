"""How far an executed notebook is, taken from the program that executes it into the report."""

from __future__ import annotations

import json
import os
import threading
from typing import Any

from .report import Report

PROGRESS_FILE = "progress.json"
"""In the scratch directory; ``notebook.py`` replaces it with every cell."""
_SECONDS = 0.5
"""Each change becomes a write to the store and an event, so that quick cells are told of together."""


class NotebookProgress(threading.Thread):
    """Looks at the progress file until the notebook has ended."""

    def __init__(self, scratch: str, report: Report) -> None:
        super().__init__(name="notebook-progress", daemon=True)
        self._file = os.path.join(scratch, PROGRESS_FILE)
        self._report = report
        self._known: Any = None
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(_SECONDS):
            self._look()

    def finish(self) -> None:
        """Take the last state; call it before the scratch directory is removed."""
        self._over.set()
        self.join()
        self._look()

    def _look(self) -> None:
        try:
            with open(self._file, encoding="utf-8") as file:
                found = json.load(file)
        except (OSError, ValueError):  # no cell was begun yet
            return
        if found != self._known:
            self._known = found
            self._report.update(notebookProgress=found)
