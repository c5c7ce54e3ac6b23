"""Unpacking a model's archive into a directory, whatever the archive says about where its files belong."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from .errors import ModelError

MAX_BYTES = 32 << 30
MAX_FILES = 100_000
_CHUNK = 1 << 20
_SPARE_BYTES = 64 << 20


def unpack(archive: Path, target: Path, max_bytes: int = MAX_BYTES) -> None:
    """Write an archive's files below a new directory, replacing what an interrupted attempt left.

    Only directories and plain files are taken: links, devices and paths that lead outside are refused, not skipped,
    because a model that needs them would be incomplete.

    Args:
        max_bytes: bound on the unpacked size; what is written counts, not what the archive says.

    Raises:
        ModelError: it is no archive, is damaged, holds what it must not, or is too large.
    """
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    limit = min(max_bytes, shutil.disk_usage(partial).free - _SPARE_BYTES)
    read = _zip_files if zipfile.is_zipfile(archive) else _tar_files
    written = files = 0
    try:
        for index, (name, file) in enumerate(read(archive)):
            files = index + 1
            if files > MAX_FILES:
                raise ModelError(f"{archive.name} holds more than {MAX_FILES:,} files.")
            path = _inside(partial, name, archive)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as output:
                while chunk := file.read(_CHUNK):
                    written += len(chunk)
                    if written > limit:
                        raise ModelError(f"{archive.name} is larger than {limit / 1e9:.3g} GB when unpacked.")
                    output.write(chunk)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{archive.name} is damaged or no archive: {error}.") from error
    except FileExistsError as error:
        raise ModelError(f"{archive.name} holds a file twice: {Path(str(error.filename)).name}.") from error
    except (NotADirectoryError, IsADirectoryError) as error:
        raise ModelError(f"{archive.name} holds a path that is a file and a directory.") from error
    except OSError as error:
        raise ModelError(f"{archive.name} could not be unpacked: {error.strerror or error}.") from error
    finally:
        if written > limit:
            shutil.rmtree(partial, ignore_errors=True)
    if files == 0:
        raise ModelError(f"{archive.name} holds no files.")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _inside(root: Path, name: str, archive: Path) -> Path:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or "\0" in name or name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise ModelError(f"{archive.name} holds the path {name!r}, which leads outside the model's directory.")
    return root.joinpath(*parts)


def _zip_files(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise ModelError(f"{archive.name} holds a link or device, {entry.filename!r}; only files are taken.")
            if entry.is_dir():
                _inside(Path(), entry.filename, archive)
                continue
            with opened.open(entry) as file:
                yield entry.filename, file


def _tar_files(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(archive) as opened:
        for entry in opened:
            if entry.isdir():
                if PurePosixPath(entry.name).parts:
                    _inside(Path(), entry.name, archive)
                continue
            file = opened.extractfile(entry) if entry.isreg() else None
            if file is None:
                raise ModelError(f"{archive.name} holds a link or device, {entry.name!r}; only files are taken.")
            yield entry.name, file
