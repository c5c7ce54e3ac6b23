"""Bringing inputs to a job and outputs back: cached, shared, and safe to interrupt anywhere."""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .access import ResolvedLocation, storage_failure
from .uri import StorageError

Progress = Callable[[int, int, int, int], None]
"""Called with files done, files in all, bytes done, bytes in all."""

_WORKERS = 8
_FEW = 16  # below this many files threads cost more than they bring


def no_progress(_files: int, _total_files: int, _bytes: int, _total_bytes: int) -> None:
    """Tell nobody."""


def total_bytes(location: ResolvedLocation) -> int:
    """Return the size of everything a location holds."""
    return sum(stat.st_size for _, stat in location.files())


def copy_in(location: ResolvedLocation, destination: Path, progress: Progress = no_progress) -> None:
    """Copy a directory (or a single file into a directory) for one job to write in.

    Raises:
        StorageError: it is not there, may not be read, or the disk is full.
    """
    files = location.files()
    pairs = [(location.source_of(name), destination / name, stat.st_size) for name, stat in files]
    destination.mkdir(parents=True, exist_ok=True)
    _copy_all(location.uri, pairs, progress)


def stage_in(location: ResolvedLocation, cache: Path, progress: Progress = no_progress) -> Path:
    """Return a read-only directory with the location's files, copied once and shared by all jobs with this input.

    The copy is named by what it holds (paths, sizes, modification times), so a changed input is copied anew.

    Raises:
        StorageError: as ``copy_in``.
    """
    files = location.files()
    fingerprint = hashlib.sha256(location.uri.encode())
    for name, stat in files:
        fingerprint.update(f"\0{name}\0{stat.st_size}\0{stat.st_mtime_ns}".encode(errors="surrogateescape"))
    inputs = cache / "inputs"
    target = inputs / fingerprint.hexdigest()[:32]
    if target.is_dir():
        return target
    inputs.mkdir(parents=True, exist_ok=True)
    with _locked(inputs / f".{target.name}.lock"):
        if target.is_dir():  # another job was faster
            return target
        for leftover in inputs.glob(f".{target.name}.part-*"):  # of a job that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=inputs, prefix=f".{target.name}.part-"))
        pairs = [(location.source_of(name), part / name, stat.st_size) for name, stat in files]
        try:
            _copy_all(location.uri, pairs, progress)
        except StorageError:
            shutil.rmtree(part, ignore_errors=True)
            raise
        _make_read_only(part)
        part.rename(target)
    return target


def stage_out(source: Path, location: ResolvedLocation, progress: Progress = no_progress) -> int:
    """Copy a directory's files to a location, each appearing whole; return how many there are.

    A file that is there with the same content is left, so that repeating after a crash completes the rest.

    Raises:
        StorageError: another file of the name is there (nothing is ever overwritten), or the storage is full.
    """
    pairs: list[tuple[Path, Path, int]] = []
    names = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink()]
    for path in names:
        target = location.path / path.relative_to(source)
        if target.exists():
            if target.is_file() and filecmp.cmp(path, target, shallow=False):
                continue
            raise StorageError(
                "EXISTS", f"{location.uri}: {target.name} is there already and differs; use another path"
            )
        pairs.append((path, target, path.stat().st_size))
    try:
        location.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failure(location.uri, error) from error
    _copy_all(location.uri, pairs, progress)
    return len(names)


def _copy_all(uri: str, pairs: list[tuple[Path, Path, int]], progress: Progress) -> None:
    total = sum(size for _, _, size in pairs)
    done_files = done_bytes = 0
    progress(0, len(pairs), 0, total)
    try:
        for directory in {target.parent for _, target, _ in pairs}:
            directory.mkdir(parents=True, exist_ok=True)
        if len(pairs) < _FEW:
            sizes: Iterator[int] = map(_copy, pairs)
            for size in sizes:
                done_files, done_bytes = done_files + 1, done_bytes + size
                progress(done_files, len(pairs), done_bytes, total)
            return
        with ThreadPoolExecutor(_WORKERS) as pool:
            for size in pool.map(_copy, pairs, chunksize=32):
                done_files, done_bytes = done_files + 1, done_bytes + size
                progress(done_files, len(pairs), done_bytes, total)
    except OSError as error:
        raise storage_failure(uri, error) from error


def _copy(pair: tuple[Path, Path, int]) -> int:
    source, target, size = pair
    part = target.with_name(f".{target.name[:200]}.part-{os.getpid()}")
    try:
        shutil.copyfile(source, part)
        shutil.copymode(source, part)
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size


def _make_read_only(directory: Path) -> None:
    for path in directory.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    directory.chmod(0o755)  # renamed first, then closed by its files' modes


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the kernel frees it when its holder dies."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
