"""Code sent by the panel and the magics: unpacked to a place named by its content, so that a repeat costs nothing."""

from __future__ import annotations

import hashlib
import io
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Body

from ..resources import limits
from ..resources.errors import EasyMakerError, ResultCode
from ..storage import access
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["sources"])
_MAX_FILES = 10_000
# zipfile lets whatever its decoders and parsers raise through.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,  # a method this Python does not have
    RuntimeError,  # encrypted
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
)


@router.post("/sources", response_model=envelope("SourceAnswer", source_dir_uri=str, files=int))
def upload_source(
    appkey: str,
    context: Context,
    _caller: Member,
    body: Annotated[bytes, Body(media_type="application/zip", description="A zip archive of the source directory.")],
) -> Any:
    """Keep a source directory; the answer's URI is what a training's sourceDirUri takes."""
    files = read_archive(body)
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name)}:{name}:{len(files[name])}:".encode() + files[name])
    uri = f"{context.source_upload_uri.rstrip('/')}/{appkey}/{digest.hexdigest()[:32]}"
    target = access.resolve(uri, context.storage_for(appkey))
    target.write_files(files)
    return success(source_dir_uri=uri, files=len(files))


def read_archive(data: bytes) -> dict[str, bytes]:
    """Return an archive's files by their path.

    Raises:
        EasyMakerError: it is no zip, is empty, would unpack to too much, or holds a link or a path that leaves it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _checked_files(archive)
    except _UNREADABLE as error:
        raise _refusal(f"The body is no zip archive that can be read: {error}.") from error


def _checked_files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if not entries:
        raise _refusal("The archive is empty; it needs at least the entry point.")
    if len(entries) > _MAX_FILES:
        raise _refusal(f"The archive holds {len(entries)} files; at most {_MAX_FILES} are accepted.")
    allowed = limits.current().upload_bytes
    files: dict[str, bytes] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or not path.parts:
            raise _refusal(f"The archive holds {entry.filename!r}, which leaves its directory.")
        if not entry.filename.isprintable():
            raise _refusal(f"The archive holds {entry.filename!r}, a name that cannot be printed; rename the file.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refusal(f"The archive holds the link {entry.filename!r}; put the file itself in.")
        # Read one byte more than allowed: what the archive claims about sizes is not believed.
        with archive.open(entry) as file:
            content = file.read(allowed + 1)
        allowed -= len(content)
        if allowed < 0:
            raise _refusal(f"The archive unpacks to more than {limits.current().upload_bytes:,} bytes.")
        if str(path) in files:
            raise _refusal(f"The archive holds {entry.filename!r} twice.")
        files[str(path)] = content
    for name in files:
        for parent in PurePosixPath(name).parents:
            if str(parent) in files:
                raise _refusal(f"The archive holds {str(parent)!r} both as a file and as a directory.")
    return files


def _refusal(message: str) -> EasyMakerError:
    return EasyMakerError(ResultCode.MALFORMED_BODY, message)
