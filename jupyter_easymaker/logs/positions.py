"""How far each log has been sent: saved after every batch, so that a killed backend sends a batch twice, never none."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from ..storage.lock import FileLock


class Positions:
    """Files below a directory, one for each training: how many bytes of each node's log were sent."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = FileLock(str(directory / "lock"))

    def acquire(self) -> bool:
        """Become the one that sends, until the process ends; return whether nobody else is."""
        return self._lock.acquire(shared=False, wait=False)

    def close(self) -> None:
        self._lock.close()

    def since(self) -> float:
        """Return when lines were first sent at all, in seconds since 1970: what ended before stays here."""
        path = self._directory / "since"
        try:
            return float(path.read_text())
        except (FileNotFoundError, ValueError):
            since = time.time()
            self._write(path, str(since))
            return since

    def sent(self, training_id: str) -> dict[int, int]:
        """Return how many bytes of each node's log were sent."""
        return {int(node): at for node, at in self._read(training_id).get("nodes", {}).items()}

    def is_complete(self, training_id: str) -> bool:
        """Return whether all was sent there will ever be."""
        return bool(self._read(training_id).get("complete"))

    def save(self, training_id: str, sent: dict[int, int], *, complete: bool = False) -> None:
        self._write(self._path(training_id), json.dumps({"nodes": sent, "complete": complete}))

    def known(self) -> list[str]:
        """Return the ids of the trainings of which something was saved."""
        return [path.stem for path in self._directory.glob("*.json")]

    def forget(self, training_id: str) -> None:
        self._path(training_id).unlink(missing_ok=True)

    def _path(self, training_id: str) -> Path:
        return self._directory / f"{training_id}.json"

    def _read(self, training_id: str) -> dict[str, dict[str, int]]:
        try:
            found: dict[str, dict[str, int]] = json.loads(self._path(training_id).read_text())
        except (FileNotFoundError, ValueError):  # ValueError: the machine lost power; then all is sent again
            return {}
        return found

    @staticmethod
    def _write(path: Path, text: str) -> None:
        part = path.with_name(f".{path.name}.part-{os.getpid()}")
        part.write_text(text)
        part.replace(path)
