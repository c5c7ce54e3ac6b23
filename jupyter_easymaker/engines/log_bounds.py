"""Keeps the log of a process that runs for months from filling the disk, while offsets into it stay what they are.

The oldest of it is given back to the file system as a hole: the file's size and the writer's place stay, its blocks go.
A reader skips the hole. Where a file system has no holes the file is emptied instead, and offsets begin anew.

Standard library only and quick to import: the supervisor uses it.
"""

from __future__ import annotations

import ctypes
import errno
import os

from . import job_files

_BLOCK = 1 << 16
"""Holes end at multiples of this: of every file system's blocks."""
_TIMES = 1 << 16
"""More times than this are thinned out."""
_KEEP_SIZE, _PUNCH_HOLE = 1, 2


def cut(log: str, size: int, keep: int) -> int:
    """Give back all of a log but about its last ``keep`` bytes; return where it begins now.

    Raises:
        OSError: the log cannot be opened.
    """
    begin = (size - keep) // _BLOCK * _BLOCK
    descriptor = os.open(log, os.O_RDWR | os.O_CLOEXEC)
    try:
        if begin <= 0 or _punched(descriptor, begin):
            return max(begin, 0)
        os.ftruncate(descriptor, 0)  # who writes appends: it goes on at the beginning
        return 0
    finally:
        os.close(descriptor)


def _punched(descriptor: int, end: int) -> bool:
    """Make a hole from the beginning of a file; return whether its file system can."""
    # musl has it by its plain name only; both take 64 bits there.
    libc = ctypes.CDLL(None)
    function = getattr(libc, "fallocate64", None) or getattr(libc, "fallocate", None)
    if function is None:
        return False
    function.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return bool(function(descriptor, _KEEP_SIZE | _PUNCH_HOLE, 0, end) == 0)


def cut_times(path: str, begin: int) -> None:
    """Forget when a log had sizes up to ``begin``; keep every other time where there are very many."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except FileNotFoundError:
        return
    whole = len(data) - len(data) % job_files.LOG_TIME.size
    kept = [entry for entry in job_files.LOG_TIME.iter_unpack(data[:whole]) if entry[0] > begin]
    if len(kept) > _TIMES:
        kept = kept[1::2]
    part = f"{path}.part"
    with open(part, "wb") as file:  # noqa: PTH123
        file.write(b"".join(job_files.LOG_TIME.pack(*entry) for entry in kept))
    os.replace(part, path)  # noqa: PTH105


def first_kept(descriptor: int, offset: int) -> int:
    """Return where at or after an offset a log goes on that may begin with a hole."""
    if not hasattr(os, "SEEK_DATA"):
        return offset
    try:
        return os.lseek(descriptor, offset, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole, or the end
            return os.lseek(descriptor, 0, os.SEEK_END)
        raise
