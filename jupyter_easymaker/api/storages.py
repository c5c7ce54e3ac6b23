"""The project's storages: what there is, browsing, files up and down, and the vendor's SDK's own way to them."""

from __future__ import annotations

import logging
import mimetypes
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from ..resources.base import WireModel
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..storage import access
from ..storage.config import StorageConfig, SwiftAccess
from ..storage.copying import Counter
from ..storage.directory import DirectoryPlace
from ..storage.failures import explained
from ..storage.location import endpoint_of
from ..storage.tree import File
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["storages"])
tokens = APIRouter(tags=["storages"])

_LOG = logging.getLogger(__name__)
_BUFFER = 1024**2
_TOKEN_SECONDS = 1200
"""A token the SDK gets is good for so long at least: with less than 600 it asks for another before every file."""

Uri = Annotated[str, Query(max_length=1024, description="obs://, nas:// and so on; a directory's may end in a slash.")]


class StorageView(WireModel):
    """A storage of the project."""

    uri: str
    kind: str
    """nas, obs, file, or the scheme."""
    title: str
    writable: bool


class SystemAccount(WireModel):
    """Whom to grant access to one's containers, in the object storage's own settings."""

    tenant_id: str
    user_id: str


class EntryView(WireModel):
    name: str
    uri: str
    directory: bool
    size: int | None
    modified_datetime: datetime | None


class FileView(WireModel):
    uri: str
    size: int


@router.get(
    "/storages",
    response_model=envelope("StoragesAnswer", storage_list=list[StorageView], system_account=SystemAccount | None),
)
def list_storages(appkey: str, context: Context, _caller: Member) -> Any:
    """List where paths may lie, and the system account people grant access to."""
    config = context.storage_for(appkey)
    return success(
        storage_list=[
            StorageView(uri=uri, kind=kind, title=title, writable=_is_writable(directory))
            for uri, kind, title, directory in roots(config)
        ],
        system_account=_system_account(config),
    )


def roots(config: StorageConfig) -> list[tuple[str, str, str, str | None]]:
    """Return URI, kind, title and, where it is one, directory of everything that can be browsed."""
    found: list[tuple[str, str, str, str | None]] = []
    found += [(f"nas://{name}:/", "nas", f"NAS {name}", path) for name, path in config.nas.items()]
    for name, backing in config.obs.items():
        endpoint = endpoint_of(name)
        directory = backing if isinstance(backing, str) else None
        found.append((f"obs://{endpoint}/", "obs", f"Object storage {endpoint}", directory))
    for scheme, options in config.schemes.items():
        buckets = options.get("buckets")
        found += [(f"{scheme}://{name}/", scheme, f"{scheme.upper()} {name}", None) for name in buckets or ()]
        if buckets is None:
            found.append((f"{scheme}://", scheme, scheme.upper(), None))
    found += [(f"file://{os.path.realpath(root)}/", "file", root, root) for root in config.file_roots]
    return found


def _is_writable(directory: str | None) -> bool:
    """A remote storage says so when it is asked to write."""
    return directory is None or os.access(directory, os.W_OK)


def _system_account(config: StorageConfig) -> SystemAccount | None:
    swift = _swift(config)
    if swift is None:
        return None
    from ..storage.swift_account import account

    try:
        tenant, user = account(*swift).login.system_account()
    except access.StorageError as error:  # the other storages can be used all the same
        _LOG.warning("the system account cannot be told: %s", error)
        return None
    return SystemAccount(tenant_id=tenant, user_id=user)


def _swift(config: StorageConfig) -> tuple[SwiftAccess, str] | None:
    """Return the project's object storage: the first that is one."""
    found = ((each, endpoint_of(name)) for name, each in config.obs.items() if isinstance(each, SwiftAccess))
    return next(found, None)


@router.get(
    "/storages/entries",
    response_model=envelope(
        "EntriesAnswer", uri=str, parent_uri=str | None, entry_list=list[EntryView], total_count=int
    ),
)
def list_entries(
    appkey: str,
    context: Context,
    _caller: Member,
    uri: Uri,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Any:
    """List a directory: directories first, each by name."""
    config = context.storage_for(appkey)
    place = access.resolve(uri, config, browsing=True)
    if not place.is_dir():
        if place.exists():
            raise field_error("uri", f"{uri} is a file; a directory is needed")
        raise access.StorageError.not_found(uri)
    entries = [entry for entry in place.entries() if not entry.name.startswith(".easymaker-")]
    entries.sort(key=lambda entry: (not entry.directory, entry.name))
    base = uri if uri.endswith("/") else f"{uri}/"
    return success(
        uri=uri,
        parent_uri=_parent(base, config),
        entry_list=[
            EntryView(
                name=entry.name,
                uri=f"{base}{entry.name}",
                directory=entry.directory,
                size=entry.size,
                modified_datetime=None if entry.modified is None else datetime.fromtimestamp(entry.modified, UTC),
            )
            for entry in entries[offset : offset + limit]
        ],
        total_count=len(entries),
    )


@router.get("/storages/entry", response_model=envelope("EntryAnswer", entry=EntryView))
def get_entry(appkey: str, context: Context, _caller: Member, uri: Uri) -> Any:
    """Say whether a path is a file or a directory."""
    place = access.resolve(uri, context.storage_for(appkey), browsing=True)
    directory = place.is_dir()
    if not directory and not place.exists():
        raise access.StorageError.not_found(uri)
    size = None if directory else place.size()
    name = uri.rstrip("/").rpartition("/")[2]
    return success(entry=EntryView(name=name, uri=uri, directory=directory, size=size, modified_datetime=None))


def _parent(base: str, config: StorageConfig) -> str | None:
    tops = [uri for uri, *_ in roots(config)]
    if base in tops:
        return None
    above = base[:-1].rpartition("/")[0] + "/"
    if above in tops:
        return above
    return above[:-1] if any(above.startswith(top) for top in tops) else None


@router.put(
    "/storages/files",
    response_model=envelope("FileAnswer", file=FileView),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload_file(appkey: str, context: Context, _caller: Member, uri: Uri, request: Request) -> Any:
    """Keep the body as a file, complete or not at all; a different file of this name is not overwritten."""
    config = context.storage_for(appkey)
    directory, name = await run_in_threadpool(_target, uri, config)
    # What is sent lies on this machine first: a storage is told size and checksum before it takes anything.
    with explained(uri, writing_to="the backend's data directory"):
        descriptor, part = await run_in_threadpool(tempfile.mkstemp, dir=context.upload_dir)
        try:
            with os.fdopen(descriptor, "wb", buffering=_BUFFER) as file:
                async for piece in request.stream():
                    await run_in_threadpool(file.write, piece)
            size = await run_in_threadpool(_store, directory, name, part)
        finally:
            await run_in_threadpool(os.unlink, part)
    return success(file=FileView(uri=uri, size=size))


def _target(uri: str, config: StorageConfig) -> tuple[access.Place, str]:
    access.resolve(uri, config)
    above, _, name = uri.rpartition("/")
    if not name:
        raise field_error("uri", "names a directory; add the file's name")
    directory = access.resolve(f"{above}/", config)
    directory.check_writable()
    return directory, name


def _store(directory: access.Place, name: str, part: str) -> int:
    status = Path(part).stat()
    file = File(name, part, status.st_size, status.st_mtime_ns, 0o666)
    if isinstance(directory, DirectoryPlace):
        directory.make_directory()
    directory.store(file, Counter([file], None))
    return status.st_size


@router.get(
    "/storages/files",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
def download_file(appkey: str, context: Context, _caller: Member, uri: Uri) -> StreamingResponse:
    """Return a file."""
    place = access.resolve(uri, context.storage_for(appkey))
    if place.is_dir():
        raise field_error("uri", f"{uri} is a directory; a file is needed")
    if not place.exists():
        raise access.StorageError.not_found(uri)
    name = uri.rstrip("/").rpartition("/")[2]
    return StreamingResponse(
        place.read(),
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        headers={
            "Content-Length": str(place.size()),
            "Content-Disposition": _attachment(name),
            # Whatever a file holds, a browser must not run it with our origin's rights.
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _attachment(name: str) -> str:
    from urllib.parse import quote

    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


class Token(WireModel):
    id: str
    expires: str


class Access(WireModel):
    token: Token


@tokens.get(
    "/token/v1.0/appkeys/{appkey}/groups/{group_id}/iaas-token",
    response_model=envelope("IaasTokenAnswer", access=Access),
)
def get_object_storage_token(appkey: str, group_id: str, context: Context, _caller: Member) -> Any:
    """Return a token of the system account for the project's object storage, as the SDK's upload and download ask."""
    swift = _swift(context.storage_for(appkey))
    if swift is None:
        raise EasyMakerError(
            ResultCode.NOT_FOUND,
            "This project has no OpenStack Swift object storage that tokens could be for; use nas:// or file:// paths, "
            "or ask the operator to configure one (ServiceConfig.obs).",
        )
    from ..storage.swift_account import account

    token = account(*swift).login.issued(good_for=_TOKEN_SECONDS)
    expires = datetime.fromtimestamp(token.expires or time.time() + 2 * _TOKEN_SECONDS, UTC)
    return success(access=Access(token=Token(id=token.id, expires=f"{expires:%Y-%m-%dT%H:%M:%S.%f%z}")))
