"""Notebooks: a JupyterLab of one person's own on an instance, with a storage that stays."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from .base import Description, Name, RequestModel, StorageUri, Tags, UtcDatetime, WireModel, form_field
from .limits import Maximum, MaxItems, MaxLength
from .status import Status

SECTIONS = {
    "image": "Image",
    "basic": "Notebook information",
    "storage": "Storage",
    "additional": "Additional settings",
}
STORAGE_STEP_GB = 10
MOUNT_PATH = "/root/easymaker"
"""Where the data storage is; a machine without containers shows it elsewhere."""
_MOUNT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class NotebookStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    ACTIVE = "ACTIVE"
    STOP_IN_PROGRESS = "STOP_IN_PROGRESS"
    STOPPED = "STOPPED"
    START_IN_PROGRESS = "START_IN_PROGRESS"
    REBOOT_IN_PROGRESS = "REBOOT_IN_PROGRESS"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    STOP_FAILED = "STOP_FAILED"
    START_FAILED = "START_FAILED"
    REBOOT_FAILED = "REBOOT_FAILED"
    DELETE_FAILED = "DELETE_FAILED"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        failed = {cls.CREATE_FAILED, cls.STOP_FAILED, cls.START_FAILED, cls.REBOOT_FAILED, cls.DELETE_FAILED}
        return frozenset({cls.ACTIVE, cls.STOPPED, *failed})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        # The hub's own page starts and stops the same servers, so what rests can be found running and the other way.
        delete = cls.DELETE_IN_PROGRESS
        found_running = {cls.ACTIVE, cls.START_IN_PROGRESS}
        resting = {delete, *found_running}
        return {
            cls.CREATE_REQUESTED: frozenset({cls.CREATE_IN_PROGRESS, cls.CREATE_FAILED}),
            cls.CREATE_IN_PROGRESS: frozenset({cls.ACTIVE, cls.STOPPED, cls.CREATE_FAILED}),
            cls.ACTIVE: frozenset({cls.STOP_IN_PROGRESS, cls.STOPPED, cls.REBOOT_IN_PROGRESS, *resting} - {cls.ACTIVE}),
            cls.STOP_IN_PROGRESS: frozenset({cls.STOPPED, cls.STOP_FAILED, *found_running}),
            cls.STOPPED: frozenset(resting),
            cls.START_IN_PROGRESS: frozenset({cls.ACTIVE, cls.STOPPED, cls.START_FAILED}),
            cls.REBOOT_IN_PROGRESS: frozenset({cls.ACTIVE, cls.STOPPED, cls.REBOOT_FAILED}),
            cls.DELETE_IN_PROGRESS: frozenset({cls.DELETE_FAILED}),
            cls.CREATE_FAILED: frozenset(resting),
            cls.START_FAILED: frozenset({cls.STOPPED, *resting}),
            cls.STOP_FAILED: frozenset({cls.STOP_IN_PROGRESS, cls.STOPPED, cls.REBOOT_IN_PROGRESS, *resting}),
            cls.REBOOT_FAILED: frozenset({cls.STOP_IN_PROGRESS, cls.REBOOT_IN_PROGRESS, *resting}),
            cls.DELETE_FAILED: frozenset(resting),
        }

    def may_be_asked(self, action: NotebookStatus) -> bool:
        """Return whether people may ask for an action (the status while it is in progress) now.

        Fewer than can follow: that a server was started at the hub's page is found, not asked for.
        """
        runs = self in (NotebookStatus.ACTIVE, NotebookStatus.STOP_FAILED)
        if action is NotebookStatus.START_IN_PROGRESS:
            return self.terminal and not runs and self is not NotebookStatus.DELETE_FAILED
        if action in (NotebookStatus.STOP_IN_PROGRESS, NotebookStatus.REBOOT_IN_PROGRESS):
            return runs or self is NotebookStatus.REBOOT_FAILED
        return self.terminal


class NotebookHealth(StrEnum):
    """Whether the server of an ACTIVE notebook answers."""

    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


def _storage_size(value: int) -> int:
    if value % STORAGE_STEP_GB:
        raise PydanticCustomError("storage_size", "must be a multiple of {step}", {"step": STORAGE_STEP_GB})
    return value


StorageSize = Annotated[int, AfterValidator(_storage_size), Maximum("notebook_storage_gb"), Field(ge=STORAGE_STEP_GB)]
"""GB, in steps of 10."""


def _mount_name(value: str) -> str:
    if not _MOUNT_NAME.fullmatch(value):
        raise PydanticCustomError(
            "mount_name", "may hold letters, digits, . _ and -, and starts with a letter or digit"
        )
    if value == "easymaker":
        raise PydanticCustomError("mount_name", "is where the data storage is; choose another name")
    return value


class NasMount(RequestModel):
    """A directory of a NAS, seen in the notebook under a name."""

    mount_directory_name: Annotated[str, AfterValidator(_mount_name), MaxLength("name_length")] = Field(
        title="Mount directory name"
    )
    nas_uri: StorageUri = Field(title="NAS path", description="nas://{NAS ID}:/{path}")


def _unique_mounts(mounts: list[NasMount]) -> list[NasMount]:
    seen: set[str] = set()
    for mount in mounts:
        if mount.mount_directory_name in seen:
            name = mount.mount_directory_name
            raise PydanticCustomError("duplicate", "has the directory {name} twice; names are unique", {"name": name})
        seen.add(mount.mount_directory_name)
    return mounts


class NotebookCreate(RequestModel):
    """The body of POST notebooks."""

    image_id: str = form_field("Image", "The environment the notebook runs in.", section="image", choices="images")
    notebook_name: Name = form_field("Name", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    flavor_id: str = form_field(
        "Instance type", "CPU, memory and GPUs of the notebook.", section="basic", choices="flavors"
    )
    boot_storage_size: StorageSize = form_field(
        "Boot storage (GB)", "Fresh at every start. Cannot be changed later.", section="storage", default=50
    )
    data_storage_size: StorageSize = form_field(
        "Data storage (GB)",
        "Kept until the notebook is deleted, at /root/easymaker. Cannot be changed later.",
        section="storage",
        default=50,
    )
    nas_list: Annotated[list[NasMount], MaxItems("nas_mounts"), AfterValidator(_unique_mounts)] = form_field(
        "NAS", "Directories of a NAS in the notebook.", section="storage", default_factory=list
    )
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)


class NotebookUpdate(RequestModel):
    """The body of PUT notebooks/{id}: what is absent stays as it is."""

    notebook_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class NotebookFlavorChange(RequestModel):
    """The body of PUT notebooks/{id}/flavor."""

    flavor_id: str


class StartUpScript(WireModel):
    """A file in cont-init.d and what became of it at the last start."""

    name: str
    state: str
    """WAITING, RUNNING, SUCCEEDED, FAILED, TIMED_OUT or SKIPPED."""
    reason: str = ""
    exit_code: int | None = None
    started_datetime: UtcDatetime | None = None
    seconds: float | None = None
    output: str = ""
    """The end of what it printed, unless it succeeded."""


class CustomEnvironment(WireModel):
    """An environment below custom-conda-envs: a kernel of the notebook's."""

    name: str
    prefix: str
    kind: str
    """conda or venv."""
    python_version: str = ""
    has_ipykernel: bool = False


class NotebookNote(WireModel):
    noted_datetime: UtcDatetime
    text: str


class NotebookInside(WireModel):
    """What a running notebook tells of itself."""

    home: str
    """Where its data storage is."""
    script_list: list[StartUpScript] = []
    environment_list: list[CustomEnvironment] = []
    note_list: list[NotebookNote] = []
    """What else happened since its start, such as a process ended for its memory; the oldest first."""


class UpgradeNotice(WireModel):
    """Why a notebook has to be restarted, and until when."""

    reason: str
    expires_datetime: UtcDatetime | None = None


class Notebook(WireModel):
    """A notebook as the API answers it."""

    notebook_id: str
    notebook_name: str
    description: str = ""
    app_key: str
    notebook_status_code: NotebookStatus
    notebook_status_reason: str = ""
    notebook_health_code: NotebookHealth | None = None
    """Of an ACTIVE notebook."""
    owner: str
    """Who can open it, besides administrators."""
    openable: bool = False
    """Whether the one who asks may open it, and it runs."""
    notebook_access_uri: str = ""
    """Where browsers open it; a path below the hub's address if that is not known."""
    flavor: dict[str, Any]
    image: dict[str, Any]
    boot_storage: dict[str, Any]
    data_storage_list: list[dict[str, Any]] = []
    nas_list: list[dict[str, str]] = []
    tag_list: list[dict[str, str]] = []
    monitoring_available: bool = False
    upgrade_notice: UpgradeNotice | None = None
    created_datetime: UtcDatetime
    created_by: str = ""
    started_datetime: UtcDatetime | None = None
    last_activity_datetime: UtcDatetime | None = None
    elapsed_time_seconds: int = 0
    """How long it has been running since its last start."""
