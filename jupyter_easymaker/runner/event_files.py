"""TensorBoard's event files among a run's outputs, shown beside those in its TensorBoard directory.

Code may write them below EM_MODEL_DIR or EM_CHECKPOINT_DIR, which are uploaded and cleared. They get a second name, a
hard link, in the TensorBoard directory: it grows with the file while code writes it, stays when the node is cleared,
costs no space and leads nowhere else, whatever links the code has made. Where that is another file system, copies do.
Doing it again changes nothing, so it may be done at any moment and by several at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import threading
from collections.abc import Iterator

OUTPUTS = ("model", "checkpoint")
"""Directories of the node; below them, runs are called as in the TensorBoard directory: ``checkpoint/logs``."""
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_MAX_DEPTH = 16
_GONE = (FileNotFoundError, NotADirectoryError)


def is_event_file(name: str) -> bool:
    """Tell whether TensorBoard takes a file of this name for one of its own."""
    return "tfevents" in name


def keep_event_files(node_directory: str, tensorboard_dir: str, at_most: int | None = None) -> int:
    """Show a node's event files in the TensorBoard directory; return how many were found.

    Args:
        node_directory: what is not there any more, is skipped.
        tensorboard_dir: nothing happens if it is not there.
        at_most: look at no more than about so many files and directories; None: at all.

    Raises:
        OSError: a file cannot be kept, the disk is full perhaps.
    """
    found = seen = 0
    for output in OUTPUTS:
        top = os.path.join(node_directory, output)
        for path, directories, files, source in _walk(top):
            seen += len(directories) + len(files)
            if at_most is not None and seen > at_most:
                return found
            parts = [output, *filter(None, path[len(top) :].split("/"))]
            if len(parts) > _MAX_DEPTH:
                directories.clear()
            names = [name for name in files if is_event_file(name)]
            if names:
                found += _keep(source, names, tensorboard_dir, parts)
    return found


def _walk(top: str) -> Iterator[tuple[str, list[str], list[str], int]]:
    try:
        yield from os.fwalk(top, follow_symlinks=False)
    except _GONE:
        return  # cleared already, or just now


def _keep(source: int, names: list[str], tensorboard_dir: str, parts: list[str]) -> int:
    try:
        target = _directory(tensorboard_dir, parts)
    except _GONE:  # the training was deleted just now
        return 0
    except OSError as error:
        if error.errno == errno.ELOOP:  # the code has made a link of this name: nothing is written through it
            return 0
        raise
    try:
        return sum(_keep_file(name, source, target) for name in names)
    finally:
        os.close(target)


def _directory(top: str, parts: list[str]) -> int:
    """Open a directory below another, made if it is not there; no link is followed."""
    opened = os.open(top, _DIRECTORY)
    for part in parts:
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, dir_fd=opened)
            below = os.open(part, _DIRECTORY, dir_fd=opened)
        finally:
            os.close(opened)
        opened = below
    return opened


def _keep_file(name: str, source: int, target: int) -> bool:
    try:
        given = os.stat(name, dir_fd=source, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(given.st_mode):
        return False
    there = _status(name, target)
    if there is not None and (os.path.samestat(given, there) or not stat.S_ISREG(there.st_mode)):
        return True
    # Not taken for an event file itself, until it is whole and has its name.
    part = f".easymaker-{os.getpid()}-{threading.get_ident()}"
    _unlink(part, target)
    try:
        try:
            os.link(name, part, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if there is not None and (there.st_size, there.st_mtime_ns) == (given.st_size, given.st_mtime_ns):
                return True
            _copy(name, source, part, target, given)
        os.rename(part, name, src_dir_fd=target, dst_dir_fd=target)
    except FileNotFoundError:  # removed by the code, or with the whole training
        return False
    finally:
        _unlink(part, target)  # a rename of one file's two names leaves both
    return True


def _copy(name: str, source: int, part: str, target: int, given: os.stat_result) -> None:
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=source)
    with os.fdopen(opened, "rb") as data:
        made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=target)
        with os.fdopen(made, "wb") as copy:
            shutil.copyfileobj(data, copy, 1024**2)
            copy.flush()
            os.utime(copy.fileno(), ns=(given.st_atime_ns, given.st_mtime_ns))


def _status(name: str, directory: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _unlink(name: str, directory: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=directory)
