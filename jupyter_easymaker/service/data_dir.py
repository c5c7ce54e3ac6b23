"""The data directory: who holds it, its token, and how others find the backend that serves it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

CONNECTION_FILE = "backend.json"
TOKEN_FILE = "token"  # noqa: S105 - a file name
LOCK_FILE = "backend.lock"


def write_private(path: Path, text: str) -> None:
    """Replace a file that only its owner may read, atomically: readers see the old or the new, never a part."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class DataDir:
    """One directory that one backend serves at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def token(self) -> str:
        """Return EASYMAKER_TOKEN, or the directory's own token, made at first use."""
        given = os.environ.get("EASYMAKER_TOKEN")
        path = self.path / TOKEN_FILE
        known = path.read_text().strip() if path.exists() else ""
        token = given or known or secrets.token_urlsafe(32)
        if token != known:
            write_private(path, token + "\n")
        return token

    def announce(self, url: str, version: str) -> None:
        """Tell others where the backend answers; call it when it does."""
        write_private(
            self.path / CONNECTION_FILE,
            json.dumps({"url": url, "pid": os.getpid(), "version": version}) + "\n",
        )

    def withdraw(self) -> None:
        """Take the announcement back."""
        (self.path / CONNECTION_FILE).unlink(missing_ok=True)

    def announced(self) -> dict[str, str | int] | None:
        """Return the announcement, None if there is none."""
        try:
            found = json.loads((self.path / CONNECTION_FILE).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return found if isinstance(found, dict) else None


class DataDirLock:
    """Held by the backend that serves a data directory for as long as it lives; the kernel frees it when it dies."""

    def __init__(self, data_dir: DataDir) -> None:
        self._path = data_dir.path / LOCK_FILE
        self._descriptor = -1

    def acquire(self) -> bool:
        """Take the lock; return whether it was free."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
