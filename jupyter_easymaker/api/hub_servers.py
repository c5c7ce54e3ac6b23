"""What the hub's spawners ask: what the server they are about to start is to be.

The hub knows a server by its owner and name, and its options could be anybody's words. So the spawner asks here, in
the owner's name, with the token the server is given. Servers made at the hub's own page become notebooks by it.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..resources.base import Description, RequestModel, WireModel, new_id
from ..resources.errors import EasyMakerError, ResultCode
from ..resources.notebook import NotebookCreate, NotebookStatus
from ..storage.access import resolve
from ..storage.directory import DirectoryPlace
from ..storage.uri import StorageError
from ..store import notebooks, users
from ..store.hub_tables import NotebookRow
from ..store.quotas import RESTING, of_flavor, of_storage
from .auth import AnyCaller, Caller
from .context import ApiContext, Context
from .envelope import envelope, success
from .experiments import require
from .notebooks import require_hub
from .quota_checks import check_quota

router = APIRouter(tags=["hub"])


class ServerStart(RequestModel):
    """The body of POST hub/servers."""

    server_name: Description = ""
    display_name: Description = ""


class MountedNas(WireModel):
    """A NAS directory and where a spawner on this machine finds it."""

    mount_directory_name: str
    nas_uri: str
    path: str = ""


class ServerSettings(WireModel):
    """What a server is to be."""

    notebook_id: str
    action_id: str
    """Which start this is: the spawner keeps it with what becomes of it."""
    app_key: str
    vcpus: int
    memory_mib: int
    gpu_count: int = 0
    image_id: str
    image_address: str = ""
    pull_secret: bool = False
    """Whether the image is pulled with a registry account: the hub asks for it at hub/pull-secrets."""
    python: str = ""
    boot_storage_size: int
    data_storage_size: int
    nas_list: list[MountedNas] = []


@router.post("/hub/servers", response_model=envelope("ServerAnswer", server=ServerSettings))
def start_server(context: Context, caller: AnyCaller, body: Annotated[ServerStart, Body()]) -> Any:
    """Tell what the caller's server is to be, which is about to start; it becomes a notebook if it is none yet."""
    require_hub(context)
    with context.database.reading() as session:
        known = notebooks.by_server(session, caller.user_id, body.server_name)
    if known is None:
        row = _adopted(context, caller, body)
    else:
        with context.database.session() as session:
            row = _started(session, caller.user_id, body.server_name)
    if _what_is_new(context, row):
        with context.database.session() as session:
            row = notebooks.by_server(session, caller.user_id, body.server_name, lock=True) or row
            notebooks.transition(session, row, None, **_what_is_new(context, row))
    context.wake_notebooks()
    return success(server=_settings(context, row))


def _what_is_new(context: ApiContext, row: NotebookRow) -> dict[str, Any]:
    """Return what a start changes: a notebook takes over the cluster's version and an upgraded image."""
    columns: dict[str, Any] = {}
    version = context.cluster.current
    if version and row.observed.get("version") != version:
        columns["observed"] = {**row.observed, "version": version}
    provided = context.catalogue.image(row.image["imageId"])
    if provided is not None and row.image != (now := notebooks.kept_image(provided)):
        columns["image"] = now
    return columns


def _adopted(context: ApiContext, caller: Caller, body: ServerStart) -> NotebookRow:
    with context.database.reading() as session:
        projects = [each.appkey for each in users.projects_of(session, users.get(session, caller.user_id))]
    starting = NotebookStatus.START_IN_PROGRESS
    adoption = context.adoption
    assert adoption is not None, "there is one where there is a hub"  # noqa: S101
    # Somebody who starts one at the hub's page is told; one that is there already is only counted.
    appkey, flavor = adoption.project(caller.user_id, projects), adoption.flavor()
    spec = NotebookCreate(notebook_name="new", image_id="any", flavor_id=flavor.id).model_dump(by_alias=True)
    with context.database.session() as session:
        check_quota(session, appkey, of_storage(spec) + of_flavor(flavor))
    try:
        return adoption.adopt(caller.user_id, projects, body.server_name, body.display_name, starting)
    except IntegrityError:  # another backend, or the loop, was faster
        with context.database.session() as session:
            return _started(session, caller.user_id, body.server_name)


def _started(session: Session, owner: str, server_name: str) -> NotebookRow:
    """Return the notebook, with the start written down that is beginning."""
    row = notebooks.by_server(session, owner, server_name, lock=True)
    if row is None or row.status in (NotebookStatus.DELETE_IN_PROGRESS, NotebookStatus.DELETE_FAILED):
        raise EasyMakerError(ResultCode.WRONG_STATUS, f"The notebook of the server {server_name} is being deleted.")
    status = NotebookStatus(row.status)
    if status is NotebookStatus.CREATE_REQUESTED or row.phase == notebooks.STARTING:
        return row  # the start we asked for
    if row.phase == notebooks.STOPPING and status is NotebookStatus.REBOOT_IN_PROGRESS:
        written = notebooks.transition(session, row, None, phase=notebooks.STARTING, attempts=0)
    else:  # somebody started it at the hub's own page
        if row.status in RESTING:
            check_quota(session, row.appkey, of_flavor(row.flavor))
        starting = None if status is NotebookStatus.START_IN_PROGRESS else NotebookStatus.START_IN_PROGRESS
        written = notebooks.transition(
            session,
            row,
            starting,
            reason="Started at the hub.",
            phase=notebooks.FOREIGN,
            action_id=new_id(),
            attempts=0,
            health=None,
        )
    require(written, "notebook", row.name)
    return row


def _settings(context: ApiContext, row: NotebookRow) -> ServerSettings:
    return ServerSettings(
        notebook_id=row.id,
        action_id=row.action_id,
        app_key=row.appkey,
        vcpus=row.flavor["vcpus"],
        memory_mib=row.flavor["ram"],
        gpu_count=row.flavor.get("gpuCount", 0),
        image_id=row.image["imageId"],
        image_address=row.image.get("address", ""),
        pull_secret=bool(row.image.get("registryAccount")),
        python=row.image.get("python", ""),
        boot_storage_size=row.spec["bootStorageSize"],
        data_storage_size=row.spec["dataStorageSize"],
        nas_list=[_mounted(context, row, mount) for mount in row.spec["nasList"]],
    )


def _mounted(context: ApiContext, row: NotebookRow, mount: dict[str, str]) -> MountedNas:
    uri, name = mount["nasUri"], mount["mountDirectoryName"]
    try:
        place = resolve(uri, context.storage_for(row.appkey))
        if not isinstance(place, DirectoryPlace) or not place.is_dir():
            raise StorageError.not_found(uri)
    except StorageError as error:
        why = f"The NAS directory {name} cannot be mounted: {error}."
        raise EasyMakerError(ResultCode.STORAGE_NOT_FOUND, why) from error
    return MountedNas(mount_directory_name=name, nas_uri=uri, path=place.path)
