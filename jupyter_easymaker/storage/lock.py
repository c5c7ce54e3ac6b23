"""A lock between processes that the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os


class FileLock:
    """A shared or exclusive lock on a file of its own (flock); works between threads and processes."""

    def __init__(self, path: str) -> None:
        self.path = path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)

    def acquire(self, *, shared: bool, wait: bool = True) -> bool:
        """Take the lock, or turn the one held into the other kind (not atomically); False: it is taken, try later."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go of the lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
