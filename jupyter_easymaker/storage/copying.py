"""Copy many files fast, notice when they change underneath, never overwrite what is different.

The kernel copies (copy_file_range: a reference on file systems that can share blocks, done by the server on NFS);
threads hide the latency of network file systems.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from .failures import human_bytes
from .tree import File
from .uri import StorageError, StorageErrorCode

T = TypeVar("T")

Progress = Callable[[int, int, int, int], None]
"""Called with files, total files, bytes, total bytes; from any thread, one call at a time."""

_CHUNK = 16 * 1024**2
_NO_KERNEL_COPY = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF)


class Counter:
    """Counts what was copied, for the progress callback."""

    def __init__(self, files: Sequence[File], progress: Progress | None) -> None:
        self._total_files = len(files)
        self._total_bytes = sum(file.size for file in files)
        self._files = 0
        self._bytes = 0
        self._progress = progress
        self._lock = threading.Lock()
        self._cancelled = False

    def add(self, files: int, size: int) -> None:
        with self._lock:
            self._files += files
            self._bytes += size
            if self._progress is not None:
                self._progress(self._files, self._total_files, self._bytes, self._total_bytes)
        if self._cancelled:
            raise InterruptedError(errno.ECANCELED, "another copy failed")

    def cancel(self) -> None:
        """Have every copy that still runs end."""
        self._cancelled = True


def copy_all(
    files: Sequence[File],
    progress: Progress | None,
    copy_one: Callable[[File, Counter], None],
    *,
    threads: int = 8,
    few: int = 16,
) -> None:
    """Run ``copy_one`` for every file, several at a time; the first failure ends the rest and is raised.

    Args:
        few: so many files are copied one after the other, because threads would cost more than they bring.
    """
    counter = Counter(files, progress)
    if progress is not None:
        counter.add(0, 0)
    if len(files) <= few:
        for file in files:
            copy_one(file, counter)
        return
    in_parallel(files, lambda file: copy_one(file, counter), threads, counter.cancel)


def in_parallel(
    items: Sequence[T], action: Callable[[T], object], threads: int, cancel: Callable[[], None] = lambda: None
) -> None:
    """Run ``action`` for every item, several at a time; the first failure ends the rest and is raised.

    Args:
        cancel: called when it is known that what still runs is in vain.
    """
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait  # slow to import, not always needed

    with ThreadPoolExecutor(min(threads, len(items)) or 1) as pool:
        try:
            futures = [pool.submit(action, item) for item in items]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            failures = [future.exception() for future in done]
        finally:
            cancel()
            pool.shutdown(wait=True, cancel_futures=True)
    for failure in failures:
        if failure is not None:
            raise failure


def copy_file(file: File, target: str, mode: int, counter: Counter, uri: str) -> None:
    """Copy one file to a new one with its modification time.

    Args:
        mode: permission bits of the new file, before the umask.

    Raises:
        StorageError: FAILED, the file is not what it was when it was listed.
        OSError: it cannot be read or written.
    """
    source = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            _copy_bytes(source, copy, file.size, counter)
            after = os.fstat(source)
            if (after.st_size, after.st_mtime_ns) != (file.size, file.mtime_ns):
                raise StorageError(
                    StorageErrorCode.FAILED,
                    f"{uri} changed while it was copied (it had {human_bytes(file.size)} and now has "
                    f"{human_bytes(after.st_size)}); run again when nothing writes to it",
                )
            os.utime(copy, ns=(file.mtime_ns, file.mtime_ns))
        finally:
            os.close(copy)
    finally:
        os.close(source)
    counter.add(1, 0)


def _copy_bytes(source: int, copy: int, size: int, counter: Counter) -> None:
    copied = 0
    while hasattr(os, "copy_file_range"):
        try:
            count = os.copy_file_range(source, copy, _CHUNK)
        except OSError as error:
            if copied or error.errno not in _NO_KERNEL_COPY:
                raise
            break
        if count == 0:
            if copied or not size:
                return
            break  # some file systems answer 0 instead of saying that they cannot
        copied += count
        counter.add(0, count)
    while data := os.read(source, 1024**2):
        view = memoryview(data)
        while view:
            view = view[os.write(copy, view) :]
        counter.add(0, len(data))


def place_file(part: str, target: str, uri: str) -> None:
    """Give a finished temporary file its name, atomically; the same content already there is left alone.

    Raises:
        StorageError: EXISTS, something different is there.
    """
    try:
        os.link(part, target)  # unlike a rename, it fails when the name is taken
    except FileExistsError:
        if not same_content(part, target):
            raise StorageError(
                StorageErrorCode.EXISTS,
                f"{uri} exists already with other content and is not overwritten; choose another path or remove it",
            ) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV):
            raise
        if os.path.lexists(target) and not same_content(part, target):  # no hard links on this file system
            raise StorageError(
                StorageErrorCode.EXISTS, f"{uri} exists already with other content and is not overwritten"
            ) from None
        os.rename(part, target)
        return
    os.unlink(part)


def same_content(one: str, other: str) -> bool:
    """Tell whether two plain files hold the same bytes."""
    if not os.path.isfile(other) or os.path.getsize(one) != os.path.getsize(other):
        return False
    with open(one, "rb") as left, open(other, "rb") as right:
        while data := left.read(1024**2):
            if right.read(len(data)) != data:
                return False
    return True
